import Foundation
import TestSupport
import Testing

extension Scratch {
  /// Makes every object loose.
  func unpackEverything(in folder: String = ".") {
    let line =
      "cd \(folder) && git repack -adq && mv .git/objects/pack ../unpacking && mkdir .git/objects/pack && for p in ../unpacking/*.pack; do git unpack-objects -q <$p; done; rm -rf ../unpacking"
    let result = shell(line)
    precondition(result.status == 0, result.all)
  }

  /// Replaces the file of one object with another's while a body runs.
  func swap(_ id: String, for other: String, _ body: () throws -> Void) rethrows {
    func loose(_ id: String) -> String { ".git/objects/\(id.prefix(2))/\(id.dropFirst(2))" }
    let there = shell("cp \(loose(id)) ../kept && rm -f \(loose(id)) && cp \(loose(other)) \(loose(id))")
    precondition(there.status == 0, there.all)
    try body()
    shell("cp -f ../kept \(loose(id))")
  }
}

/// Objects that do not match their ids: an audit trusts none, and never accepts a history that git would show
/// differently.
@Suite("Damaged objects")
struct DamageTests {
  /// Creates a plan with evidence, some history and a merge, with all objects loose.
  private func history() throws -> Scratch {
    let s = try Scratch.withPlan()
    s["proof.txt"] = "measured\n"
    let sum = s.shell("sha256sum <proof.txt | cut -c1-64").line
    s.edit("M-01", "\"TBD\"", "\"ada\"")
    s.prove("M-01")
    s[".readiness/M-01.json"] = s[".readiness/M-01.json"]?.replacingOccurrences(
      of: "\"kind\": \"statement\",\n          \"text\": \"Seen.\",\n          \"by\": \"ada@example.com\"",
      with: "\"kind\": \"file\",\n          \"path\": \"proof.txt\",\n          \"sha256\": \"\(sum)\"")
    s.git("add", "-A")
    precondition(s.git("commit", "-qm", "proof").status == 0)
    for state in ["in-progress", "in-review"] { precondition(s.readiness("move", "M-01", state).status == 0) }
    s.git("checkout", "-qb", "side")
    s["code.txt"] = "1\n"
    s.git("add", "-A")
    s.git("commit", "-qm", "code")
    s.git("checkout", "-q", "main")
    s.git("merge", "-q", "--no-ff", "--no-edit", "side")
    s.unpackEverything()
    return s
  }

  private func isDamaged(_ s: Scratch, _ words: [String], _ about: Comment) {
    let result = s.readiness(words)
    #expect(result.status == 3, "\(about) \(words): \(result.all)")
    #expect(result.errors.contains("damaged-repository"), "\(about) \(words): \(result.all)")
  }

  @Test("a branch whose commit is gone is damage, not a revision that nobody gave")
  func lostTip() throws {
    let s = try history()
    let id = s.git("rev-parse", "main").line
    #expect(s.readiness("diff", "HEAD~999", "HEAD").status == 2)
    s.shell("rm -f .git/objects/\(id.prefix(2))/\(id.dropFirst(2))")
    for words in [["log"], ["weekly"], ["diff", "HEAD~5", "HEAD"], ["diff", "main", "side"]] {
      isDamaged(s, words, "without the tip")
    }
    #expect(s.readiness("diff", "nonsense", "side").status == 2)
  }

  /// The objects that a verdict depends on, each with another one of its type.
  private static let objects = [
    ("main", "main~1"), ("main~1", "main~2"), ("side", "main~1"), ("main^{tree}", "main~3^{tree}"),
    ("main~2^{tree}", "main~3^{tree}"), ("main:.readiness", "main~3:.readiness"), ("main:ssot", "main:.readiness"),
    ("main:ssot/policies", "main:ssot"), ("main:ssot/plan.json", "main:proof.txt"),
    ("main:.readiness/M-01.json", "main~2:.readiness/M-01.json"),
    ("main~2:.readiness/M-01.json", "main:.readiness/M-01.json"),
    ("main:.readiness/M-02.json", "main:.readiness/M-03.json"),
    ("main:ssot/policies/workflow.json", "main:ssot/policies/gates.json"),
    ("main:ssot/schemas/milestone.schema.json", "main:proof.txt"), ("main:proof.txt", "main:ssot/plan.json"),
  ]

