/// A message authentication code, HMAC-SHA256 (RFC 2104, FIPS 198-1). Only a holder of the key can create one.
public struct MessageCode: Sendable {
  private let inner: [UInt8]
  private let outer: [UInt8]

  /// - Parameter key: random bytes, usually 32.
  public init(key: [UInt8]) {
    let short = key.count > 64 ? Digest(of: key).bytes : key
    let padded = short + [UInt8](repeating: 0, count: 64 - short.count)
    inner = padded.map { $0 ^ 0x36 }
    outer = padded.map { $0 ^ 0x5C }
  }

  /// Returns the code of bytes. O(bytes).
  public func code(of bytes: some Collection<UInt8>) -> Digest {
    Digest(of: outer + Digest(of: inner + bytes).bytes)
  }

  /// Returns a key for one purpose, whose codes are valid for no other purpose.
  public func derived(for purpose: String) -> MessageCode { MessageCode(key: code(of: Array(purpose.utf8)).bytes) }
}
