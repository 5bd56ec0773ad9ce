/// Secrets that are known by their form: well-known tokens by how they begin, and private keys by their frame.
struct KnownSecret {
  /// What it is.
  let name: String
  /// Its bytes.
  let range: Range<Int>

  /// The beginnings of tokens, and how many word characters follow at least.
  private static let tokens: [(prefix: [UInt8], least: Int, name: String)] = [
    ("AKIA", 16, "an AWS key"), ("ASIA", 16, "an AWS key"), ("ghp_", 20, "a GitHub token"),
    ("gho_", 20, "a GitHub token"), ("ghu_", 20, "a GitHub token"), ("ghs_", 20, "a GitHub token"),
    ("ghr_", 20, "a GitHub token"), ("github_pat_", 20, "a GitHub token"), ("glpat-", 16, "a GitLab token"),
    ("xoxb-", 16, "a Slack token"), ("xoxp-", 16, "a Slack token"), ("xoxa-", 16, "a Slack token"),
    ("sk_live_", 16, "a payment key"), ("sk-ant-", 16, "an API key"), ("npm_", 20, "an npm token"),
    ("pypi-", 20, "a PyPI token"), ("AIza", 30, "a Google key"), ("eyJ", 60, "a JSON web token"),
  ].map { (Array($0.0.utf8), $0.1, $0.2) }
  private static let begin = Array("-----BEGIN ".utf8)
  private static let end = Array("-----END ".utf8)

  /// Every one in a text, in its order. O(bytes).
  static func all(in text: [UInt8]) -> [KnownSecret] {
    var found: [KnownSecret] = []
    var at = text.withUnsafeBufferPointer { nextStart(in: $0, from: 0) }
    while at < text.count {
      var next = at + 1
      if let secret = secret(in: text, at: at) {
        found.append(secret)
        next = secret.range.upperBound
      }
      at = text.withUnsafeBufferPointer { nextStart(in: $0, from: next) }
    }
    return found
  }

  /// The next byte at which a token or a key may begin. Every milestone of every commit goes through here.
  private static func nextStart(in text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    var at = start
    while at < text.count {
      switch text[at] {
      // A g x s n p e -: what stands in front of it decides.
      case 0x41, 0x67, 0x78, 0x73, 0x6E, 0x70, 0x65: if at == 0 || !isWord(text[at - 1]) { return at }
      case 0x2D: if at + 1 < text.count, text[at + 1] == 0x2D { return at }
      default: break
      }
      at += 1
    }
    return at
  }

  private static func secret(in text: [UInt8], at: Int) -> KnownSecret? {
    let rest = text[at...]
    if rest.starts(with: begin) {
      let line = String(decoding: rest.prefix(64).prefix { $0 != 0x0A }, as: UTF8.self)
      return line.contains("PRIVATE KEY") ? KnownSecret(name: "a private key", range: at..<behindKey(text, at)) : nil
    }
    guard at == 0 || !isWord(text[at - 1]), let token = tokens.first(where: { rest.starts(with: $0.prefix) }) else {
      return nil
    }
    let length = rest.dropFirst(token.prefix.count).prefix(while: isWord).count
    return length >= token.least ? KnownSecret(name: token.name, range: at..<(at + token.prefix.count + length)) : nil
  }

  /// The end of the line on which a private key ends, or of the text.
  private static func behindKey(_ text: [UInt8], _ start: Int) -> Int {
    var at = start + 1
    while at < text.count {
      if text[at] == 0x2D, text[at...].starts(with: end) { return text[at...].firstIndex(of: 0x0A) ?? text.count }
      at += 1
    }
    return text.count
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x5F
      || byte == 0x2D || byte == 0x2E
  }
}
