import GitObjects
import TestSupport
import StrictJSON
import Testing

@testable import PlanModel

@Suite("Values")
struct ValueTests {
  @Test("SHA-256 gives the digests of FIPS 180-4, at every length around a block")
  func sha256() {
    #expect(Digest(of: []).hex == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(Digest(of: Array("abc".utf8)).hex == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(
      Digest(of: repeatElement(UInt8(ascii: "a"), count: 1_000_000)).hex
        == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    #expect(Set((0..<200).map { Digest(of: repeatElement(7, count: $0)) }).count == 200)
    #expect(Digest(tagged: "sha256:" + Digest(of: []).hex) == Digest(of: []))
    #expect(Digest(hex: "E3B0") == nil && Digest(tagged: Digest(of: []).hex) == nil)
  }

  @Test("SHA-256 is the same with the processor's instructions and without, at once and in pieces")
  func sha256Ways() {
    var random = SplitMix(256)
    let bytes = (0..<1_000).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    for count in 0...300 {
      let message = Array(bytes[..<count])
      let whole = count & ~63
      let without = message.withUnsafeBufferPointer { message in
        var state = SHA256(usesProcessor: false)
        state.compress(message[..<whole])
        return state.finish(with: message[whole...], of: count)
      }
      #expect(Digest(of: message) == without, "\(count) bytes")
      let cut = random.below(count + 1)
      var stream = DigestStream()
      stream.update(Array(message[..<cut]))
      stream.update(Array(message[cut...]))
      #expect(stream.finish() == without, "\(cut) and \(count - cut) bytes")
    }
  }

  @Test("digests are read from 64 digits, and from nothing else")
  func digits() {
    let digest = Digest(of: Array("abc".utf8))
    var bytes: [UInt8] = [0x3D]
    digest.appendHex(to: &bytes)
    #expect(bytes == Array(("=" + digest.hex).utf8))
    #expect(Digest(hex: digest.hex) == digest)
    #expect(Digest(hex: digest.hex + "0") == nil && Digest(hex: digest.hex.dropLast()) == nil && Digest(hex: "") == nil)
    for place in [0, 1, 15, 16, 40, 63] {
      for wrong in ["g", "A", "/", ":", "`", "\u{0}", "\u{7F}"] {
        let digits = digest.hex.prefix(place) + wrong + digest.hex.dropFirst(place + 1)
        #expect(Digest(hex: digits) == nil, "\(digits)")
      }
    }
  }

