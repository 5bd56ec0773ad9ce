import Glibc
import ReadinessCore

/// A commit as its object says it. Parsed here and not by libgit2, so that nothing is cut off, guessed or cleaned.
public struct Commit: Sendable {
  /// The commit's id.
  public let id: ObjectID
  /// Its tree.
  public let tree: ObjectID
  /// Its parents, first parent first.
  public let parents: [ObjectID]
  /// The author.
  public let author: Identity
  /// When it was committed, in seconds since 1970.
  public let committedAt: Int64
  /// The message, decoded by the commit's `encoding`; nil where it cannot be decoded.
  public let message: String?

  /// Parses a raw commit object.
  init(id: ObjectID, raw: [UInt8]) throws {
    func damaged(_ what: String) -> GitError {
      GitError(.damaged, "The commit \(id) is damaged: \(what).", hint: "See git fsck.", function: "Commit.init")
    }
    var tree: ObjectID?
    var parents: [ObjectID] = []
    var author: ArraySlice<UInt8>?
    var committer: ArraySlice<UInt8>?
    var encoding: String?
    var at = 0
    while at < raw.count, raw[at] != 0x0A {
      let end = raw[at...].firstIndex(of: 0x0A) ?? raw.count
      let line = raw[at..<end]
      at = min(end + 1, raw.count)
      guard line.first != 0x20, let space = line.firstIndex(of: 0x20) else { continue }
      let value = line[(space + 1)...]
      switch String(decoding: line[..<space], as: UTF8.self) {
      case "tree": tree = ObjectID(hex: String(decoding: value, as: UTF8.self))
      case "parent":
        guard let parent = ObjectID(hex: String(decoding: value, as: UTF8.self)) else {
          throw damaged("a parent is no id")
        }
        parents.append(parent)
      case "author": author = author ?? value
      case "committer": committer = committer ?? value
      case "encoding": encoding = encoding ?? String(decoding: value, as: UTF8.self)
      default: break
      }
    }
    guard let tree else { throw damaged("it names no tree") }
    guard let author, let committer else { throw damaged("it names no author or committer") }
    self.id = id
    self.tree = tree
    self.parents = parents
    message = TextDecoding.decode(at < raw.count ? raw[(at + 1)...] : [], encoding: encoding)
    guard let signature = TextDecoding.decode(author, encoding: encoding), let person = Self.person(signature) else {
      throw damaged("its author cannot be read")
    }
    self.author = person
    committedAt = Self.seconds(String(decoding: committer, as: UTF8.self))
  }

  /// `Name <address> seconds zone`.
  private static func person(_ text: String) -> Identity? {
    guard let close = text.lastIndex(of: ">"), let open = text[..<close].firstIndex(of: "<") else { return nil }
    let name = text[..<open]
    return Identity(
      name: String(name.hasSuffix(" ") ? name.dropLast() : name), email: String(text[text.index(after: open)..<close]))
  }

  private static func seconds(_ text: String) -> Int64 {
    guard let close = text.lastIndex(of: ">") else { return 0 }
    return text[text.index(after: close)...].split(separator: " ").first.flatMap { Int64($0) } ?? 0
  }
}

/// Texts of commits, which may be in any encoding that a header names.
enum TextDecoding {
  /// Nil where the bytes are not of that encoding, or it is not known to the system.
  static func decode(_ bytes: ArraySlice<UInt8>, encoding: String?) -> String? {
    switch encoding?.lowercased() {
    case nil, "utf-8", "utf8": return String(validating: bytes, as: UTF8.self)
    case "iso-8859-1", "latin1", "iso8859-1":
      return String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
    case .some(let name): return convert(bytes, from: name)
    }
  }

  /// By the system's iconv.
  private static func convert(_ bytes: ArraySlice<UInt8>, from name: String) -> String? {
    guard let converter = iconv_open("UTF-8", name), converter != iconv_t(bitPattern: -1) else { return nil }
    defer { iconv_close(converter) }
    var input = bytes.map { CChar(bitPattern: $0) }
    var output = [CChar](repeating: 0, count: bytes.count * 4 + 16)
    var inputLeft = input.count
    var outputLeft = output.count
    let failed = input.withUnsafeMutableBufferPointer { source in
      output.withUnsafeMutableBufferPointer { target in
        var from = source.baseAddress
        var to = target.baseAddress
        return iconv(converter, &from, &inputLeft, &to, &outputLeft) == Int.max.magnitude &* 2 &+ 1 || inputLeft > 0
      }
    }
    guard !failed else { return nil }
    return String(validating: output[..<(output.count - outputLeft)].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
