/// Paths in the commands that a message proposes (decision 0111).
///
/// A message is created without knowing the reader's folder. So it writes a path as git's `:/path`, relative to the top
/// of the work tree, which git and `readiness` accept in every folder. If the reader's folder is known, the output code
/// rewrites the path relative to it.
public enum CommandPath {
  /// Returns the text with each `:/path` relative to a folder. O(bytes).
  /// - Parameter folder: the folder relative to the top, like git's `GIT_PREFIX`: empty, or with a trailing slash. If
  ///   nil, the text is returned unchanged.
  public static func written(_ text: String, from folder: String?) -> String {
    guard let folder, text.contains(":/") else { return text }
    let bytes = Array(text.utf8)
    var (out, at) = ([UInt8](), 0)
    while at < bytes.count {
      if at == 0 || bytes[at - 1] == space, let word = word(in: bytes, at: at) {
        out += relative(word.path, to: folder).shellQuoted.utf8
        at = word.end
      } else {
        out.append(bytes[at])
        at += 1
      }
    }
    return String(decoding: out, as: UTF8.self)
  }

  /// Returns a path relative to a folder, in a form that git reads neither as an option nor as pathspec magic.
  private static func relative(_ path: String, to folder: String) -> String {
    let (parts, from) = (path.split(separator: "/"), folder.split(separator: "/"))
    let shared = zip(parts, from).prefix { $0 == $1 }.count
    let steps = from.dropFirst(shared).map { _ in ".." } + parts.dropFirst(shared)
    let written = steps.joined(separator: "/")
    if written.isEmpty { return "." }
    return written.hasPrefix("-") || written.hasPrefix(":") ? "./" + written : written
  }

  private static let (space, quote) = (UInt8(ascii: " "), UInt8(ascii: "'"))

  /// Returns the path of a word that `commandPath` wrote and the word's end, or nil if none begins there.
  private static func word(in bytes: [UInt8], at start: Int) -> (path: String, end: Int)? {
    if bytes[start...].starts(with: ":/".utf8) {
      var end = bytes[start...].firstIndex(of: space) ?? bytes.count
      // Trailing punctuation belongs to the sentence: `commandPath` quotes a path that ends in it.
      while let last = bytes[start..<end].last, String.clauseEnds.utf8.contains(last) { end -= 1 }
      return end < start + 2 ? nil : (String(decoding: bytes[(start + 2)..<end], as: UTF8.self), end)
    }
    guard bytes[start...].starts(with: "':/".utf8) else { return nil }
    var (path, at) = ([UInt8](), start + 3)
    while at < bytes.count {
      if bytes[at...].starts(with: "'\\''".utf8) {
        path.append(quote)
        at += 4
      } else if bytes[at] == quote {
        return (String(decoding: path, as: UTF8.self), at + 1)
      } else {
        path.append(bytes[at])
        at += 1
      }
    }
    return nil
  }
}

extension String {
  /// The path, relative to the top of the repository, as a command's word that works in every folder (`CommandPath`).
  public var commandPath: String {
    let word = (":/" + self).shellQuoted
    return word.last.map(Self.clauseEnds.contains) ?? false ? "'\(word)'" : word
  }

  /// The punctuation of a sentence that may follow a word of a command.
  fileprivate static let clauseEnds = ",.:;"
}