  @Test("ids are ordered by prefix, then number, then bytes")
  func ids() {
    let sorted = ["M-2", "M-10", "A-3", "M-02", "AB-1", "m-1", "x"].map { MilestoneID($0) }.sorted().map(\.text)
    #expect(sorted == ["A-3", "AB-1", "M-02", "M-2", "M-10", "m-1", "x"])
    for good in ["M-01", "A1B2-999999", "ABCDEFGHIJKLMNOP-1"] { #expect(MilestoneID(good).isValid, "\(good)") }
    for bad in ["", "M", "M-", "-1", "m-1", "M-1234567", "1M-1", "ABCDEFGHIJKLMNOPQ-1", "М-01", "M-1 ", "M-٣"] {
      #expect(!MilestoneID(bad).isValid, "\(bad)")
    }
    #expect(MilestoneID("SEC-12").matches(pattern: "SEC-*") && !MilestoneID("SECO-12").matches(pattern: "SEC-*"))
  }

  @Test("the run ID is what jq and sha256sum compute: SHA-256 of the canonical object")
  func runID() throws {
    let e = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    let block = """
      Readiness-Run: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
      Readiness-At: 2026-11-22T19:00:00.123Z
      Readiness-Actor: Ada Lovelace <ada@example.com>
      Readiness-Policy: \(e)
      Readiness-Transition: M-04 "In Progress" -> "In Review" none \(e)
      Readiness-Reason: one line
      """
    let run = try #require(Trailers.blocks(in: block).first?.run)
    let canonical =
      "{\"actor\":\"Ada Lovelace <ada@example.com>\",\"at\":\"2026-11-22T19:00:00.123Z\",\"edits\":[],\"evidence\":[],\"plan\":\"p\",\"policy\":\"\(e)\",\"reason\":\"one line\",\"transitions\":[{\"after\":\"\(e)\",\"before\":\"none\",\"from\":\"In Progress\",\"milestone\":\"M-04\",\"to\":\"In Review\"}],\"version\":1}"
    #expect(run.id(plan: "p") == Digest(of: Array(canonical.utf8)))
  }

  @Test("moments have the calendar's days, and milliseconds become moments")
  func timestamps() {
    #expect(Timestamp.text(millisecondsSince1970: 0) == "1970-01-01T00:00:00.000Z")
    #expect(Timestamp.text(millisecondsSince1970: 1_795_374_000_123) == "2026-11-22T19:00:00.123Z")
    #expect(Timestamp.text(millisecondsSince1970: -1) == "1969-12-31T23:59:59.999Z")
    #expect(Timestamp.text(millisecondsSince1970: 4_107_542_399_999) == "2100-02-28T23:59:59.999Z")
    for bad in [
      "2026-02-29T00:00:00.000Z", "2026-01-01T24:00:00.000Z", "2026-01-01 00:00:00.000Z", "2026-01-01T00:00:00Z",
    ] {
      #expect(!Timestamp.isWellFormed(bad))
    }
    #expect(Timestamp.isWellFormed("2024-02-29T23:59:60.999Z"))
  }

  @Test("circles, order, layers and the critical path, on a chain of 20,000 as well")
  func graph() {
    func id(_ n: Int) -> MilestoneID { MilestoneID("N-\(n)") }
    let diamond = DependencyGraph(edges: [id(1): [], id(2): [id(1)], id(3): [id(1)], id(4): [id(2), id(3)], id(5): []])
    #expect(diamond.topologicalOrder() == [1, 2, 3, 4, 5].map(id))
    #expect(diamond.layers() == [[id(1), id(5)], [id(2), id(3)], [id(4)]])
    #expect(diamond.criticalPath() == [1, 2, 4].map(id))
    #expect(diamond.cycles() == [])
    let circle = DependencyGraph(edges: [
      id(1): [id(3)], id(2): [id(1)], id(3): [id(2)], id(4): [id(3)], id(5): [id(5)],
    ])
    #expect(circle.cycles() == [[id(1), id(3), id(2)], [id(5)]])
    #expect(circle.topologicalOrder() == [])
    let count = 20_000
    let chain = DependencyGraph(
      edges: Dictionary(uniqueKeysWithValues: (0..<count).map { (id($0), $0 == 0 ? [] : [id($0 - 1)]) }))
    #expect(chain.criticalPath().count == count && chain.cycles() == [])
    let ring = DependencyGraph(
      edges: Dictionary(uniqueKeysWithValues: (0..<3000).map { (id($0), [id(($0 + 1) % 3000)]) }))
    #expect(ring.cycles().first?.count == 3000)
  }

  @Test("the built-in workflow equals the file that init writes, and damaged ones are refused with what is wrong")
  func workflow() throws {
    let standard = StandardFiles.policies(workflow: .standard)
    // An additional newline, so that they are parsed and not recognized by their digests.
    let blobs = standard.map { PolicyBlob(path: $0.path, kind: .regular, bytes: Array(($0.text + "\n").utf8)) }
    let policy = try #require(PolicySnapshot(blobs).policy)
    let builtIn = try #require(PolicySnapshot([]).policy)
    #expect("\(policy.provenance)" == "\(builtIn.provenance)")
    func gates(_ policy: Policy) -> [String] { policy.gates.gates.map { "\($0) \($1)" }.sorted() }
    #expect(gates(policy) == gates(builtIn))
    for file in standard + StandardFiles.all().filter({ $0.path == PlanPaths.schema }) {
      let known = try #require(StandardFiles.known(at: file.path), "\(file.path)")
      #expect(known.digest == Digest(of: Array(file.text.utf8)), "\(file.path)")
      let scratch = try Scratch()
      #expect(known.id.description == scratch.git("hash-object", "--stdin", input: file.text).line, "\(file.path)")
    }
    let read = policy.workflow
    #expect(read.states == Workflow.standard.states)
    #expect(read.edges.map { "\($0)" } == Workflow.standard.edges.map { "\($0)" })
    for (bad, words) in [
      (
        "{\"version\":1,\"states\":[{\"name\":\"A\",\"category\":\"done\"}],\"transitions\":[]}",
        "No state has the category pending"
      ),
      (
        "{\"version\":1,\"states\":[{\"name\":\"none\",\"category\":\"pending\"}],\"transitions\":[]}",
        "is not \"none\""
      ),
      (
        "{\"version\":1,\"states\":[{\"name\":\"A\",\"category\":\"pending\"}],\"transitions\":[{\"from\":\"A\",\"to\":\"B\"}]}",
        "should be one of A"
      ),
      ("{\"version\":1,", "A key in double quotes"),
    ] {
      let snapshot = PolicySnapshot([PolicyBlob(path: PlanPaths.workflow, kind: .regular, bytes: Array(bad.utf8))])
      #expect(snapshot.policy == nil)
      #expect(snapshot.findings.contains { $0.message.contains(words) && $0.line != nil }, "\(snapshot.findings)")
    }
  }
}

@Suite("Commit messages")
struct CommitMessageTests {
  @Test("a block goes below the text and above the comments, and comes out again without a trace")
  func editing() {
    let template = "subject\n\nbody\n\n# Please enter the commit message\n# more\n"
    var message = CommitMessage(template, isEdited: true)
    message.append(block: "Readiness-Run: x")
    #expect(message.text == "subject\n\nbody\n\nReadiness-Run: x\n\n# Please enter the commit message\n# more\n")
    message.removeBlocks()
    #expect(message.text == template)
  }

