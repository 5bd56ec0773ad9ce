/// A secret recognized by its form: a well-known token by its prefix, or a private key by its PEM lines.
struct KnownSecret {
  /// The kind of secret, for people.
  let name: String
  /// The range of its bytes.
  let range: Range<Int>

  /// The characters that follow a token's prefix.
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

  /// The prefix of a kind of token, and the characters and length of its body.
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

  /// The forms, by the first byte of their prefixes.
  private static let formsByFirst: [[Form]] = {
    var table = [[Form]](repeating: [], count: 256)
    for form in forms { table[Int(form.prefix[0])].append(form) }
    return table
  }()

  /// Returns every secret in a text, in order. O(bytes) for any text: a push of a few kilobytes can unpack to megabytes
  /// of token prefixes.
  static func all(in text: [UInt8]) -> [KnownSecret] {
    text.withUnsafeBufferPointer { text in
      var search = Search(text)
      return search.all()
    }
  }

  /// One pass over a text.
  private struct Search {
    private let text: UnsafeBufferPointer<UInt8>
    /// The last measured run of body characters, by body. A token that begins within a run ends where the run ends.
    private var runs: [Body: Range<Int>] = [:]
    /// The last run known to be a placeholder, by rule. A token that begins within it is a placeholder too.
    private var poor: [Rule: Range<Int>] = [:]

    private struct Rule: Hashable {
      let body: Body
      let isWebToken: Bool
    }

    init(_ text: UnsafeBufferPointer<UInt8>) { self.text = text }

    mutating func all() -> [KnownSecret] {
      var found: [KnownSecret] = []
      var at = nextStart(from: 0)
      while at < text.count {
        var next = at + 1
        if let secret = secret(at: at) {
          found.append(secret)
          next = secret.range.upperBound
        }
        at = nextStart(from: next)
      }
      return found
    }

    /// Returns the next offset at which a token or a key may begin. Every milestone of every commit is scanned here.
    private func nextStart(from start: Int) -> Int {
      var at = start
      while at < text.count {
        switch text[at] {
        // A g x s n p e -: the preceding byte decides.
        case 0x41, 0x67, 0x78, 0x73, 0x6E, 0x70, 0x65: if at == 0 || !isWord(text[at - 1]) { return at }
        case 0x2D: if at + 1 < text.count, text[at + 1] == 0x2D { return at }
        default: break
        }
        at += 1
      }
      return at
    }

    private mutating func secret(at place: Int) -> KnownSecret? {
      if text[place] == 0x2D {
        guard begins(with: begin, at: place) else { return nil }
        let line = String(decoding: text[place...].prefix(64).prefix { $0 != 0x0A }, as: UTF8.self)
        return line.contains("PRIVATE KEY") ? KnownSecret(name: "a private key", range: place..<behindKey(place)) : nil
      }
      guard let form = formsByFirst[Int(text[place])].first(where: { begins(with: $0.prefix, at: place) }) else {
        return nil
      }
      let start = place + form.prefix.count
      let end = runEnd(from: start, form.body)
      guard form.count.contains(end - start), !isPlaceholder(start..<end, of: form) else { return nil }
      return KnownSecret(name: form.name, range: place..<end)
    }

    private func begins(with prefix: [UInt8], at place: Int) -> Bool {
      guard text.count - place >= prefix.count else { return false }
      for index in prefix.indices where text[place + index] != prefix[index] { return false }
      return true
    }

    private mutating func runEnd(from start: Int, _ body: Body) -> Int {
      if let run = runs[body], run.lowerBound <= start, start <= run.upperBound { return run.upperBound }
      let end = text[start...].firstIndex { !body.holds($0) } ?? text.count
      runs[body] = start..<end
      return end
    }

    /// Returns true for placeholders: words, one repeated letter, and AWS's example keys, which end in EXAMPLE. A web
    /// token without three parts is one too (RFC 7519, section 3).
    private mutating func isPlaceholder(_ body: Range<Int>, of form: Form) -> Bool {
      if text[body].suffix(7).elementsEqual("EXAMPLE".utf8) { return true }
      let rule = Rule(body: form.body, isWebToken: form.prefix.elementsEqual("eyJ".utf8))
      if let known = poor[rule], known.upperBound == body.upperBound, known.lowerBound <= body.lowerBound {
        return true
      }
      guard rule.isWebToken ? !hasTwoDots(body) : !isVaried(body) else { return false }
      poor[rule] = body
      return true
    }

    private func hasTwoDots(_ body: Range<Int>) -> Bool {
      guard let first = text[body].firstIndex(of: 0x2E) else { return false }
      return text[first..<body.upperBound].dropFirst().contains(0x2E)
    }

    /// Returns true if the body has a digit and six different characters.
    private func isVaried(_ body: Range<Int>) -> Bool {
      var (seen, hasDigit) = (Set<UInt8>(), false)
      for byte in text[body] {
        if seen.count < 6 { seen.insert(byte) }
        if (0x30...0x39).contains(byte) { hasDigit = true }
        if hasDigit, seen.count == 6 { return true }
      }
      return false
    }

    /// Returns the end of a private key's last line, or the end of the text.
    private func behindKey(_ start: Int) -> Int {
      var at = start + 1
      while at < text.count {
        if text[at] == 0x2D, begins(with: KnownSecret.end, at: at) {
          return text[at...].firstIndex(of: 0x0A) ?? text.count
        }
        at += 1
      }
      return text.count
    }

    private func isWord(_ byte: UInt8) -> Bool {
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x5F
    }
  }
}
