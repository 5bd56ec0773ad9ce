import Foundation
import PlanModel
import TestSupport
import StrictJSON
import Testing

/// A plan with only hostile texts, through every command and every format of the program's own list.
@Suite("Hostile text")
struct HostileTextTests {
  private static let fragments = [
    "word", "\u{1B}]0;pwned\u{07}", "\u{1B}[2J", "\u{9B}31m", "\u{202E}", "\u{2066}", "\u{200B}", "\u{AD}", "\u{E0041}",
    "\r", "\n", "\t", "\n::error::x", "%0A::error::x", "<img src=x onerror=1>", "</title><script>",
    "![p](http://e.example/p)",
    " @everyone", " #123 ", "`", "|", "\\", "\\u{1b}", "&lt;", "\"", "']", "%%{init: {}}%%", "]]>", "<br>",
  ]
  /// Beginnings that a table for spreadsheets must not have.
  private static let formulas = ["=HYPERLINK(1)", "+1", "-1", "@SUM(1)", " =1"]

  private static func text(_ random: inout SplitMix) -> String {
    let start = random.below(2) == 0 ? formulas[random.below(formulas.count)] : "a"
    return start + (0..<4).map { _ in fragments[random.below(fragments.count)] }.joined()
  }

  /// Replaces each text of the milestone with random hostile texts, and adds some.
  private static func hostile(_ milestone: JSONValue, _ evidence: String, _ digest: String, _ random: inout SplitMix)
    -> JSONValue
  {
    let criteria = (milestone["exitCriteria"]?.array ?? []).map { criterion -> JSONValue in
      [
        "id": criterion["id"] ?? nil, "text": .text(text(&random).replacing("\r", with: "")),
        "evidence": [
          ["kind": "file", "path": .text(evidence), "sha256": .text(digest)],
          ["kind": "statement", "text": .text(text(&random)), "by": .text(text(&random))],
        ],
      ]
    }
    return [
      "id": milestone["id"] ?? nil, "workstream": .text(text(&random)), "outcome": .text(text(&random)),
      "dependsOn": milestone["dependsOn"] ?? [], "owner": .text(text(&random)), "status": "Blocked",
      "blocked": ["reason": .text(text(&random))], "exitCriteria": JSONValue(.array(criteria)),
      "deliverables": [
        ["path": .text(evidence), "purpose": .text(text(&random)), "status": milestone["status"] ?? nil]
      ],
      "risks": [["id": .text(text(&random)), "text": .text(text(&random)), "severity": "high", "status": "open"]],
      "x-note": .text(text(&random)),
    ]
  }

  private static let actor = "A <img src=x> @everyone \u{202E}`| =1".replacing("<", with: "(").replacing(">", with: ")")

  /// Creates a history with hostile texts in all stranger-controlled places: stamped, unstamped, and broken.
  private func repository(_ seed: UInt64) throws -> Scratch {
    var random = SplitMix(seed)
    let s = try Scratch()
    s.readiness("init", "--commit")
    let name = "e`<img src=x>\u{202E} @everyone | #1.txt"
    s[name] = "proof\n"
    let digest = Digest(of: Array("proof\n".utf8)).hex
    for id in ["M-01", "M-02", "M-03"] {
      let file = ".readiness/\(id).json"
      let old = try JSONDocument(parsing: Array((s[file] ?? "").utf8)).root
      s[file] = String(decoding: Self.hostile(old, name, digest, &random).layoutBytes, as: UTF8.self)
    }
    let plan = try JSONDocument(parsing: Array((s["ssot/plan.json"] ?? "").utf8)).root
    let members = (plan.object ?? []).map { $0.key == "title" ? JSONMember("title", .text(Self.text(&random))) : $0 }
    s["ssot/plan.json"] = String(decoding: JSONValue(.object(members)).layoutBytes, as: UTF8.self)
    s.readiness("install")
    s.git("checkout", "-qb", "b<img\u{202E}`@everyone")
    s.git("add", "-A")
    s.environment["GIT_AUTHOR_NAME"] = Self.actor
    let subject = "s <img src=x> @everyone \u{202E}`|\n\nReadiness-Reason: r <img src=x> \u{202E} @everyone #1 `"
    let commit = s.git("commit", "-qm", subject)
    #expect(commit.status == 0, "\(commit.all)")
    // The rejected parts: an invalid step, and files with hostile names.
    s.edit("M-01", "\"status\": \"Blocked\"", "\"status\": \"Done\"")
    s.edit("M-02", "\"path\": \"e`", "\"path\": \"\\u001b]0;x\\u0007\\n::error::x <img src=x>`")
    s[".readiness/<img src=x>\u{202E}\n::error::x`.json"] = "{"
    s.git("add", "-A")
    let refused = s.git("commit", "-qm", "no")
    check(refused.all, "git commit", isMarkdown: false)
    #expect(refused.status == 1)
    s.git("commit", "-qm", "no \u{1B}[31m<img src=x>", environment: ["READINESS_SKIP": "1"])
    return s
  }