  @Test("text without a block is not touched, however it is spaced")
  func untouched() {
    for text in ["a\n\n\n\nb\n", "a\n\n  b \n\n\nc\n", "Readiness-wise: a\n\n\nb\n"] {
      var message = CommitMessage(text)
      message.removeBlocks()
      #expect(message.text == text)
    }
    var between = CommitMessage("a\n\nReadiness-Run: x\n\nb\n")
    between.removeBlocks()
    #expect(between.text == "a\n\nb\n")
  }

  @Test("an editor's empty message gets its block below two empty lines")
  func empty() {
    var message = CommitMessage("\n# Please enter\n", isEdited: true)
    #expect(message.subject == "")
    message.append(block: "Readiness-Run: x")
    #expect(message.text == "\n\nReadiness-Run: x\n\n# Please enter\n")
  }

  @Test("scissors and other comment characters are read off the template")
  func scissors() {
    let text = "subject\n; ------------------------ >8 ------------------------\n; diff\n+Readiness-Run: no\n"
    var message = CommitMessage(text, isEdited: true)
    message.append(block: "Readiness-Run: x")
    #expect(message.text.hasPrefix("subject\n\nReadiness-Run: x\n\n; -----"))
    #expect(CommitMessage("; a\nsubject two\n; b\n", isEdited: true).subject == "subject two")
  }

  @Test("what merge --squash indents is written out at column 0, oldest first")
  func squash() {
    var message = CommitMessage(
      "Squashed\n\ncommit 2\n\n    two\n\n    Readiness-Run: 2\n\ncommit 1\n\n    one\n\n    Readiness-Run: 1\n")
    message.liftIndentedBlocks(squashed: "")
    #expect(message.text.hasSuffix("\n\nReadiness-Run: 1\n\nReadiness-Run: 2\n"), "\(message.text)")
    #expect(message.text.contains("    one\n"))
  }

  @Test("a reason that a person writes as a trailer is taken as one clean line")
  func statedReason() {
    #expect(CommitMessage("a\n\nReadiness-Reason:  it \t rains \u{1} \n").statedReason == "it rains")
    #expect(CommitMessage("a\n\nReadiness-Reason: \n").statedReason == nil)
    #expect(CommitMessage("a\n\n  Readiness-Reason: quoted\n").statedReason == nil)
  }

