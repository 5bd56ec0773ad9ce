/// Translates regular expressions of ECMA-262 to PCRE2, and rejects syntax that only PCRE2 has: callouts, verbs,
/// recursion, atomic groups and possessive quantifiers.
///
/// Beyond ECMA-262 it accepts `(?i)` at the start of a pattern or group, and a backslash before any punctuation,
/// because patterns for secrets use them.
struct ECMAPattern {
  /// The pattern for PCRE2.
  var text: String { out }
  /// True if an item may scan many characters and then fail: a back reference, or a quantifier with a count above 99.
  private(set) var mayScanUnseen = false
  private var rest: Substring.UnicodeScalarView
  private var out = ""
  /// True after a quantifier, which only `?` may follow.
  private var isQuantified = false
  /// True if `(?s)` makes the dot match line ends.
  private let dotMatchesAll: Bool

  /// - Throws: `PatternSyntaxError` for syntax that is not ECMA-262. PCRE2's compiler checks the rest.
  init(_ text: String) throws {
    rest = text[...].unicodeScalars
    let heads = text.split(separator: "(?", omittingEmptySubsequences: false).dropFirst()
    dotMatchesAll = heads.contains { head in
      head.prefix { "ims-".contains($0) }.prefix { $0 != "-" }.contains("s")
    }
    while let scalar = rest.popFirst() { try take(scalar) }
  }

  private mutating func take(_ scalar: Unicode.Scalar) throws {
    let follows = isQuantified
    isQuantified = false
    switch scalar {
    case "\\": try takeEscape(inClass: false)
    case "[": try takeClass()
    case "(": try takeGroup()
    case ".": out += dotMatchesAll ? "." : "[^\\n\\r\\x{2028}\\x{2029}]"
    case "*", "+":
      if follows { throw PatternSyntaxError() }
      out.unicodeScalars.append(scalar)
      isQuantified = true
    case "?":
      out += "?"
      isQuantified = !follows
    case "{":
      if let bounds = quantifier() {
        if follows { throw PatternSyntaxError() }
        out += bounds
        isQuantified = true
      } else {
        out += "\\{"
      }
    case "}", "]": out.unicodeScalars.append(contentsOf: ["\\", scalar])
    default: out.unicodeScalars.append(scalar)
    }
  }

