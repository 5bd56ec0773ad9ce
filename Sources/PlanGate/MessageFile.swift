import GitObjects
import GitRepository
import ReadinessSystem

/// The file in which git hands a message to its hooks, in the encoding of commits.
public struct MessageFile {
  private let path: String
  private let bytes: [UInt8]
  private let encoding: String?
  /// What it says; nil where the bytes are not of that encoding.
  public let text: String?

  /// Reads the file. Git is asked for the encoding only where it makes a difference.
  public init(_ path: String) throws {
    self.path = path
    bytes = try FileSystem.read(path)
    encoding = bytes.allSatisfy { $0 < 0x80 } ? nil : try TextEncoding.ofNextCommit()
    text = TextEncoding.decode(bytes[...], encoding: encoding)
  }

  /// Writes the file whole or not at all; git reads it next, so the disk is not waited for. Where the text only grows it is
  /// put behind what is there, since to put a new file in an old one's place takes a file system ten times as long.
  /// - Returns: false where the encoding has no place for some of the text.
  public func write(_ text: String) throws -> Bool {
    let isPlain = text.utf8.allSatisfy { $0 < 0x80 }
    let encoding = isPlain ? nil : try encoding ?? TextEncoding.ofNextCommit()
    guard let bytes = TextEncoding.encode(text, encoding: encoding) else { return false }
    if bytes.starts(with: self.bytes), try FileSystem.extend(path, from: self.bytes.count, by: bytes) { return true }
    try FileSystem.write(bytes, to: path, mode: 0o666, durability: .none)
    return true
  }
}
