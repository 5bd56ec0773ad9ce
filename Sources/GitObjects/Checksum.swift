import CZlib

/// CRC-32 as zlib computes it: it detects damage, not forgery.
public enum Checksum {
  /// Returns the checksum of bytes. O(bytes).
  public static func crc32(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    UInt32(truncatingIfNeeded: crc32_z(0, bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count))
  }
}
