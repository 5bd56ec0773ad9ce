/// Untrusted text in a cell of a table for spreadsheets (RFC 4180). No cell begins a formula or contains invisible
/// characters, and `decoded` returns the original text exactly (decision 0042).
enum CSVCell {
  /// The characters that make spreadsheets treat a cell as a formula, including the wide forms of East Asia (OWASP, CSV
  /// injection).
  private static let triggers = Set("=+-@|%＝＋－＠".unicodeScalars)

  /// Returns the cell with the quotes that it needs.
  /// - Parameter lines: the lines of the cell; a line end within one of them is made visible.
  static func encoded(_ lines: [String]) -> String {
    let lines = lines.map { line -> String in
      let shown = escapingHazards(line)
      return isTrigger(shown) ? "'" + shown : shown
    }
    let cell = lines.joined(separator: "\n")
    let mustQuote =
      cell.unicodeScalars.contains { ",;\"\n".unicodeScalars.contains($0) } || cell.first == " " || cell.last == " "
    return mustQuote ? "\"" + cell.replacing("\"", with: "\"\"") + "\"" : cell
  }

  /// Reads a line of a cell.
  static func decoded(_ line: some StringProtocol) -> String {
    var line = Substring(line)
    if line.first == "'", isTrigger(line.dropFirst()) { line = line.dropFirst() }
    return withHazards(line)
  }

  /// Returns true if the text begins a formula after apostrophes and spaces, so that an apostrophe has to precede it.
  private static func isTrigger(_ text: some StringProtocol) -> Bool {
    text.unicodeScalars.first { $0 != "'" && $0 != " " && $0 != "\u{A0}" && $0 != "\u{3000}" }
      .map(triggers.contains) ?? false
  }

  /// Writes invisible characters as `\u{…}`, and doubles the backslashes before such a form or before text that looks
  /// like one.
  private static func escapingHazards(_ text: String) -> String {
    var (out, backslashes) = ("", 0)
    let scalars = Array(text.unicodeScalars)
    for (index, scalar) in scalars.enumerated() {
      if scalar == "\\" {
        backslashes += 1
        continue
      }
      let isHazardous = TerminalText.isHazardous(scalar.value)
      let isDoubled = isHazardous || scalars[index...].starts(with: "u{".unicodeScalars)
      out += String(repeating: "\\", count: isDoubled ? 2 * backslashes : backslashes)
      backslashes = 0
      if isHazardous {
        out += "\\u{" + String(scalar.value, radix: 16) + "}"
      } else {
        out.unicodeScalars.append(scalar)
      }
    }
    return out + String(repeating: "\\", count: backslashes)
  }

  private static func withHazards(_ text: Substring) -> String {
    var out = String.UnicodeScalarView()
    var rest = text.unicodeScalars
    while let scalar = rest.first {
      guard scalar == "\\" else {
        out.append(scalar)
        rest.removeFirst()
        continue
      }
      let count = rest.prefix { $0 == "\\" }.count
      rest = rest.dropFirst(count)
      let isForm = rest.starts(with: "u{".unicodeScalars)
      let digits = rest.dropFirst(2).prefix { $0.properties.isASCIIHexDigit }
      let hidden = UInt32(String(digits), radix: 16).flatMap(Unicode.Scalar.init)
      if isForm, count % 2 == 1, let hidden, rest.dropFirst(2 + digits.count).first == "}" {
        out.append(contentsOf: repeatElement("\\", count: count / 2))
        out.append(hidden)
        rest = rest.dropFirst(digits.count + 3)
      } else {
        out.append(contentsOf: repeatElement("\\", count: isForm && count % 2 == 0 ? count / 2 : count))
      }
    }
    return String(out)
  }
}