  /// The arguments of each command. A missing command fails the test.
  private static let words: [String: [[String]]] = [
    "status": [[]], "show": [["M-02"], ["M-\u{202E}"]], "next": [[]], "blocked": [[]], "order": [[]], "matrix": [[]],
    "graph": [[]], "gate": [[]], "why-not": [[]], "export": [[]], "log": [[], ["M-01"]], "diff": [["HEAD~1", "HEAD"]],
    "weekly": [["--since", "2000-01-01", "--until", "2100-01-01"]], "verify": [["--no-cache"], []], "replay": [[]],
    "backfill": [["--dry-run"], ["--rev", "\u{202E}<img src=x>"]], "version": [[]],
    "doctor": [[]], "explain": [["secret-detected"], []], "check": [["--all"]],
    "provenance": [[], ["M-02"], ["M-\u{202E}"], ["HEAD~1..HEAD"]],
    "reproduce": [["M-02"], ["M-\u{202E}"]],
    "attest": [
      ["sign", "\u{202E}"], ["verify", "\u{202E}", "--key", "\u{1B}"], ["drill", "\u{202E}"],
      ["sbom", "\u{202E}", "\u{1B}"],
    ],
    "attestations": [[], ["verify"], ["M-\u{202E}"]], "trust": [["--dry-run"]],
    "restamp": [["--dry-run"]], "heal": [["--dry-run"]],
    "trace": [["\u{202E}"], ["0123456789"]], "telemetry": [["status"], ["flush"]],
    "start": [["M-02", "--dry-run"], ["M-\u{202E}"]], "submit": [["M-02", "--dry-run"]],
    "block": [["M-\u{202E}", "x"]], "unblock": [["M-\u{202E}"]], "retire": [["M-\u{202E}"]],
    "risk": [["add", "M-\u{202E}", "x"], ["close", "M-02", "\u{202E}"]],
    "move": [["M-02", "done", "--dry-run"], ["M-\u{202E}", "done"]],
    "approve": [["M-02", "--dry-run"]], "set": [["M-02", "status", "\u{202E}"], ["M-02", "nonsense", "x"]],
    "add": [["M-\u{1B}[31m", "--workstream", "x", "--outcome", "y", "--criterion", "z"]],
    "criteria": [["M-02"], ["M-02", "\u{202E}", "--statement", "x"]], "fmt": [["--check"]], "sync": [[]],
    "deliver": [[]], "metrics": [[], ["--textfile", "\u{202E}/x"]],
    "alerts": [["list"], ["rules"], ["rules", "--output", "\u{202E}", "--check"], ["drill", "\u{202E}"]],
    "dashboard": [["export"], ["export", "slo"]],
    "config": [["show", "tdd"], ["check"], ["show", "\u{202E}"]], "dlq": [["list"], ["show", "\u{1B}", "\u{202E}"]],
    "bypass": [["list"], ["close", "9"]], "merge-driver": [["a\u{202E}", "b\u{1B}", "c", "7", "d"]], "uninstall": [[]],
    "import": [["none\u{202E}.md"], ["e.md", "--dry-run"]], "init": [[], ["--from", "e.md"]],
    "install": [["--hooks", "\u{202E}"]],
    "slo": [["check"], ["list"], ["show", "\u{202E}"], ["rules", "\u{202E}"], ["capture", "\u{202E}"]],
    "demo": [["\u{202E}"]], "completions": [["bash"]], "manual": [[]], "help": [[]],
  ]