  @Test(
    "a file that holds another object is damage, to verify and to replay, in whole histories and ranges",
    arguments: objects.indices)
  func loose(_ index: Int) throws {
    let s = try history()
    let (name, other) = Self.objects[index]
    #expect(s.readiness("verify").status == 0 && s.readiness("replay").status == 0)
    let ids = [name, other].map { s.git("rev-parse", $0).line }
    #expect(ids[0] != ids[1] && ids.allSatisfy { $0.count == 40 })
    s.swap(ids[0], for: ids[1]) {
      for words in [["verify"], ["verify", "--no-cache", "--json"], ["replay"]] where !words.contains("--json") {
        isDamaged(s, words, "\(name)")
      }
      let json = s.readiness("verify", "--json", "--no-cache")
      #expect(json.status == 3 && json.output.contains("\"damaged-repository\""), "\(json.all)")
    }
    // The range's own commits and their plan, and the history below the range.
    s.swap(s.git("rev-parse", "main~2").line, for: s.git("rev-parse", "main~3").line) {
      isDamaged(s, ["verify", "main~1..main"], "below the range")
    }
  }

  @Test("an object that two places hold is compared: a pack, an alternate and a file of its own")
  func places() throws {
    let s = try history()
    let id = s.git("rev-parse", "main:.readiness/M-02.json").line
    let other = s.git("rev-parse", "main:.readiness/M-03.json").line
    // Equal copies everywhere are sound.
    s.shell(
      "git clone -q --bare --no-hardlinks . ../other && git rev-list --objects --all | cut -c1-40 | git pack-objects -q .git/objects/pack/pack"
    )
    for path in ["../other/objects", "\"\(s.path)/../oth\\145r/objects\""] {
      s.shell("realpath ../other/objects >.git/objects/info/alternates")
      if path.hasPrefix("\"") { s[".git/objects/info/alternates"] = "# a comment\n" + path + "\n" }
      #expect(s.readiness("verify").status == 0, "\(path): \(s.readiness("verify").all)")
      // The alternate has another object under that id, loose and in a pack.
      let file = "../other/objects/\(id.prefix(2))/\(id.dropFirst(2))"
      s.shell(
        "mkdir -p $(dirname \(file)) && rm -f \(file) && cp .git/objects/\(other.prefix(2))/\(other.dropFirst(2)) \(file)"
      )
      isDamaged(s, ["verify"], "alternate \(path)")
      s.shell("rm -f \(file)")
      try misnamed(id, as: other, in: s, folder: "../other/objects")
      isDamaged(s, ["verify"], "pack of the alternate \(path)")
      s.shell("rm -f ../other/objects/pack/forged*")
    }
    s.shell("rm .git/objects/info/alternates")
    #expect(s.readiness("verify").status == 0)
    let commit = s.git("rev-parse", "main~1").line
    for (id, other) in [(id, other), (commit, s.git("rev-parse", "main~2").line)] {
      try misnamed(id, as: other, in: s, folder: ".git/objects")
      isDamaged(s, ["verify"], "pack \(id)")
      isDamaged(s, ["replay"], "pack \(id)")
      s.shell("rm -f .git/objects/pack/forged*; git prune-packed")
      #expect(s.readiness("verify").status == 0)
      // The pack is correct, and the loose file is not.
      let file = ".git/objects/\(id.prefix(2))/\(id.dropFirst(2))"
      s.shell("mkdir -p $(dirname \(file)); git cat-file -p \(other) >../x; git cat-file -t \(other) >../t")
      s.shell(
        "git hash-object -w -t $(cat ../t) ../x >/dev/null; git init -q ../loose; cd ../loose && git hash-object -w -t $(cat ../t) ../x && cp .git/objects/\(other.prefix(2))/\(other.dropFirst(2)) '\(s.path)/\(file)'"
      )
      isDamaged(s, ["verify"], "file beside a pack \(id)")
      s.shell("rm -rf \(file) ../loose")
    }
    #expect(s.readiness("verify").status == 0)
  }

