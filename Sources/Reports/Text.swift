/// The colours of text on a terminal.
public struct Style: Sendable {
  /// The role of a text, so that colours are chosen in one place.
  public enum Role: Sendable { case good, bad, warn, quiet, strong }

  /// True if text is coloured.
  let isOn: Bool

  /// The folder in which the reader types commands, relative to the top of the work tree, as in `GIT_PREFIX`. Nil if it
  /// is unknown.
  let folder: String?

  /// Creates a style.
  public init(color isOn: Bool, folder: String? = nil) { (self.isOn, self.folder) = (isOn, folder) }

  /// Returns the text in the colour of its role, unchanged if colour is off.
  public func callAsFunction(_ text: String, _ role: Role) -> String {
    guard !text.isEmpty else { return text }
    return beginning(role) + text + end
  }

  /// Returns the escape sequence before a text of a role. Empty if colour is off.
  func beginning(_ role: Role) -> String {
    guard isOn else { return "" }
    return switch role {
    case .good: "\u{1B}[32m"
    case .bad: "\u{1B}[31m"
    case .warn: "\u{1B}[33m"
    case .quiet: "\u{1B}[2m"
    case .strong: "\u{1B}[1m"
    }
  }

  /// The escape sequence after a text. Empty if colour is off.
  var end: String { isOn ? "\u{1B}[0m" : "" }

  /// Every escape sequence of a style, as bytes.
  static let codes = ["0", "1", "2", "31", "32", "33"].map { Array("\u{1B}[\($0)m".utf8) }
}

extension [UInt8] {
  /// Appends a text.
  mutating func add(_ text: String) {
    var text = text
    text.withUTF8 { append(contentsOf: $0) }
  }

  /// Appends the bytes of a text in a range, clamped to its length.
  mutating func add(_ text: String, _ range: Range<Int>) {
    var text = text
    text.withUTF8 { append(contentsOf: UnsafeBufferPointer(rebasing: $0[range.clamped(to: 0..<$0.count)])) }
  }

  /// Appends a text, made visible and broken at spaces into lines of at most `width` columns.
  /// - Parameter write: appends the text.
  mutating func addWrapped(to width: Int, first: String, rest: String, _ write: (inout [UInt8]) -> Void) {
    append(0x0A)
    add(first)
    let start = count
    write(&self)
    // Nearly all texts are plain words with single spaces, and have few lines.
    if count - start <= 8 * width, self[start...].withUnsafeBufferPointer({ $0.isPlain && !$0.hasIdleSpace }) {
      breakLine(from: start, to: width, rest)
    } else {
      let text = String(decoding: self[start...], as: UTF8.self)
      removeLast(count - start + first.utf8.count + 1)
      text.printable.appendWrapped(to: width, first: first, rest: rest, onto: &self)
    }
  }

  /// Breaks plain words with single spaces after `start` into lines of at most `width` bytes. O(bytes × lines).
  private mutating func breakLine(from start: Int, to width: Int, _ rest: String) {
    var start = start
    while count - start > width {
      // The last space that leaves the line short enough, or the first one after a word that is too long for any line.
      let end = self[start...(start + width)].lastIndex(of: 0x20) ?? self[(start + width)...].firstIndex(of: 0x20)
      guard let end else { return }
      replaceSubrange(end...end, with: ("\n" + rest).utf8)
      start = end + 1 + rest.utf8.count
    }
  }
}

/// Words in sequence, on lines of at most `width` columns.
struct WordWrap {
  private let width: Int
  private let indent: Int
  private var column = 0

  /// - Parameter indent: the number of spaces before each line but the first.
  init(to width: Int, behind indent: Int) { (self.width, self.indent) = (width, indent) }

  /// Appends a word to a text, on its last line or a new one.
  mutating func add(_ word: String, to out: inout [UInt8]) {
    let columns = word.columns
    if column > 0, column + 1 + columns > width {
      out.append(0x0A)
      out.append(contentsOf: repeatElement(0x20, count: indent))
      column = 0
    }
    if column > 0 { out.append(0x20) }
    column += column > 0 ? 1 + columns : columns
    out.add(word)
  }
}

extension String {
  /// The number of columns that a terminal needs for the text.
  var columns: Int { isPlain ? utf8.count : reduce(0) { $0 + $1.columns } }

  /// True if each byte is printable ASCII, as in nearly all texts.
  var isPlain: Bool {
    var text = self
    return text.withUTF8 { $0.isPlain }
  }

  /// Returns the text cut to `width` columns, with an ellipsis.
  func cut(to width: Int) -> String {
    guard columns > width else { return self }
    if isPlain { return String(prefix(width - 1)) + "…" }
    var out = ""
    var used = 0
    for character in self {
      guard used + character.columns <= width - 1 else { break }
      out.append(character)
      used += character.columns
    }
    return out + "…"
  }