  /// Parses the rest of `{n}`, `{n,}` or `{n,m}`. Returns nil and consumes nothing if the brace is literal.
  private mutating func quantifier() -> String? {
    guard let end = rest.firstIndex(of: "}") else { return nil }
    let body = String(rest[..<end])
    let parts = body.split(separator: ",", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.first?.isEmpty == false,
      parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } })
    else { return nil }
    rest = rest[rest.index(after: end)...]
    if parts.contains(where: { $0.utf8.count > 2 }) { mayScanUnseen = true }
    return "{" + body + "}"
  }

  // MARK: - Groups

  private mutating func takeGroup() throws {
    out += "("
    guard rest.first == "?" else {
      if rest.first == "*" { throw PatternSyntaxError() }
      return
    }
    var head = ""
    for scalar in rest.prefix(9) { head.unicodeScalars.append(scalar) }
    if let opener = ["?:", "?=", "?!", "?<=", "?<!"].first(where: head.hasPrefix) {
      rest.removeFirst(opener.count)
      out += opener
    } else if head.hasPrefix("?<") {
      rest.removeFirst(2)
      out += "?<" + (try takeName())
    } else {
      let flags = head.dropFirst().prefix { "ims-".contains($0) }
      let end = head.dropFirst(1 + flags.count).first
      guard !flags.isEmpty, flags.filter({ $0 == "-" }).count <= 1, end == ":" || end == ")" else {
        throw PatternSyntaxError()
      }
      rest.removeFirst(1 + flags.count)
      out += "?" + flags
    }
  }

  /// Parses a name and its closing `>`.
  private mutating func takeName() throws -> String {
    var name = ""
    while let scalar = rest.popFirst() {
      name.unicodeScalars.append(scalar)
      if scalar == ">" { return name }
      guard scalar.properties.isAlphabetic || scalar.properties.numericType != nil || scalar == "_" || scalar == "$"
      else { break }
    }
    throw PatternSyntaxError()
  }

  // MARK: - Classes

  private mutating func takeClass() throws {
    out += "["
    if rest.first == "^" {
      rest.removeFirst()
      out += "^"
    }
    var followsSet = false
    while let scalar = rest.popFirst() {
      let precedes = followsSet
      followsSet = false
      switch scalar {
      case "]":
        out += "]"
        return
      case "\\":
        followsSet = rest.first.map { "dDsSwWpP".unicodeScalars.contains($0) } ?? false
        try takeEscape(inClass: true)
      case "[": out += "\\["
      case "-" where precedes && rest.first != "]": out += "\\-"
      default: out.unicodeScalars.append(scalar)
      }
    }
    throw PatternSyntaxError()
  }

  // MARK: - Escapes

  private static let spaces =
    "\\x{9}-\\x{d}\\x{20}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}\\x{feff}"
  private static let others =
    "\\x{0}-\\x{8}\\x{e}-\\x{1f}\\x{21}-\\x{9f}\\x{a1}-\\x{167f}\\x{1681}-\\x{1fff}\\x{200b}-\\x{2027}\\x{202a}-\\x{202e}"
    + "\\x{2030}-\\x{205e}\\x{2060}-\\x{2fff}\\x{3001}-\\x{d7ff}\\x{e000}-\\x{fefe}\\x{ff00}-\\x{10ffff}"

  private mutating func takeEscape(inClass: Bool) throws {
    guard let scalar = rest.popFirst() else { throw PatternSyntaxError() }
    switch scalar {
    case "d", "D", "w", "W", "t", "n", "f", "r": out.unicodeScalars.append(contentsOf: ["\\", scalar])
    case "b": out += inClass ? "\\x{8}" : "\\b"
    case "B":
      if inClass { throw PatternSyntaxError() }
      out += "\\B"
    case "s": out += inClass ? Self.spaces : "[" + Self.spaces + "]"
    case "S": out += inClass ? Self.others : "[^" + Self.spaces + "]"
    case "v": out += "\\x{b}"
    case "0":
      if let next = rest.first, ("0"..."9").contains(next) { throw PatternSyntaxError() }
      out += "\\x{0}"
    case "1"..."9":
      if inClass { throw PatternSyntaxError() }
      var number = String(scalar)
      while let next = rest.first, ("0"..."9").contains(next) { number.unicodeScalars.append(rest.removeFirst()) }
      out += "\\g{" + number + "}"
      mayScanUnseen = true
    case "c":
      guard let letter = rest.popFirst(), ("a"..."z").contains(letter) || ("A"..."Z").contains(letter) else {
        throw PatternSyntaxError()
      }
      append(letter.value % 32)
    case "x": append(rest.first == "{" ? try bracedNumber() : try number(digits: 2))
    case "u": append(try unicodeNumber())
    case "p", "P": out += "\\" + String(scalar) + "{" + (try property()) + "}"
    case "k":
      guard !inClass, rest.popFirst() == "<" else { throw PatternSyntaxError() }
      out += "\\k<" + (try takeName())
      mayScanUnseen = true
    default:
      let isWord = ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
      if isWord { throw PatternSyntaxError() }
      if scalar.isASCII { out += "\\" }
      out.unicodeScalars.append(scalar)
    }
  }

  private mutating func append(_ value: UInt32) { out += "\\x{" + String(value, radix: 16) + "}" }

  private mutating func number(digits: Int) throws -> UInt32 {
    var text = ""
    for _ in 0..<digits { if let digit = rest.popFirst() { text.unicodeScalars.append(digit) } }
    guard text.utf8.count == digits, !text.hasPrefix("+"), let value = UInt32(text, radix: 16) else {
      throw PatternSyntaxError()
    }
    return value
  }

  private mutating func bracedNumber() throws -> UInt32 {
    rest.removeFirst()
    var text = ""
    while let digit = rest.popFirst(), digit != "}" { text.unicodeScalars.append(digit) }
    guard !text.hasPrefix("+"), let value = UInt32(text, radix: 16), Unicode.Scalar(value) != nil else {
      throw PatternSyntaxError()
    }
    return value
  }

  /// Parses `\uHHHH`, a surrogate pair of them, or `\u{H}`. A lone surrogate occurs in no text.
  private mutating func unicodeNumber() throws -> UInt32 {
    if rest.first == "{" { return try bracedNumber() }
    let high = try number(digits: 4)
    guard (0xD800...0xDFFF).contains(high) else { return high }
    guard high < 0xDC00, rest.popFirst() == "\\", rest.popFirst() == "u" else { throw PatternSyntaxError() }
    let low = try number(digits: 4)
    guard (0xDC00...0xDFFF).contains(low) else { throw PatternSyntaxError() }
    return 0x10000 + (high - 0xD800) << 10 + (low - 0xDC00)
  }

  /// Returns the name within `\p{…}` for PCRE2: general categories by their short names.
  private mutating func property() throws -> String {
    guard rest.popFirst() == "{" else { throw PatternSyntaxError() }
    var name = ""
    while let scalar = rest.popFirst(), scalar != "}" { name.unicodeScalars.append(scalar) }
    let parts = name.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard let last = parts.last, !last.isEmpty, !name.hasPrefix("^") else { throw PatternSyntaxError() }
    guard parts.count == 2 else { return Self.categories[name] ?? name }
    switch parts[0] {
    case "General_Category", "gc": return Self.categories[last] ?? last
    case "Script", "sc": return "sc:" + last
    case "Script_Extensions", "scx": return "scx:" + last
    default: throw PatternSyntaxError()
    }
  }

  /// The long names of general categories (Unicode, PropertyValueAliases), with their short names.
  private static let categories = [
    "Letter": "L", "Cased_Letter": "L&", "LC": "L&", "Uppercase_Letter": "Lu", "Lowercase_Letter": "Ll",
    "Titlecase_Letter": "Lt", "Modifier_Letter": "Lm", "Other_Letter": "Lo", "Mark": "M", "Combining_Mark": "M",
    "Nonspacing_Mark": "Mn", "Spacing_Mark": "Mc", "Enclosing_Mark": "Me", "Number": "N", "Decimal_Number": "Nd",
    "digit": "Nd", "Letter_Number": "Nl", "Other_Number": "No", "Punctuation": "P", "punct": "P",
    "Connector_Punctuation": "Pc", "Dash_Punctuation": "Pd", "Open_Punctuation": "Ps", "Close_Punctuation": "Pe",
    "Initial_Punctuation": "Pi", "Final_Punctuation": "Pf", "Other_Punctuation": "Po", "Symbol": "S",
    "Math_Symbol": "Sm", "Currency_Symbol": "Sc", "Modifier_Symbol": "Sk", "Other_Symbol": "So", "Separator": "Z",
    "Space_Separator": "Zs", "Line_Separator": "Zl", "Paragraph_Separator": "Zp", "Other": "C", "Control": "Cc",
    "cntrl": "Cc", "Format": "Cf", "Surrogate": "Cs", "Private_Use": "Co", "Unassigned": "Cn",
  ]
}
