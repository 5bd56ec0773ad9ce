/// Untrusted text inside Markdown as GitHub, GitLab and CommonMark read it. It begins no HTML, link, image, mention,
/// reference or code, and invisible characters are made visible (decision 0042).
public enum MarkdownText {
  /// An entity for a zero-width space. It breaks what a forge would detect as a mention, a reference or an address in
  /// rendered text, in which a backslash is already gone. Reading a document removes it.
  static let seam = "&#8203;"

  /// Returns text for one line or a cell, with all markup escaped.
  public static func line(_ text: String) -> String { encoded(text.printable, marks: "\\`*_[]|~#$") }

  /// Returns text as code, or as plain text if it contains a character that could end the code.
  public static func code(_ text: String) -> String {
    isCode(text) ? "`\(text)`" : line(text)
  }

  /// Returns true if the text can be written unchanged between two backticks.
  static func isCode(_ text: String) -> Bool {
    !text.isEmpty && text.first != " " && text.last != " " && text.printable == text
      && !text.contains { "`<>|&@#".contains($0) } && !text.contains("](") && !text.contains("://")
  }

  /// Returns a cell of a document, with each line end as `<br>`.
  static func cell(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { cellLine(String($0)) }.joined(separator: "<br>")
  }

  /// Reads the output of `cell`.
  static func decodedCell(_ source: some StringProtocol) -> String {
    String(source).split(separator: "<br>", omittingEmptySubsequences: false).map { decoded($0) }.joined(
      separator: "\n")
  }

  /// Returns a line of a cell, which `decoded` reads back exactly. Emphasis is kept, and code if `keepsCode` is true.
  static func cellLine(_ text: String, keepsCode: Bool = true) -> String {
    let marks = "|" + (keepsCode ? "" : "`") + (text.contains("](") ? "[" : "")
    var out = encoded(escapingHazards(text), marks: marks, isStrict: false)
    // Readers trim the spaces around a cell.
    if out.first == " " { out = "&#32;" + out.dropFirst() }
    if out.last == " " { out = out.dropLast() + "&#32;" }
    return out
  }

  /// Writes invisible characters as `\u{…}`, and doubles each backslash that would begin an escape.
  private static func escapingHazards(_ text: String) -> String {
    let scalars = Array(text.unicodeScalars)
    return scalars.indices.reduce(into: "") { out, index in
      let scalar = scalars[index]
      if TerminalText.isHazardous(scalar.value) {
        out += "\\u{" + String(scalar.value, radix: 16) + "}"
      } else if scalar == "\\", mustDouble(scalars[(index + 1)...]) {
        out += "\\\\"
      } else {
        out.unicodeScalars.append(scalar)
      }
    }
  }

  private static func mustDouble(_ rest: ArraySlice<Unicode.Scalar>) -> Bool {
    // At the end of a line `<br>` follows, and a space there is an entity.
    guard let next = rest.first, rest.count > 1 || next != " " else { return true }
    return isPunctuation(next) || TerminalText.isHazardous(next.value) || rest.starts(with: "u{".unicodeScalars)
  }

  /// Reads the output of `cell`, and of other programs that write escapes of CommonMark and a few entities.
  static func decoded(_ source: some StringProtocol) -> String {
    var out = String.UnicodeScalarView()
    var rest = Substring(source).unicodeScalars
    while let scalar = rest.popFirst() {
      if scalar == "\\", let next = rest.first {
        if isPunctuation(next) {
          out.append(next)
          rest.removeFirst()
        } else if let hidden = hazard(at: rest) {
          out.append(hidden.scalar)
          rest = rest.dropFirst(hidden.length)
        } else {
          out.append(scalar)
        }
      } else if scalar == "&", let entity = entity(at: rest) {
        if let value = entity.scalar { out.append(value) }
        rest = rest.dropFirst(entity.length)
      } else {
        out.append(scalar)
      }
    }
    return String(out)
  }

  /// Returns the invisible character that `u{…}` after a backslash represents. Nil if there is none.
  private static func hazard(at rest: Substring.UnicodeScalarView) -> (scalar: Unicode.Scalar, length: Int)? {
    guard rest.starts(with: "u{".unicodeScalars) else { return nil }
    let digits = rest.dropFirst(2).prefix { $0.properties.isASCIIHexDigit }
    guard (1...6).contains(digits.count), rest.dropFirst(2 + digits.count).first == "}",
      let value = UInt32(String(digits), radix: 16), let scalar = Unicode.Scalar(value),
      TerminalText.isHazardous(value)
    else { return nil }
    return (scalar, digits.count + 3)
  }

  /// Returns the entity after an ampersand, without a scalar for the seam.
  private static func entity(at rest: Substring.UnicodeScalarView) -> (scalar: Unicode.Scalar?, length: Int)? {
    for (name, scalar) in [("lt;", "<"), ("gt;", ">"), ("amp;", "&"), ("quot;", "\""), ("#32;", " "), ("#8203;", nil)]
      as [(String, Unicode.Scalar?)] where rest.starts(with: name.unicodeScalars)
    {
      return (scalar, name.utf8.count)
    }
    return nil
  }

  // MARK: - Escaping

  private static func encoded(_ text: String, marks: String, isStrict: Bool = true) -> String {
    let scalars = Array(text.unicodeScalars)
    let marks = Set(marks.unicodeScalars).subtracting(isStrict ? [] : ["\\"])
    return scalars.indices.reduce(into: "") { out, index in
      let scalar = scalars[index]
      let (before, after) = (scalars[..<index], scalars[(index + 1)...])
      switch scalar {
      case "<": out += "&lt;"
      case ">" where isStrict: out += "&gt;"
      case "&" where after.first.map { isWord($0) || $0 == "#" } ?? false: out += "&amp;"
      case "(" where before.last == "]": out += "\\("
      case "." where isAddress(before): out += seam + "."
      default:
        if marks.contains(scalar) { out += "\\" }
        out.unicodeScalars.append(scalar)
      }
      if endsInSeam(scalar, before, after) { out += seam }
    }
  }

  /// Returns true if a forge would take the following text for a mention, a reference or an address.
  private static func endsInSeam(
    _ scalar: Unicode.Scalar, _ before: ArraySlice<Unicode.Scalar>, _ after: ArraySlice<Unicode.Scalar>
  ) -> Bool {
    guard let next = after.first else { return false }
    switch scalar {
    // An e-mail address is no mention; a commit after it is a reference.
    case "@": return isWord(next) && (!(before.last.map(isWord) ?? false) || isHash(after))
    case "#", "!", "&", "$": return isDigit(next)
    case "%", "~", "^": return isWord(next) || next == "\""
    case "-": return isDigit(next) && before.suffix(2).map { $0.properties.lowercaseMapping } == ["g", "h"]
    case ":": return after.starts(with: "//".unicodeScalars)
    default: return false
    }
  }

  /// Returns true after `www`, which begins an address.
  private static func isAddress(_ before: ArraySlice<Unicode.Scalar>) -> Bool {
    before.suffix(3).map { $0.properties.lowercaseMapping } == ["w", "w", "w"]
  }

  private static func isHash(_ text: ArraySlice<Unicode.Scalar>) -> Bool {
    text.prefix(7).count == 7 && text.prefix(7).allSatisfy { $0.properties.isASCIIHexDigit }
  }

  private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

  private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    isDigit(scalar) || ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || scalar == "_"
  }

  /// Returns true for ASCII punctuation, which a backslash escapes (CommonMark 0.31, section 2.4).
  private static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
    (0x21...0x7E).contains(scalar.value) && (!isWord(scalar) || scalar == "_")
  }
}
