/// Takes secrets out of a text before it is kept: well-known tokens, private keys, and values that the caller names.
/// What it does not know it cannot see; `doc/checks.md` says so.
public enum Redaction {
  /// What stands in a secret's place.
  static let mark = Array("[secret]".utf8)

  /// The beginnings of well-known tokens, and how many word characters follow at least.
  private static let tokens: [(prefix: String, least: Int)] = [
    ("AKIA", 16), ("ASIA", 16), ("ghp_", 20), ("gho_", 20), ("ghu_", 20), ("ghs_", 20), ("ghr_", 20),
    ("github_pat_", 20), ("glpat-", 16), ("xoxb-", 16), ("xoxp-", 16), ("xoxa-", 16), ("sk_live_", 16),
    ("sk-ant-", 16), ("npm_", 20), ("pypi-", 20), ("AIza", 30), ("eyJ", 40),
  ]

  /// The text without secrets.
  /// - Parameter values: secrets that are known, such as the values of variables. Short ones are left, because they are
  ///   words of the language. O(bytes × secrets).
  public static func redacted(_ text: [UInt8], values: [String]) -> [UInt8] {
    let known = values.filter { $0.utf8.count >= 8 }.map { Array($0.utf8) }
    let tokens = tokens.map { (Array($0.prefix.utf8), $0.least) }
    let (begin, end) = (Array("-----BEGIN ".utf8), Array("-----END ".utf8))
    var out: [UInt8] = []
    out.reserveCapacity(text.count)
    var at = 0
    while at < text.count {
      let rest = text[at...]
      if let value = known.first(where: { rest.starts(with: $0) }) {
        out += mark
        at += value.count
      } else if rest.first == begin.first, rest.starts(with: begin), isKey(rest) {
        out += mark
        at = behind(end, in: text, from: at)
      } else if let (prefix, least) = tokens.first(where: { rest.starts(with: $0.0) }),
        at == 0 || !isWord(text[at - 1]), case let length = wordLength(rest.dropFirst(prefix.count)), length >= least
      {
        out += mark
        at += prefix.count + length
      } else {
        out.append(text[at])
        at += 1
      }
    }
    return out
  }

  private static func isKey(_ text: ArraySlice<UInt8>) -> Bool {
    let line = text.prefix { $0 != 0x0A }
    return String(decoding: line, as: UTF8.self).contains("PRIVATE KEY")
  }

  /// The end of the line on which a private key ends, or of the text.
  private static func behind(_ end: [UInt8], in text: [UInt8], from start: Int) -> Int {
    var at = start + 1
    while at < text.count {
      if text[at...].starts(with: end) { return text[at...].firstIndex(of: 0x0A) ?? text.count }
      at += 1
    }
    return text.count
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x5F
      || byte == 0x2D || byte == 0x2E
  }

  private static func wordLength(_ text: ArraySlice<UInt8>) -> Int { text.prefix(while: isWord).count }
}
