/// Whether and how text is coloured.
public struct Style: Sendable {
  /// What a piece of text is, so that colours are chosen in one place.
  public enum Role: Sendable { case good, bad, warn, quiet, strong }

  private let isOn: Bool

  /// Makes a style.
  public init(color isOn: Bool) { self.isOn = isOn }

  /// The text in the colour of its role; unchanged where colour is off.
  public func callAsFunction(_ text: String, _ role: Role) -> String {
    guard !text.isEmpty else { return text }
    var out = ""
    append(role, to: &out) { $0 += text }
    return out
  }

  /// What is added meanwhile, in the colour of its role.
  func append(_ role: Role, to text: inout String, adding: (inout String) -> Void) {
    guard isOn else { return adding(&text) }
    let code =
      switch role {
      case .good: "32"
      case .bad: "31"
      case .warn: "33"
      case .quiet: "2"
      case .strong: "1"
      }
    text += "\u{1B}[\(code)m"
    adding(&text)
    text += "\u{1B}[0m"
  }
}

extension String {
  /// The beginning of a digest or of an object's id, as people are shown it.
  var abbreviatedHash: Substring { Substring(utf8.prefix(12)) }

  /// The day of a moment as stamps write it.
  var day: Substring { Substring(utf8.prefix(10)) }

  /// Hour and minute of a moment as stamps write it.
  var minute: Substring { Substring(utf8.prefix(16).dropFirst(11)) }
}

extension String {
  /// The text with what could move the cursor, or turn the direction of writing, made visible.
  public var printable: String {
    if isPlain { return self }
    guard unicodeScalars.contains(where: \.isHazardous) else { return self }
    return unicodeScalars.reduce(into: "") { out, scalar in
      if scalar.isHazardous {
        out += "\\u{" + String(scalar.value, radix: 16) + "}"
      } else {
        out.unicodeScalars.append(scalar)
      }
    }
  }

  /// How many columns a terminal gives the text.
  var columns: Int { isPlain ? utf8.count : reduce(0) { $0 + $1.columns } }

  /// True where each byte is a letter, a digit, a sign or a space of ASCII: nearly all texts are.
  fileprivate var isPlain: Bool {
    var text = self
    return text.withUTF8 { $0.isPlain }
  }

  /// At most so many columns, cut off with an ellipsis.
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

  /// Filled up with spaces.
  func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - columns)) }

  /// Broken into lines of at most so many columns at spaces.
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

  /// The same, each line behind a beginning, the first behind one of its own.
  public func wrapped(to width: Int, first: String, rest: String) -> [String] {
    var lines = wrapped(to: width)
    for place in lines.indices { lines[place] = (place == 0 ? first : rest) + lines[place] }
    return lines
  }
}

extension UnsafeBufferPointer<UInt8> {
  /// True where each byte is a letter, a digit, a sign or a space of ASCII.
  fileprivate var isPlain: Bool {
    // Without a way out before the end, so that many bytes are looked at at once.
    var odd: UInt8 = 0
    for byte in self { odd |= byte &- 0x20 < 0x5F ? 0 : 1 }
    return odd == 0
  }

  /// Plain text broken into lines of at most so many bytes at spaces.
  fileprivate func wrapped(to width: Int) -> [String] {
    var lines: [String] = []
    var line: [UInt8] = []
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
          lines.append(String(decoding: line, as: UTF8.self))
          line.removeAll(keepingCapacity: true)
        }
      }
      line.append(contentsOf: word)
    }
    lines.append(String(decoding: line, as: UTF8.self))
    return lines
  }
}

extension Unicode.Scalar {
  /// Controls, and the marks that turn the direction of writing (Unicode TR 36, section 2).
  fileprivate var isHazardous: Bool {
    switch value {
    case 0..<0x20, 0x7F..<0xA0, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069, 0x2028, 0x2029: true
    default: false
    }
  }
}

extension Character {
  /// Two for wide characters of East Asia and for emoji, none for marks that stand alone.
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

/// A table for a terminal: columns as wide as they need, the widest cut until the line fits.
struct Table {
  private struct Cell {
    let text: String
    let columns: Int
    let role: Style.Role?

    init(_ text: String, _ role: Style.Role?) {
      let isPlain = text.isPlain
      self.text = isPlain ? text : text.printable
      columns = isPlain ? text.utf8.count : self.text.columns
      self.role = role
    }
  }

  private let header: [Cell]
  /// Columns that may be cut, each to no less than eight.
  private let flexible: Set<Int>
  /// Row by row.
  private var cells: [Cell] = []

  /// - Parameter rows: how many there will be, about.
  init(header: [String], flexible: Set<Int>, rows: Int) {
    self.header = header.map { Cell($0, .quiet) }
    self.flexible = flexible
    cells.reserveCapacity(rows * header.count)
  }

  /// Adds the next cell, as a rule of the row that was begun.
  mutating func append(_ text: String, _ role: Style.Role? = nil) { cells.append(Cell(text, role)) }

  /// Heading and rows, a line each.
  func text(width: Int, _ style: Style) -> String {
    var widths = header.map(\.columns)
    for row in stride(from: 0, to: cells.count, by: widths.count) {
      for index in widths.indices { widths[index] = max(widths[index], cells[row + index].columns) }
    }
    while widths.reduce(2 * widths.count, +) > width,
      let widest = flexible.filter({ widths[$0] > 8 }).max(by: { (widths[$0], $1) < (widths[$1], $0) })
    {
      widths[widest] -= 1
    }
    var out: [UInt8] = []
    out.reserveCapacity((cells.count / widths.count + 1) * (width + 1))
    Self.append(header[...], widths, style, to: &out)
    for row in stride(from: 0, to: cells.count, by: widths.count) {
      out.append(0x0A)
      Self.append(cells[row..<row + widths.count], widths, style, to: &out)
    }
    return String(decoding: out, as: UTF8.self)
  }

  private static func append(_ cells: ArraySlice<Cell>, _ widths: [Int], _ style: Style, to out: inout [UInt8]) {
    var gap = 2
    for (cell, width) in zip(cells, widths) {
      let isCut = cell.columns > width
      let text = isCut ? cell.text.cut(to: width) : cell.text
      let columns = isCut ? text.columns : cell.columns
      out.append(contentsOf: repeatElement(0x20, count: gap))
      out.append(contentsOf: (cell.role.map { style(text, $0) } ?? text).utf8)
      gap = width - columns + 2
    }
    while out.last == 0x20 { out.removeLast() }
  }
}
