import TestSupport
import Testing

@testable import Reports

/// Plain text is wrapped by bytes, other text by characters; all paths give equal lines.
@Suite("Wrapping")
struct WrappingTests {
  /// Returns lines by the rule: words between spaces, as many to a line as fit.
  private func lines(_ text: String, _ width: Int) -> [String] {
    var lines = [""]
    for word in text.split(separator: " ") {
      let last = lines[lines.count - 1]
      if last.isEmpty {
        lines[lines.count - 1] = String(word)
      } else if last.columns + 1 + String(word).columns <= width {
        lines[lines.count - 1] += " " + word
      } else {
        lines.append(String(word))
      }
    }
    return lines
  }

  @Test("every way of breaking a text gives the lines of the rule", arguments: [1, 2, 3] as [UInt64])
  func agree(_ seed: UInt64) {
    var random = SplitMix(seed)
    let signs = ["a", "bc", "-", ".", " ", " ", "  ", "é", "表", "\u{1B}", "\u{202E}", "e\u{301}", "\"", "longer-word"]
    for _ in 0..<4000 {
      let isPlain = random.below(2) == 0
      let text = (0..<random.below(24)).map { _ in signs[random.below(isPlain ? 7 : signs.count)] }.joined()
      let width = 4 + random.below(20)
      let expected = lines(text.printable, width)
      #expect(text.printable.wrapped(to: width) == expected, "seed \(seed): \(text.debugDescription) to \(width)")
      var bytes = Array("head".utf8)
      bytes.addWrapped(to: width, first: "- ", rest: "  ") { $0.add(text) }
      let shown = expected.enumerated().map { ($0 == 0 ? "\n- " : "\n  ") + $1 }.joined()
      #expect(
        String(decoding: bytes, as: UTF8.self) == "head" + shown, "seed \(seed): \(text.debugDescription) to \(width)")
      var out: [UInt8] = []
      var wrap = WordWrap(to: width, behind: 3)
      for word in text.printable.split(separator: " ") { wrap.add(String(word), to: &out) }
      #expect(
        String(decoding: out, as: UTF8.self) == expected.joined(separator: "\n   "),
        "seed \(seed): \(text.debugDescription) to \(width)")
    }
  }

  @Test("two spaces, a control and a sign that is not ASCII are seen wherever they stand")
  func everyPlace() {
    for count in 3...40 {
      for odd in ["  ", "\u{1B}", "\u{7F}", "é", "~"] {
        for place in 1..<count {
          let word = String(repeating: "a", count: count)
          let text = String(word.prefix(place) + odd + word.dropFirst(place))
          var bytes: [UInt8] = []
          bytes.addWrapped(to: 80, first: "- ", rest: "  ") { $0.add(text) }
          let expected = odd == "  " ? text.replacing("  ", with: " ") : text.printable
          #expect(String(decoding: bytes, as: UTF8.self) == "\n- " + expected, "\(text.debugDescription)")
          let isPlain = Array(text.utf8).withUnsafeBufferPointer { $0.isPlain }
          #expect(isPlain == (odd == "  " || odd == "~"), "\(text.debugDescription)")
        }
      }
    }
  }
}
