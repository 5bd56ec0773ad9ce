import TestSupport
import Testing

@testable import PlanModel

/// Well-known tokens are found in one pass over any text.
@Suite("Known secrets")
struct KnownSecretTests {
  private static func found(_ text: String) -> [String] {
    let bytes = Array(text.utf8)
    return KnownSecret.all(in: bytes).map { String(decoding: bytes[$0.range], as: UTF8.self) }
  }

  @Test("a token is found behind beginnings that hold none, and within them")
  func nested() {
    let token = "sk-ant-a1b2c3d4e5f6g7h8"
    #expect(Self.found("sk-ant-sk-ant- \(token) xoxb-") == [token])
    #expect(Self.found("xoxb-xoxb-xoxb-xoxb \(token)") == [token])
    // A token that is too short for one rule may contain one that is long enough for another.
    #expect(Self.found("eyJab-\(token)") == [token])
    #expect(Self.found("glpat-nothing.but.words-\(token)") == ["glpat-nothing.but.words-\(token)"])
    #expect(Self.found("AGE-SECRET-KEY-1-\(token)") == [token])
  }

  @Test("of random texts it finds what trying each place anew finds")
  func sameAsPlain() {
    var random = SplitMix(20_261_129)
    let pieces = [
      "sk-ant-", "sk-proj-", "xoxb-", "eyJ", "glpat-", "npm_", "ghp_", "AKIA", "AIza", "pypi-AgE", "-----BEGIN ",
      "-----END ", "PRIVATE KEY", "EXAMPLE", "abcdef", "q7", "1234567890", "aaaaaaaaaaaaaaaaaaaa", "ABCDEFGHIJ12345",
      ".",
      "-", "_", " ", "\n", "xyzxyzxyz9876",
    ]
    for _ in 0..<400 {
      let text = (0..<Int.random(in: 1...40, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }
      let bytes = Array(text.joined().utf8)
      #expect(KnownSecret.all(in: bytes).map(\.range) == Self.plain(bytes), "\(text.joined())")
    }
  }

  /// Searches from each position separately, so that no state is kept.
  private static func plain(_ bytes: [UInt8]) -> [Range<Int>] {
    var (found, at) = ([Range<Int>](), 0)
    while at < bytes.count {
      // One byte before it decides whether a token may start.
      let before = at == 0 ? 0 : 1
      let first = KnownSecret.all(in: Array(bytes[(at - before)...])).first { $0.range.lowerBound == before }
      if let first {
        found.append(first.range.lowerBound + at - before..<first.range.upperBound + at - before)
        at += first.range.count
      } else {
        at += 1
      }
    }
    return found
  }

  @Test(
    "beginnings without end take no longer than other text",
    arguments: ["sk-", "sk-ant-", "xoxb-", "eyJ-", "glpat-a.", "--"])
  func linear(_ unit: String) {
    let bytes = Array(String(repeating: unit, count: 1_000_000 / unit.utf8.count).utf8)
    let clock = ContinuousClock()
    var count = 0
    let time = clock.measure { count = KnownSecret.all(in: bytes).count }
    #expect(count == 0)
    // One pass takes a second without optimization; a pass for each start would take hours.
    #expect(time < .seconds(30), "\(time)")
  }
}
