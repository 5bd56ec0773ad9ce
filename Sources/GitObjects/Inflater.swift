import CZlib

/// A reusable buffer for one object at a time. It grows as needed and is never cleared, so unused pages stay
/// untouched.
package final class ObjectRoom {
  package private(set) var memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
  /// The size of the object, in bytes.
  package var count = 0

  /// The bytes of the object.
  package var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: memory[..<count]) }

  /// Ensures capacity for a count of bytes, and frees the buffer of a very large object. Reallocation discards the
  /// content.
  package func reserve(_ wanted: Int) {
    guard wanted > memory.count || (memory.count > 8 << 20 && wanted < 1 << 20) else { return }
    memory.deallocate()
    memory = UnsafeMutableRawBufferPointer.allocate(byteCount: max(wanted, 64 << 10), alignment: 16)
    count = 0
  }

  deinit { memory.deallocate() }
}

/// A zlib stream that is reused for each object.
package final class Inflater {
  private var stream = z_stream()

  package init() { readiness_inflate_init(&stream) }
  deinit { inflateEnd(&stream) }

  /// zlib's fast loop runs while there is space for one more match, of at most 258 bytes, and a slow loop finishes.
  /// With this slack the fast loop does all the work, in half of the instructions.
  private static let slack = 320

  /// Inflates an object of a known size.
  /// - Returns: true if the stream ended, its checksum was correct, and it had exactly that size.
  package func inflate(_ source: UnsafeRawBufferPointer, size: Int, into room: ObjectRoom) -> Bool {
    room.count = 0
    room.reserve(size + Self.slack)
    guard let count = run(source, into: UnsafeMutableRawBufferPointer(rebasing: room.memory[..<(size + Self.slack)]))
    else { return false }
    room.count = count
    return count == size
  }

  /// Inflates the beginning of an object that has more than `count` bytes. Does not check the rest.
  /// - Returns: false if the beginning cannot be inflated.
  package func begin(_ source: UnsafeRawBufferPointer, count: Int, into room: ObjectRoom) -> Bool {
    room.count = 0
    room.reserve(count)
    _ = run(source, into: UnsafeMutableRawBufferPointer(rebasing: room.memory[..<count]))
    guard stream.avail_out == 0 else { return false }
    room.count = count
    return true
  }

  /// Inflates a whole stream.
  /// - Returns: the count of bytes; nil if the stream is damaged, extends beyond the source, or exceeds the buffer.
  package func run(_ source: UnsafeRawBufferPointer, into room: UnsafeMutableRawBufferPointer) -> Int? {
    guard inflateReset(&stream) == Z_OK else { return nil }
    stream.next_in = UnsafeMutablePointer(mutating: source.bindMemory(to: UInt8.self).baseAddress)
    stream.avail_in = UInt32(clamping: source.count)
    stream.next_out = room.bindMemory(to: UInt8.self).baseAddress
    stream.avail_out = UInt32(clamping: room.count)
    return CZlib.inflate(&stream, Z_FINISH) == Z_STREAM_END ? Int(stream.total_out) : nil
  }
}