  @Test("the subject is the first paragraph, folded")
  func subject() {
    #expect(CommitMessage("\n\n a \tb\nc\n\nd").subject == "a b c")
    #expect(CommitMessage("Readiness-Run: x").subject == "")
  }

  @Test("one milestone of thousands, which keeps no parsed form, says the same as any other, wherever it can be read")
  func oneOfMany() {
    let sound = """
      {
        "id": "M-01", "workstream": "W\\u00e4", "outcome": "O", "dependsOn": ["M-02"], "owner": "ada",
        "status": "Not Started", "exitCriteria": [{ "id": "one", "text": "It \\"works\\"" }],
        "deliverables": [{ "path": "a", "purpose": "p", "status": "Done" }], "x-own": [1, { "b": null }]
      }
      """
    let texts = [sound, sound.replacing("\"owner\"", with: "\"ower\""), sound.replacing("M-01", with: "M-03"), "{", ""]
    for text in texts {
      let file = MilestoneFile(id: MilestoneID("M-01"), kind: .regular, bytes: Array(text.utf8))
      let lean = MilestoneFile(id: MilestoneID("M-01"), oneOfMany: Array(text.utf8))
      #expect(lean.milestone?.json.canonicalBytes == file.milestone?.json.canonicalBytes)
      #expect(lean.milestone?.outcome == file.milestone?.outcome)
      #expect(lean.milestone?.exitCriteria.map(\.text) == file.milestone?.exitCriteria.map(\.text))
      #expect(lean.document?.root.canonicalBytes == file.document?.root.canonicalBytes)
      #expect(lean.findings.map(\.message) == file.findings.map(\.message))
      #expect(lean.findings.map(\.line) == file.findings.map(\.line) && lean.digest == file.digest)
    }
    let read = MilestoneFile(id: MilestoneID("M-01"), oneOfMany: Array(sound.utf8))
    #expect(read.findings.isEmpty && read.milestone?.exitCriteria.first?.text == "It \"works\"")
    #expect(read.milestone?.json["x-own"] != nil && read.document != nil)
  }

  @Test("what occurs twice is found in any order, of few and of many")
  func seen() {
    let seed = UInt64.random(in: 0 ... .max)
    var random = SplitMix(seed)
    for round in 0..<400 {
      let isSorted = random.below(2) == 0
      var numbers = (0..<random.below(60)).map { _ in random.below(200) }
      if isSorted { numbers.sort() }
      if random.below(3) == 0 { numbers.append(random.below(200)) }
      var (seen, known) = (Seen<ExactText>(), Set<Int>())
      for number in numbers {
        let isNew = known.insert(number).inserted
        #expect(seen.insert(ExactText(String(number + 100))) == isNew, "seed \(seed), round \(round): \(numbers)")
      }
    }
  }

  @Test("addresses are compared without the case of ASCII, and what Unicode takes for the same letter is another one")
  func addresses() {
    let kate = Identity(name: "Kate", email: "kate@example.com")
    #expect(kate.isSamePerson(as: Identity(name: "", email: "KATE@Example.COM")))
    for other in ["\u{212A}ate@example.com", "\u{FF4B}ate@example.com", "kate@example.com ", "kat\u{435}@example.com"] {
      #expect(!kate.isSamePerson(as: Identity(name: "Kate", email: other)), "\(other)")
    }
  }

  @Test("the nearest name is one slip away or a third of its letters: a letter more, less, other, or two swapped")
  func nearest() {
    let names = ["move", "log", "matrix", "In Progress", "M-01", "M-10"]
    let meant = [
      "moove": "move", "mve": "move", "mose": "move", "mvoe": "move", "omve": "move", "lgo": "log",
      "in-progres": "In Progress",
      "matirx": "matrix", "M-O1": "M-01", "MOVE": "move",
    ]
    for (written, name) in meant { #expect(nearestName(to: written, in: names) == name, "\(written)") }
    for unlike in ["evom", "", "gol", "status", String(repeating: "m", count: 300)] {
      #expect(nearestName(to: unlike, in: names) == nil, "\(unlike)")
    }
  }
}
