public import GitObjects
public import PlanModel
import Synchronization

/// A commit as stored in its object. Parsed here and not by libgit2, so that nothing is truncated, guessed or
/// cleaned.
public struct Commit: Sendable {
  /// The commit's id.
  public let id: ObjectID
  /// The commit's tree.
  public let tree: ObjectID
  /// The commit's parents, first parent first.
  public let parents: [ObjectID]
  /// The author, with invalid bytes replaced if it cannot be decoded.
  public let author: Identity
  /// False if the author cannot be decoded, so that no stamp can name them. Also false if a message without a stamp
  /// cannot be decoded, or `encoding` is not a commit encoding (contract 3).
  public var isText: Bool { isAuthorText && (message != nil || TextEncoding.isKnown(encoding) && !blocks.isEmpty) }
  /// The name of its encoding if that is none of commits (contract 3, *Blocks*), so that no text of it is read.
  public var unknownEncoding: String? { TextEncoding.isKnown(encoding) ? nil : encoding }
  /// The commit time, in seconds since 1970; clamped to the years 1970 to 9999.
  public let committedAt: Int64
  /// False if the author's or committer's date is outside the years 1970 to 9999.
  public let isDated: Bool
  /// The commit time, in milliseconds since 1970.
  public var committedMilliseconds: Int64 { committedAt * 1000 }
  /// The committer's name and address, with invalid bytes replaced.
  public let committer: String
  /// The message, decoded by the commit's `encoding`; nil if it cannot be decoded. O(message).
  public var message: String? { TextEncoding.decode(messageBytes, encoding: encoding) }
  /// The message with invalid bytes replaced, for searching. O(message).
  public var messageText: String { message ?? String(decoding: messageBytes, as: UTF8.self) }
  /// The blocks in the raw message, of which only the values are decoded. Git shows a message up to its first zero
  /// byte, so text after it contains no block. O(message) the first time.
  public var blocks: [StampBlock] {
    stamps.found {
      messageBytes.prefix { $0 != 0 }.withUnsafeBufferPointer { bytes in
        Trailers.blocks(in: bytes) { TextEncoding.decode(Array($0)[...], encoding: encoding) }
      }
    }
  }
  private let stamps = Stamps()

  /// The blocks of a message, parsed once for all copies of the value.
  private final class Stamps: Sendable {
    private let known = Mutex<[StampBlock]?>(nil)

    func found(_ seek: () -> [StampBlock]) -> [StampBlock] {
      known.withLock { known in
        if let known { return known }
        let blocks = seek()
        known = blocks
        return blocks
      }
    }
  }

  private let isAuthorText: Bool
  private let encoding: String?
  private let messageBytes: ArraySlice<UInt8>

  /// The signature of the commit.
  public let seal: CommitSeal

  /// Parses a raw commit object.
  init(id: ObjectID, raw: [UInt8]) throws {
    func damaged(_ what: String) -> GitError {
      GitError(
        .damaged, "The commit \(id) is damaged: \(what).",
        hint: "Make it again with git. Its headers: git cat-file commit \(id.description.prefix(12))",
        function: "Commit.init")
    }
    guard let links = raw.withUnsafeBytes(CommitHead.links) else { throw damaged("it does not begin with a tree") }
    var author: ArraySlice<UInt8>?
    var committer: ArraySlice<UInt8>?
    var encoding: String?
    var signature: Range<Int>?
    var isInSignature = false
    var at = links.end
    while at < raw.count, raw[at] != 0x0A {
      let end = raw[at...].firstIndex(of: 0x0A) ?? raw.count
      let line = raw[at..<end]
      at = min(end + 1, raw.count)
      if isInSignature, line.first == 0x20, let begin = signature?.lowerBound { signature = begin..<at }
      isInSignature = isInSignature && line.first == 0x20
      guard line.first != 0x20, let space = line.firstIndex(of: 0x20) else { continue }
      let value = line[(space + 1)...]
      switch String(decoding: line[..<space], as: UTF8.self) {
      // Git skips them or uses one of them, and other programs use another one.
      case "tree", "parent": throw damaged("a tree or a parent stands where git does not look for one")
      case "author" where author != nil, "committer" where committer != nil:
        throw damaged("it has two authors or committers")
      case "author": author = value
      case "committer": committer = value
      case "gpgsig" where signature == nil: (signature, isInSignature) = (line.startIndex..<at, true)
      case "encoding": encoding = encoding ?? String(decoding: value, as: UTF8.self)
      default: break
      }
    }
    guard let author, let committer else { throw damaged("it names no author or committer") }
    self.id = id
    (tree, parents) = (links.tree, links.parents)
    messageBytes = at < raw.count ? raw[(at + 1)...] : []
    self.encoding = encoding
    seal = Self.seal(raw, signature)
    let person = TextEncoding.decode(author, encoding: encoding)
    // Histories contain names in undeclared encodings; those must not make the rest unreadable.
    guard let identity = Identity(signature: person ?? String(decoding: author, as: UTF8.self)) else {
      throw damaged("its author cannot be read")
    }
    self.author = identity
    isAuthorText = person != nil
    let name = committer.prefix { $0 != UInt8(ascii: ">") }
    self.committer = TextEncoding.decode(name, encoding: encoding) ?? String(decoding: name, as: UTF8.self)
    let dates = raw.withUnsafeBytes { raw in
      [author, committer].map {
        CommitHead.date(in: UnsafeRawBufferPointer(rebasing: raw[$0.startIndex..<$0.endIndex]))
      }
    }
    isDated = dates.allSatisfy(\.isInRange)
    committedAt = dates[1].seconds
  }

  /// Returns the header `gpgsig` without the indentation of its lines, and the commit without that header.
  private static func seal(_ raw: [UInt8], _ signature: Range<Int>?) -> CommitSeal {
    guard let signature else { return .none }
    let text = String(decoding: raw[signature].dropFirst("gpgsig ".utf8.count), as: UTF8.self)
    return .signed(
      armour: text.replacing("\n ", with: "\n"),
      payload: Array(raw[..<signature.lowerBound] + raw[signature.upperBound...]))
  }
}

extension Identity {
  /// Parses `Name <address> seconds zone`, as in commits and in the output of `git var GIT_AUTHOR_IDENT`.
  public init?(signature text: String) {
    var text = text
    let parts = text.withUTF8 { bytes -> (name: String, email: String)? in
      guard let close = bytes.lastIndex(of: UInt8(ascii: ">")),
        let open = bytes[..<close].firstIndex(of: UInt8(ascii: "<"))
      else { return nil }
      let name = bytes[..<open]
      return (
        String(decoding: name.last == 0x20 ? name.dropLast() : name, as: UTF8.self),
        String(decoding: bytes[(open + 1)..<close], as: UTF8.self)
      )
    }
    guard let parts else { return nil }
    self.init(name: parts.name, email: parts.email)
  }
}
