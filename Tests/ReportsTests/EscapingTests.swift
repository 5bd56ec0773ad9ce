import TestSupport
import StrictJSON
import Testing

@testable import Reports

/// A stranger's text in each medium: escaped there, and parsed back unchanged if the document is parsed.
@Suite("Escaping")
struct EscapingTests {
  static let fragments = [
    "word", " ", "M-01", "\u{1B}]0;pwned\u{07}", "\u{1B}[31m", "\u{9B}31m", "\u{202E}", "\u{2066}", "\u{200B}",
    "\u{FEFF}",
    "\u{AD}", "\u{E0041}", "\u{3164}", "\r", "\n", "\t", "::error::x", "##[error]", "%0A", "<img src=x onerror=1>",
    "</script>", "![p](http://e.example/p.png)", "[l](u)", "[r][s]", "@everyone", "a@b.example", "#123", "GH-1", "!7",
    "www.e.example", "https://e.example", "`", "``", "|", "\\", "\\|", "\\\\", "\\u{1b}", "u{202e}", "&lt;", "&#8203;",
    "&amp;", "&#x202e;", "<br>", "\"", "'", "''", "=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "=", ",", ";", "-- ", "*",
    "_",
    "~~", "$x$", "%%{init: {}}%%", "]]>", "-->", "\"]; click", "#quot;", "é", "表", "👩🏽‍💻", "\u{FFFE}", "＝1",
  ]

  static func text(_ random: inout SplitMix) -> String {
    (0..<(1 + random.below(6))).map { _ in fragments[random.below(fragments.count)] }.joined()
  }

  private func isHidden(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: true
    default: scalar.properties.isDefaultIgnorableCodePoint && scalar.value & 0xFFFE != 0xFE0E
    }
  }

  @Test("cells of documents and of tables give back every text", arguments: [11, 12, 13] as [UInt64])
  func roundTrip(_ seed: UInt64) {
    var random = SplitMix(seed)
    for _ in 0..<4_000 {
      let text = Self.text(&random)
      let cell = MarkdownText.cell(text)
      #expect(MarkdownText.decodedCell(cell) == text, "seed \(seed): \(text.debugDescription) as \(cell)")
      let path = MarkdownText.cellLine(text, keepsCode: false)
      #expect(MarkdownText.decoded(path) == text, "seed \(seed): \(text.debugDescription) as \(path)")
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      for line in lines {
        var written = CSVCell.encoded([line])
        if written.hasPrefix("\"") { written = String(written.dropFirst().dropLast()).replacing("\"\"", with: "\"") }
        #expect(CSVCell.decoded(written) == line, "seed \(seed): \(line.debugDescription) as \(written)")
      }
    }
  }

  @Test("no medium lets through what hides, moves the cursor or is markup", arguments: [21, 22] as [UInt64])
  func harmless(_ seed: UInt64) {
    var random = SplitMix(seed)
    for _ in 0..<4_000 {
      let text = Self.text(&random)
      let shown = [
        text.printable, MarkdownText.line(text), MarkdownText.code(text), MarkdownText.cell(text),
        CSVCell.encoded([text]),
        XMLText.line(text), MermaidText.label(text), DotText.name(text), WorkflowCommandText.message(text),
        WorkflowCommandText.property(text),
        String(decoding: JSONValue.text(text).answerBytes.dropLast(), as: UTF8.self),
        String(decoding: TerminalText.cleaned(Array(text.utf8)), as: UTF8.self).replacing("\u{1B}[31m", with: ""),
      ]
      for (place, text) in shown.enumerated() {
        // A terminal gets the lines of an answer unchanged.
        let hidden = text.unicodeScalars.filter { isHidden($0) && !(place == 11 && ($0 == "\n" || $0 == "\r")) }
        #expect(hidden.isEmpty, "seed \(seed), medium \(place): \(text.debugDescription)")
      }
      for markdown in shown[1...3] {
        #expect(
          !markdown.contains("<img") && !markdown.contains("</") && !markdown.contains("](")
            && !markdown.contains("http://"),
          "seed \(seed): \(markdown)")
        #expect(markdown.firstMatch(of: /(^|[^A-Za-z0-9_])@[A-Za-z]/) == nil, "seed \(seed): \(markdown)")
        #expect(
          markdown.firstMatch(of: /#[0-9]/.asciiOnlyDigits()).map { $0.output == "#8" || $0.output == "#3" } ?? true)
      }
      #expect(
        text.hasPrefix("\"")
          || shown[4].unicodeScalars.first { $0 != "\"" }.map { !"=+-@＝".unicodeScalars.contains($0) } ?? true)
      #expect(!shown[5].contains { "<>\"'".contains($0) } && !shown[6].contains { "<>\"'%&`".contains($0) })
      #expect(!shown[8].contains("\n") && !shown[9].contains { ":,\n".contains($0) })
      #expect(shown[8].ranges(of: "%").count == shown[8].ranges(of: "%25").count)
      let json = try? JSONDocument(parsing: JSONValue.text(text).answerBytes, limits: .general).root.string
      #expect(
        json.map { $0.unicodeScalars.elementsEqual(text.unicodeScalars) } ?? text.contains("\0"), "JSON stays exact")
    }
  }

  @Test("code holds no backtick, a label of Graphviz no end of its quotes, and a log of a workflow no command")
  func examples() {
    #expect(MarkdownText.code("doc/slo.md:3") == "`doc/slo.md:3`")
    #expect(MarkdownText.code("a`<img src=x>`b") == "a\\`&lt;img src=x&gt;\\`b")
    #expect(
      DotText.label(["M-01", "a\"]; b [label=\"\\N&lt;\n"]) == "\"M-01\\na\\\"]; b [label=\\\"\\\\N&amp;lt;\\\\u{a}\"")
    let log = TerminalText.cleaned(Array("note\n  ::error::x\n##[group]\na ::b".utf8), inWorkflowLog: true)
    #expect(String(decoding: log, as: UTF8.self) == "note\n  \\u{3a}:error::x\n\\u{23}#[group]\na ::b")
    let agents = TerminalText.cleaned(Array("# 1 ##vso[task.complete]\n##teamcity[x] ###".utf8))
    #expect(String(decoding: agents, as: UTF8.self) == "# 1 \\u{23}#vso[task.complete]\n\\u{23}#teamcity[x] ###")
    #expect(MarkdownText.line("ada@example.com and @ada, #12") == "ada@example.com and @&#8203;ada, \\#&#8203;12")
    #expect("👩🏽‍💻 ⚠️ é 表 —".printable == "👩🏽\\u{200d}💻 ⚠️ é 表 —")
  }
}
