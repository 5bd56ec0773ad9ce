import _StringProcessing

/// A regular expression of ECMA-262, as JSON Schema's `pattern` means it: unanchored, by Unicode scalars.
///
/// Built on the standard library's `Regex`, whose dialect differs in the three places that `translated` mends.
public struct TextPattern {
  private let regex: Regex<AnyRegexOutput>

  /// - Throws: the standard library's error where the text is no regular expression.
  public init(_ text: String) throws {
    regex = try Regex(Self.translated(text))
      .matchingSemantics(.unicodeScalar)
      .asciiOnlyDigits()
      .asciiOnlyWordCharacters()
  }

  /// True where the pattern is found anywhere in the text.
  public func isFound(in text: String) -> Bool {
    // A regex that fails while matching has found nothing; the pattern itself was proven when it was compiled.
    (try? regex.firstMatch(in: text)) != nil
  }

  /// `^` and `$` are the ends of the text, never of a line; `\cX` is a control character; `\p{Letter}` is as it is.
  static func translated(_ text: String) -> String {
    var out = ""
    var inClass = false
    var characters = text.unicodeScalars[...]
    while let scalar = characters.popFirst() {
      switch scalar {
      case "\\":
        guard let next = characters.popFirst() else {
          out += "\\"
          break
        }
        if next == "c", let letter = characters.popFirst() {
          out += "\\x{" + String(letter.value % 32, radix: 16) + "}"
        } else if next == "/" || next == "-" && !inClass {
          out += next == "/" ? "/" : "-"
        } else {
          out.unicodeScalars.append(contentsOf: ["\\", next])
        }
      case "[":
        out += inClass ? "\\[" : "["
        inClass = true
      case "]":
        out += "]"
        inClass = false
      case "^" where !inClass: out += "\\A"
      case "$" where !inClass: out += "\\z"
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out
  }
}
