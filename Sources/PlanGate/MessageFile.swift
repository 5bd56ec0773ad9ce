import GitObjects
public import PlanModel
public import GitRepository
import ReadinessSystem

/// The file in which git passes a message to its hooks, in the encoding of commits.
public struct MessageFile {
  /// The most bytes of a message file that are read.
  public static let bound = 1 << 28
  private let path: String
  private let bytes: [UInt8]
  private let encoding: String?
  /// The decoded message. Nil if the bytes are invalid in that encoding.
  public let text: String?

  /// Reads the file. It asks git for the encoding only if the message is not ASCII.
  public init(_ path: String) throws {
    self.path = path
    bytes = try FileSystem.read(path, atMost: Self.bound)
    encoding = bytes.allSatisfy { $0 < 0x80 } ? nil : try TextEncoding.ofNextCommit()
    text = TextEncoding.decode(bytes[...], encoding: encoding)
  }

  /// Returns the refusal of the encoding that git gives to the next commit. Nil if stamps are read from it.
  ///
  /// Git names the encoding in the commit even if the message is ASCII. It is asked only if the environment may say
  /// something else than its configuration files.
  /// - Throws: `GitError` if the configuration cannot be read.
  public static func encodingFault(_ repository: Repository, _ environment: [String: String]) throws -> Finding? {
    let mayDiffer = ["GIT_CONFIG_PARAMETERS", "GIT_CONFIG_COUNT", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"]
      .contains { environment[$0] ?? "/dev/null" != "/dev/null" }
    let encoding =
      mayDiffer ? try TextEncoding.ofNextCommit() : try repository.configuration("i18n.commitencoding")
    guard let encoding, !encoding.isEmpty, !TextEncoding.isKnown(encoding) else { return nil }
    return .unknownNextEncoding(encoding)
  }

  /// Writes the file whole or not at all, without waiting for the disk, because git reads it next.
  /// Text that only grows is appended, because replacing a file takes a file system ten times as long.
  /// - Returns: false if the encoding cannot represent some of the text.
  public func write(_ text: String) throws -> Bool {
    let isPlain = text.utf8.allSatisfy { $0 < 0x80 }
    let encoding = isPlain ? nil : try encoding ?? TextEncoding.ofNextCommit()
    guard let bytes = TextEncoding.encode(text, encoding: encoding) else { return false }
    if bytes.starts(with: self.bytes), try FileSystem.extend(path, from: self.bytes.count, by: bytes) { return true }
    try FileSystem.write(bytes, to: path, mode: 0o666, durability: .none)
    return true
  }
}
