import PlanJudge
import PlanModel
import TestSupport
import Testing

/// The limits of a block, and the user's own text (contract 3, *Blocks*).
@Suite("Blocks in messages")
struct BlockTests {
  private func stamp() throws -> String { try Proposal { $0.edit("A-4", "In Review", "Done") }.stamp() }

  private func errors(_ message: String) throws -> [String] {
    try Judge.assess(Proposal { $0.edit("A-4", "In Review", "Done") }.committed(message)).errors
  }

  @Test(
    "a line that begins with Readiness- is the user's unless it begins a block or goes on with one",
    arguments: [
      "Readiness-Reason: why we wait", "readiness-run: fix a typo", "readiness-probe: raise the timeout",
      "Readiness-Ticket: R-12", "Readiness-Waive: M-04 unmet-dependency until 2026-12-01", "READINESS-RUN: x",
      "Readiness-Heals: no", "Readiness-At: 2026-11-22T19:00:00.123Z", "readiness-", "Readiness-wise: fine",
    ])
  func users(_ line: String) throws {
    #expect(Trailers.blocks(in: line).isEmpty)
    #expect(Trailers.blocks(in: "subject\n\n\(line)\nSigned-off-by: a\n").isEmpty)
    let stamp = try stamp()
    #expect(try errors("\(line)\n\n\(stamp)") == [])
    // It ends a block, and may precede one.
    if TrailerLine.isUnknown(line) { #expect(try errors("subject\n\n\(stamp)\n\(line)\n") == []) }
    #expect(try errors("subject\n\n\(line)\n\(stamp)\n") == [])
    var message = CommitMessage("\(line)\n\nbody\n\n\(line)\n\n\(stamp)\n\n\(line)\n")
    message.removeBlocks()
    #expect(message.text == "\(line)\n\nbody\n\n\(line)\n\n\(line)\n")
    message.append(block: stamp)
    #expect(message.text == "\(line)\n\nbody\n\n\(line)\n\n\(line)\n\n\(stamp)\n")
    #expect(message.blocks.count == 1 && message.blocks[0].fault == nil)
    #expect(message.subject == line)
  }

  @Test("a known key in another case, out of order or twice is a fault within a block")
  func faults() throws {
    let lines = try stamp().split(separator: "\n").map(String.init)
    func joined(_ lines: [String]) -> String { "subject\n\n" + lines.joined(separator: "\n") }
    #expect(try errors(joined(lines)) == [])
    #expect(try errors(joined([lines[0].lowercased()] + lines.dropFirst())) == ["trailer-missing"])
    #expect(try errors(joined([lines[0], lines[1].lowercased()] + lines.dropFirst(2))) == ["trailer-mismatch"])
    #expect(try errors(joined([lines[0], lines[2], lines[1]] + lines.dropFirst(3))) == ["trailer-mismatch"])
    #expect(try errors(joined([lines[0]] + lines)) == ["trailer-mismatch"])
    #expect(try errors(joined(lines + ["Readiness-Run: x"])) == ["trailer-mismatch"])
    #expect(try errors(joined(lines.map { "  " + $0 })) == ["trailer-missing"])
  }

  @Test("a carriage return at the end of a line is no part of it, and one elsewhere is a fault")
  func returns() throws {
    let stamp = try stamp()
    let text = "subject\n\n" + stamp
    #expect(try errors(text.replacing("\n", with: "\r\n") + "\r\n") == [])
    #expect(try errors(text.replacing("\n", with: "\r\r\n")) == ["trailer-mismatch"])
    #expect(try errors(text.replacing("Ada Lovelace", with: "Ada\rLovelace")) == ["trailer-mismatch"])
    var message = CommitMessage(text.replacing("\n", with: "\r\n") + "\r\n", isEdited: true)
    #expect(message.subject == "subject" && message.blocks.count == 1)
    message.removeBlocks()
    #expect(message.blocks.isEmpty && !message.text.contains("Readiness"))
    message.append(block: stamp)
    #expect(message.blocks.count == 1 && message.blocks[0].fault == nil)
  }

  @Test("lines that git strips divide no block, and are blocks in no message that is not edited")
  func comments() throws {
    let stamp = try stamp()
    let divided =
      "subject\n\n" + stamp.replacing("\nReadiness-Policy", with: "\n# a comment\nReadiness-Policy") + "\n# end\n"
    let edited = CommitMessage(divided, isEdited: true)
    #expect(edited.blocks.count == 1 && edited.blocks[0].fault == nil)
    #expect(CommitMessage(divided).blocks.map { $0.fault == nil } == [false])
    var removed = edited
    removed.removeBlocks()
    #expect(removed.text == "subject\n# a comment\n\n# end\n")
    let other = CommitMessage("subject\n;\(stamp)\n; Please enter\n;\n", isEdited: true)
    #expect(other.blocks.isEmpty)
  }

  @Test("what a squash indents is written out at column 0, oldest first, and no other indented line")
  func squash() throws {
    let one = try stamp()
    let two = try Proposal { $0.edit("A-2", "\"ada\"", "\"bob\"") }.stamp()
    func indented(_ block: String) -> String {
      block.split(separator: "\n").map { "    \($0)" }.joined(separator: "\n")
    }
    for end in ["\n", "\r\n"] {
      let squashed =
        "Squashed commit of the following:\n\ncommit 2\n\n    second\n    Readiness-Reason: mine\n\n\(indented(two))\n    Readiness-Ticket: 2\n\ncommit 1\n\n    first\n\n\(indented(one))\n"
      var message = CommitMessage(squashed.replacing("\n", with: end))
      message.liftIndentedBlocks(squashed: "")
      #expect(message.blocks.map { $0.run?.edits.count } == [0, 1])
      #expect(message.text.contains("    Readiness-Reason: mine") && message.text.contains("    Readiness-Ticket: 2"))
      var given = CommitMessage("another subject\n")
      given.liftIndentedBlocks(squashed: squashed.replacing("\n", with: end))
      #expect(given.blocks.map { $0.run?.edits.count } == [0, 1])
    }
  }

  @Test("more blocks, lines or bytes than are read is a fault that says so; the bound itself is none")
  func bounds() throws {
    func faults(_ message: String) -> [String] { Trailers.blocks(in: message).compactMap { $0.fault?.message } }
    let block = try stamp() + "\n\n"
    #expect(faults(String(repeating: block, count: 1000)).isEmpty)
    let more = Trailers.blocks(in: String(repeating: block, count: 3000))
    #expect(more.count == 1001 && more.last?.fault?.message.contains("1000 stamps") == true)
    let line = "Readiness-Evidence: A-1/check sha256:\(String(repeating: "ab", count: 32))\n"
    let head = try stamp().split(separator: "\n").prefix(4).joined(separator: "\n") + "\n"
    let long = head + String(repeating: line, count: 199_996)
    #expect(faults(long).isEmpty)
    #expect(faults(long + line) == ["The message holds more than 200000 lines of stamps; the rest is not read."])
    let prose = String(repeating: "a", count: (64 << 20) - block.utf8.count - 1) + "\n"
    #expect(faults(prose + block).isEmpty && Trailers.blocks(in: prose + block).count == 1)
    #expect(faults(prose + block + "a").first?.contains("64 MiB") == true)
  }

  @Test("of a commit at most a hundred findings are kept, the refusals first, and the rest is counted")
  func limit() throws {
    let faulty = String(repeating: "Readiness-Run: x\n\n", count: 1000)
    let verdict = try Judge.assess(Proposal { $0.edit("A-4", "In Review", "Done") }.committed(faulty)).verdict
    #expect(verdict.findings.count == 100 && verdict.isLimited && !verdict.isAccepted)
    #expect(verdict.findings.last?.message.contains(" more findings of this commit") == true)
    let warnings = (0..<300).map { Finding(.policyMismatch, "\($0)", severity: .warning) }
    let mended = (0..<300).map { Finding(.trailerMismatch, "\($0)") }
    let bad = Finding(.notAuthorized, "no")
    let kept = FindingLimit.applied(to: warnings + mended + [bad])
    #expect(kept.count == 100 && kept.contains(bad) && kept.last?.severity == .error)
    #expect(kept.last?.message.hasPrefix("502 more") == true)
    #expect(FindingLimit.applied(to: Array(warnings.prefix(100))).count == 100)
    let refusals = (0..<300).map { Finding(.notAuthorized, "\($0)") }
    #expect(FindingLimit.applied(to: mended + refusals).allSatisfy { $0.code == .notAuthorized })
  }
}

/// Recognizes lines whose key is in no stamp.
private enum TrailerLine {
  static func isUnknown(_ line: String) -> Bool {
    let keys = [
      "run", "at", "actor", "policy", "transition", "edit", "evidence", "waive", "policy-change", "reason", "signature",
      "heals",
    ]
    return !keys.contains { line.lowercased().hasPrefix("readiness-\($0):") }
  }
}
