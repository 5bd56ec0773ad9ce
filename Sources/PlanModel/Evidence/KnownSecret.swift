/// Secrets that are known by their form: well-known tokens by how they begin, and private keys by their frame.
struct KnownSecret {
  /// What it is.
  let name: String
  /// Its bytes.
  let range: Range<Int>

  /// The characters that follow the beginning of a token.
  private enum Body {
    case capitals, alphanumeric, word, dotted

    func holds(_ byte: UInt8) -> Bool {
      switch byte {
      case 0x30...0x39, 0x41...0x5A: true
      case 0x61...0x7A: self != .capitals
      case 0x5F, 0x2D: self == .word || self == .dotted
      case 0x2E: self == .dotted
      default: false
      }
    }
  }

  /// How tokens of one kind begin, what follows, and how much of it.
  private struct Form {
    let prefix: [UInt8]
    let body: Body
    let count: ClosedRange<Int>
    let name: String

    init(_ prefix: String, _ body: Body, _ count: ClosedRange<Int>, _ name: String) {
      (self.prefix, self.body, self.count, self.name) = (Array(prefix.utf8), body, count, name)
    }

    init(_ prefix: String, _ body: Body, _ least: PartialRangeFrom<Int>, _ name: String) {
      self.init(prefix, body, least.lowerBound...Int.max, name)
    }
  }

  private static let forms = [
    Form("AKIA", .capitals, 16...16, "an AWS key"), Form("ASIA", .capitals, 16...16, "an AWS key"),
    Form("AGE-SECRET-KEY-1", .capitals, 50..., "a private key"),
    Form("ghp_", .alphanumeric, 20..., "a GitHub token"), Form("gho_", .alphanumeric, 20..., "a GitHub token"),
    Form("ghu_", .alphanumeric, 20..., "a GitHub token"), Form("ghs_", .alphanumeric, 20..., "a GitHub token"),
    Form("ghr_", .alphanumeric, 20..., "a GitHub token"), Form("github_pat_", .word, 20..., "a GitHub token"),
    Form("glpat-", .dotted, 16..., "a GitLab token"), Form("glrt-", .dotted, 16..., "a GitLab token"),
    Form("xoxb-", .word, 16..., "a Slack token"), Form("xoxp-", .word, 16..., "a Slack token"),
    Form("xoxa-", .word, 16..., "a Slack token"), Form("xoxr-", .word, 16..., "a Slack token"),
    Form("xoxs-", .word, 16..., "a Slack token"), Form("sk_live_", .alphanumeric, 16..., "a payment key"),
    Form("sk-ant-", .word, 16..., "an API key"), Form("sk-proj-", .word, 20..., "an API key"),
    Form("npm_", .alphanumeric, 20..., "an npm token"), Form("pypi-AgE", .word, 20..., "a PyPI token"),
    Form("AIza", .word, 30..., "a Google key"), Form("eyJ", .dotted, 60..., "a JSON web token"),
  ]
  private static let begin = Array("-----BEGIN ".utf8)
  private static let end = Array("-----END ".utf8)

  /// Returns every one in a text, in its order. O(bytes).
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
      // A g x s n p e -: what is before it decides.
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
    guard at == 0 || !isWord(text[at - 1]), let form = forms.first(where: { rest.starts(with: $0.prefix) }) else {
      return nil
    }
    let body = rest.dropFirst(form.prefix.count).prefix(while: form.body.holds)
    guard form.count.contains(body.count), !isPlaceholder(body, of: form) else { return nil }
    return KnownSecret(name: form.name, range: at..<body.endIndex)
  }

  /// True for what documents write in the place of a token: words, one letter again and again, AWS's own example keys,
  /// which end in EXAMPLE; and, where a token has parts, for what lacks them (RFC 7519, section 3).
  private static func isPlaceholder(_ body: ArraySlice<UInt8>, of form: Form) -> Bool {
    if body.suffix(7).elementsEqual("EXAMPLE".utf8) { return true }
    if form.body == .dotted, form.prefix.elementsEqual("eyJ".utf8) { return body.count { $0 == 0x2E } < 2 }
    return Set(body).count < 6 || !body.contains { (0x30...0x39).contains($0) }
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
  }
}