  @Test("nothing hostile leaves any command in any format", arguments: [31, 32] as [UInt64])
  func everyCommand(_ seed: UInt64) throws {
    let s = try repository(seed)
    s["e.md"] = s.readiness("export", "--format", "markdown").output
    let dump = try JSONDocument(parsing: Array(s.readiness("--experimental-dump-help").output.utf8), limits: .general)
      .root
    let commands = dump["command"]?["subcommands"]?.array ?? []
    #expect(commands.count > 35)
    // Commands that change the repository run last.
    let last = ["uninstall", "init", "install"]
    for command in commands.sorted(by: {
      last.contains($1["commandName"]?.string ?? "") && !last.contains($0["commandName"]?.string ?? "")
    }) {
      let name = try #require(command["commandName"]?.string)
      guard let lines = Self.words[name] else {
        Issue.record("the command \(name) has no line here")
        continue
      }
      let arguments = command["arguments"]?.array ?? []
      func option(_ wanted: String) -> JSONValue? {
        arguments.first { ($0["names"]?.array ?? []).contains { $0["name"]?.string == wanted } }
      }
      let formats = (option("format")?["allValues"]?.array ?? []).compactMap(\.string)
      for words in lines {
        var forms: [[String]] = [[]] + formats.map { ["--format", $0] }
        if option("json") != nil { forms.append(["--json"]) }
        if option("color") != nil { forms.append(["--color", "always"]) }
        for form in forms {
          let line = [name] + words + form
          let result = Scratch.runProgram(line, in: s)
          #expect(result.status != 70, "seed \(seed): \(line): \(result.all)")
          check(result.all, "seed \(seed): \(line)", isMarkdown: false, isColored: form.last == "always")
          if isMarkdown(name, form) { check(result.output, "seed \(seed): \(line)", isMarkdown: true) }
          // These always print the same text.
          if !["completions", "manual"].contains(name) { check(result.output, form.last ?? "", line) }
        }
      }
    }
  }

  private func isMarkdown(_ name: String, _ form: [String]) -> Bool {
    form.last == "markdown" || form.isEmpty && ["weekly", "export"].contains(name)
  }

  /// Checks the rules of every medium, and of Markdown.
  private func check(_ text: String, _ line: String, isMarkdown: Bool, isColored: Bool = false) {
    var plain = text.replacing("\r\n", with: "\n")
    if isColored { plain = plain.replacing(/\u{1B}\[(0|1|2|31|32|33)m/, with: "") }
    let hidden = plain.unicodeScalars.filter { scalar in
      if scalar == "\n" { return false }
      return switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator: true
      default: scalar.properties.isDefaultIgnorableCodePoint
      }
    }
    #expect(hidden.isEmpty, "\(line): \(hidden.map { String($0.value, radix: 16) })")
    guard isMarkdown else { return }
    // Within a fence there is no markup.
    let markup = plain.replacing(/```+text\n[\s\S]*?\n```+/, with: "")
    for sign in ["<img", "<script", "</title", "](http"] { #expect(!markup.contains(sign), "\(line): \(sign)") }
    #expect(markup.firstMatch(of: /(^|[^A-Za-z0-9_])@[A-Za-z]/) == nil, "\(line)")
    #expect(markup.firstMatch(of: /[^&]#[0-9]/) == nil, "\(line)")
  }

  /// Checks the rules of one format.
  private func check(_ output: String, _ form: String, _ line: [String]) {
    guard !output.isEmpty else { return }
    switch form {
    case "json", "sarif", "--json":
      #expect(throws: Never.self, "\(line)") { try JSONDocument(parsing: Array(output.utf8), limits: .general) }
    case "junit":
      #expect(throws: Never.self, "\(line)") { try JUnitReport(parsing: Array(output.utf8)) }
    case "svg":
      let tags = Set(output.matches(of: /<\/?([A-Za-z]+)/).map { String($0.output.1) })
      #expect(tags.isSubset(of: ["svg", "title", "rect", "defs", "marker", "path", "g", "text"]), "\(tags)")
      #expect(output.matches(of: /&(?!amp;|lt;|gt;|quot;|apos;)/).isEmpty)
    case "github":
      for line in output.split(separator: "\n") {
        #expect(
          line.hasPrefix("::error title=") || line.hasPrefix("::warning title=") || line.hasPrefix("::notice title="),
          "\(line)")
      }
    case "mermaid":
      #expect(!output.contains("%%") && !output.contains("`"))
      for line in output.split(separator: "\n").dropFirst() {
        #expect(
          line.wholeMatch(of: #/ {2}([A-Z0-9_]+\["[^"]*"\]:::[a-z]+|[A-Z0-9_]+ --> [A-Z0-9_]+|classDef .*)/#) != nil,
          "\(line)")
      }
    case "dot":
      for line in output.split(separator: "\n") {
        let open = line.replacing("\\\\", with: "").replacing("\\\"", with: "").count { $0 == "\"" }
        #expect(open % 2 == 0 && (line.hasSuffix(";") || line.hasSuffix("{") || line == "}"), "\(line)")
      }
    case "csv" where line.first == "export":
      #expect(output.firstMatch(of: /(^|[,\n])"?[ ']*[=+@-]/).map { $0.output.0.contains("'") } ?? true, "\(output)")
    default: break
    }
  }