  /// Returns the text padded with spaces.
  func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - columns)) }

  /// Returns the text broken at spaces into lines of at most `width` columns.
  public func wrapped(to width: Int) -> [String] {
    var text = self
    if let lines = text.withUTF8({ $0.isPlain ? $0.wrapped(to: width) : nil }) { return lines }
    var lines: [String] = []
    var line = ""
    for word in split(separator: " ").map(String.init) {
      if line.isEmpty {
        line = word
      } else if line.columns + 1 + word.columns <= width {
        line += " " + word
      } else {
        lines.append(line)
        line = word
      }
    }
    return lines + [line]
  }

  /// Appends the wrapped text to `out`, each line after a line end.
  fileprivate func appendWrapped(to width: Int, first: String, rest: String, onto out: inout [UInt8]) {
    var text = self
    let isDone = text.withUTF8 { utf8 in
      guard utf8.isPlain else { return false }
      utf8.forEachLine(to: width) { line, isFirst in
        out.append(0x0A)
        out.append(contentsOf: (isFirst ? first : rest).utf8)
        out.append(contentsOf: line)
      }
      return true
    }
    if isDone { return }
    for line in wrapped(to: width, first: first, rest: rest) { out += [0x0A] + Array(line.utf8) }
  }

  /// Returns the wrapped lines with a prefix: `first` for the first line, `rest` for the others.
  public func wrapped(to width: Int, first: String, rest: String) -> [String] {
    var lines = wrapped(to: width)
    for place in lines.indices { lines[place] = (place == 0 ? first : rest) + lines[place] }
    return lines
  }
}

extension UnsafeBufferPointer<UInt8> {
  /// True if each byte is printable ASCII.
  var isPlain: Bool {
    var odd: UInt64 = 0
    forEachWord { odd |= $0.highBits | $0.bytes(below: 0x20) | ($0 ^ 0x7F7F_7F7F_7F7F_7F7F).bytes(below: 1) }
    return odd == 0
  }

  /// True if a space is at an end or next to another one. Wrapping would remove such spaces. For plain bytes only.
  fileprivate var hasIdleSpace: Bool {
    guard let first, let last, first != 0x20, last != 0x20 else { return true }
    var (idle, before): (UInt64, UInt64) = (0, 0)
    forEachWord { word in
      // Each byte ORed with the one before it: of plain bytes, only two spaces have the bits of a space alone.
      let pairs = word | word << 8 | before >> 56
      idle |= (pairs ^ 0x2020_2020_2020_2020).bytes(below: 1)
      before = word
    }
    return idle != 0
  }

  /// Calls `body` with all bytes, eight at a time; letters fill up the last eight.
  private func forEachWord(_ body: (UInt64) -> Void) {
    let raw = UnsafeRawBufferPointer(self)
    var at = 0
    while at + 8 <= raw.count {
      body(UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: at, as: UInt64.self)))
      at += 8
    }
    guard at < raw.count else { return }
    var rest: UInt64 = 0x6161_6161_6161_6161
    for byte in raw[at...].reversed() { rest = rest << 8 | UInt64(byte) }
    body(rest)
  }

  /// Returns plain text broken at spaces into lines of at most `width` bytes.
  fileprivate func wrapped(to width: Int) -> [String] {
    var lines: [String] = []
    forEachLine(to: width) { line, _ in lines.append(String(decoding: line, as: UTF8.self)) }
    return lines
  }

  /// Calls `body` with each of those lines, and true for the first.
  fileprivate func forEachLine(to width: Int, _ body: (ArraySlice<UInt8>, Bool) -> Void) {
    var (line, isFirst): ([UInt8], Bool) = ([], true)
    line.reserveCapacity(Swift.min(count, width))
    var at = startIndex
    while at < endIndex {
      let end = self[at...].firstIndex(of: 0x20) ?? endIndex
      let word = self[at..<end]
      at = end + 1
      if word.isEmpty { continue }
      if !line.isEmpty {
        if line.count + 1 + word.count <= width {
          line.append(0x20)
        } else {
          body(line[...], isFirst)
          isFirst = false
          line.removeAll(keepingCapacity: true)
        }
      }
      line.append(contentsOf: word)
    }
    body(line[...], isFirst)
  }
}

extension UInt64 {
  fileprivate var highBits: UInt64 { self & 0x8080_8080_8080_8080 }

  /// Returns a nonzero value if one of the eight bytes is smaller than a bound below 128 (Mycroft's test).
  fileprivate func bytes(below bound: UInt64) -> UInt64 { ((self &- bound &* 0x0101_0101_0101_0101) & ~self).highBits }
}

extension Character {
  /// The number of columns: two for wide characters of East Asia and for emoji, zero for combining marks alone.
  fileprivate var columns: Int {
    guard let first = unicodeScalars.first else { return 0 }
    switch first.value {
    case 0x300...0x36F, 0x200B...0x200D, 0xFE00...0xFE0F: return 0
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
      0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F,
      0x1F900...0x1F9FF, 0x20000...0x3FFFD:
      return 2
    default: return 1
    }
  }
}