  /// Adds a pack whose index gives one object another id.
  private func misnamed(_ id: String, as other: String, in s: Scratch, folder: String) throws {
    let made = s.shell("echo \(other) | git pack-objects -q ../forged")
    #expect(made.status == 0, "\(made.all)")
    let base = s.path + "/../forged-\(made.line)"
    var bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: base + ".idx")))
    let name = stride(from: 0, to: 40, by: 2).compactMap { UInt8(id.dropFirst($0).prefix(2), radix: 16) }
    // With one object, an index has 8 bytes of header, 1024 of counts, its id, its checksum and its offset.
    bytes.replaceSubrange(1032..<1052, with: name)
    for first in 0..<256 { bytes[8 + first * 4 + 3] = first >= Int(name[0]) ? 1 : 0 }
    s.shell("chmod u+w ../forged-*")
    try Data(bytes).write(to: URL(fileURLWithPath: base + ".idx"))
    s.shell(
      "mv ../forged-\(made.line).idx \(folder)/pack/forged.idx && mv ../forged-\(made.line).pack \(folder)/pack/forged.pack; rm -f ../forged-*"
    )
  }

  @Test("an index over several packs that leads elsewhere is damage, and a true one is not")
  func multiPackIndex() throws {
    let s = try history()
    s.shell(
      "git rev-list --objects main~2 | cut -c1-40 | git pack-objects -q .git/objects/pack/pack; git repack -dq && git prune-packed && git multi-pack-index write"
    )
    #expect(s.readiness("verify").status == 0, "\(s.readiness("verify").all)")
    let file = s.path + "/.git/objects/pack/multi-pack-index"
    let sound = try [UInt8](Data(contentsOf: URL(fileURLWithPath: file)))
    func chunk(_ name: String) throws -> Int {
      let at = try #require(
        (0..<Int(sound[6])).map { 12 + $0 * 12 }.first { Array(sound[$0..<($0 + 4)]) == Array(name.utf8) })
      return sound[(at + 4)..<(at + 12)].reduce(0) { $0 << 8 | Int($1) }
    }
    let (offsets, fan) = (try chunk("OOFF"), try chunk("OIDF"))
    let count = sound[(fan + 1020)..<(fan + 1024)].reduce(0) { $0 << 8 | Int($1) }
    // Every object gets the offset of the first one.
    var bytes = sound
    for number in 0..<count {
      bytes.replaceSubrange((offsets + number * 8)..<(offsets + number * 8 + 8), with: sound[offsets..<(offsets + 8)])
    }
    s.shell("chmod u+w .git/objects/pack/multi-pack-index")
    try Data(bytes).write(to: URL(fileURLWithPath: file))
    isDamaged(s, ["verify"], "multi-pack-index")
    try Data(sound).write(to: URL(fileURLWithPath: file))
    #expect(s.readiness("verify").status == 0)
  }

  @Test("a file that is no object, a bomb, a truncated one and a missing one are no answer")
  func noObjects() throws {
    let s = try history()
    let id = s.git("rev-parse", "main:.readiness/M-02.json").line
    let file = ".git/objects/\(id.prefix(2))/\(id.dropFirst(2))"
    s.shell("cp \(file) ../sound && chmod u+w \(file)")
    let makers = [
      "rm \(file)", "head -c 40 ../sound >\(file)", ": >\(file)", "echo garbage >\(file)", "rm \(file); mkfifo \(file)",
      "perl -MCompress::Zlib -e 'print compress(\"blob 300\\0\" . (\"x\" x 300_000_000))' >\(file)",
      "perl -MCompress::Zlib -e 'print compress(\"blob 300000000\\0\" . (\"x\" x 300_000_000))' >\(file)",
      "perl -MCompress::Zlib -e 'print compress(\"blob 99999999999999999999\\0x\")' >\(file)",
      "perl -MCompress::Zlib -e 'print compress(\"tree 0\\0\")' >\(file)",
    ]
    for maker in makers {
      let made = s.shell(maker)
      #expect(made.status == 0, "\(made.all)")
      let verify = s.shell("ulimit -v 2000000; timeout 60 \"$READINESS\" verify")
      #expect(verify.status == 3, "\(maker): \(verify.all)")
      s.shell("rm -f \(file); cp ../sound \(file); chmod u+w \(file)")
    }
    #expect(s.readiness("verify").status == 0)
    let tip = s.git("rev-parse", "main").line
    s.shell("mv .git/objects/\(tip.prefix(2))/\(tip.dropFirst(2)) ../tip")
    for words in [["verify"], ["verify", "main"], ["replay"]] { isDamaged(s, words, "a tip that is gone") }
    #expect(s.readiness("verify", "nothing").status == 2)
    s.shell("mv ../tip .git/objects/\(tip.prefix(2))/\(tip.dropFirst(2))")
    // git fsck finds objects that no verdict depends on.
    let code = s.git("rev-parse", "main:code.txt").line
    s.swap(code, for: id) { #expect(s.readiness("verify").status == 0) }
  }

  @Test("evidence too large to be held is summed on the way")
  func largeEvidence() throws {
    let s = try Scratch.withPlan()
    s.shell("head -c 20000000 /dev/zero | tr '\\0' x >proof.txt")
    let sum = s.shell("sha256sum <proof.txt | cut -c1-64").line
    s.edit("M-01", "\"TBD\"", "\"ada\"")
    s.prove("M-01")
    s[".readiness/M-01.json"] = s[".readiness/M-01.json"]?.replacingOccurrences(
      of: "\"kind\": \"statement\",\n          \"text\": \"Seen.\",\n          \"by\": \"ada@example.com\"",
      with: "\"kind\": \"file\",\n          \"path\": \"proof.txt\",\n          \"sha256\": \"\(sum)\"")
    s.git("add", "-A")
    #expect(s.git("commit", "-qm", "proof").status == 0)
    #expect(s.readiness("move", "M-01", "in-progress").status == 0)
    #expect(s.readiness("move", "M-01", "in-review").status == 0)
    #expect(s.readiness("verify").status == 0)
    let id = s.git("rev-parse", "main:proof.txt").line
    s.shell("head -c 20000000 /dev/zero | tr '\\0' y >../other")
    let other = s.git("hash-object", "-w", "../other").line
    s.unpackEverything()
    _ = s.git("hash-object", "-w", "../other")
    s.swap(id, for: other) { isDamaged(s, ["verify"], "large evidence") }
  }

  @Test("packs of every form that git writes are sound: an old index, several packs, a kept one, an empty repository's")
  func forms() throws {
    let s = try history()
    for line in [
      "git -c pack.indexVersion=1 repack -adfq",
      "git rev-list --objects main~1 | cut -c1-40 | git -c pack.indexVersion=1 pack-objects -q .git/objects/pack/pack",
      "git -c core.multiPackIndex=true multi-pack-index write", "git repack -dq; git gc -q",
      "git commit-graph write --reachable",
    ] {
      #expect(s.shell(line).status == 0, "\(line)")
      let verify = s.readiness("verify")
      #expect(verify.status == 0, "\(line): \(verify.all)")
      #expect(s.readiness("replay").status == 0, "\(line)")
    }
    // A pack that only git can read.
    s.shell(
      "p=.git/objects/pack/pack-$(git rev-list --objects main~1 | cut -c1-40 | git pack-objects -q .git/objects/pack/pack).idx; chmod u+w $p; printf XXXX | dd of=$p bs=1 seek=4 conv=notrunc 2>/dev/null"
    )
    let refused = s.readiness("verify")
    #expect(refused.status == 3, "\(refused.all)")
  }
}