  @Test("a document that is exported and imported again is the same plan", arguments: [41, 42, 43] as [UInt64])
  func roundTrip(_ seed: UInt64) throws {
    let s = try repository(seed)
    func plan(_ s: Scratch) throws -> [String] {
      try ["M-01", "M-02", "M-03"].flatMap { id -> [String] in
        let root = try JSONDocument(parsing: Array((s[".readiness/\(id).json"] ?? "").utf8)).root
        return ["workstream", "outcome", "owner"].map { root[$0]?.string ?? "" }
          + (root["exitCriteria"]?.array ?? []).map { $0["text"]?.string ?? "" }
      }
    }
    for form in ["markdown", "csv", "json"] {
      let document = s.readiness("export", "--format", form, "--at", "HEAD~1")
      let other = try Scratch()
      other["plan.\(form)"] = document.output
      let imported = other.readiness("import", "plan.\(form)", "--format", form)
      #expect(imported.status == 0, "seed \(seed): \(form): \(imported.all)")
      s.git("checkout", "-q", "HEAD~1", "--", ".readiness")
      #expect(try plan(other) == plan(s), "seed \(seed): \(form)")
    }
  }

  @Test("the server's refusal over the wire is as clean as the commit's")
  func remote() throws {
    let s = try repository(51)
    let server = try Scratch(bare: true)
    server.readiness("install", "--server", server.path)
    let push = s.git("push", "-q", "--no-verify", server.path, "HEAD:refs/heads/main")
    #expect(push.status == 1 && push.errors.contains("remote:"), "\(push.all)")
    check(push.errors.replacing("\u{1B}[K", with: ""), "git push", isMarkdown: false)
  }

  @Test("the words that a shell is offered run nothing when it expands them")
  func completions() throws {
    let s = try Scratch()
    s.readiness("init", "--commit")
    let workflow = "ssot/policies/workflow.json"
    s[workflow] = s[workflow]?.replacing("\"Blocked\"", with: "\"$(touch${IFS}pwned)\"")
    let words = s.readiness("---completion", "move", "--", "positional@0", "3", "0", "readiness", "move", "M-01", "")
    #expect(words.output.contains("in-progress") && !words.output.contains("touch"), "\(words.all)")
    // The expansion of offered words in bash.
    s["words"] = words.output
    s["hostile"] = "$(touch${IFS}control)"
    s.shell("bash -c 'compgen -W \"$(cat words)\"; compgen -W \"$(cat hostile)\"'").ignored()
    #expect(s["control"] != nil && s["pwned"] == nil)
  }
}

extension Scratch {
  /// Runs the program with an array of words.
  fileprivate static func runProgram(_ words: [String], in s: Scratch) -> Result {
    let quoted = words.map { "'" + $0.replacing("'", with: "'\\''") + "'" }.joined(separator: " ")
    return s.shell("\"$READINESS\" \(quoted) </dev/null")
  }
}
