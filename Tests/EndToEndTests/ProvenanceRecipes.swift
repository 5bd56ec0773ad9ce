import Foundation
import TestSupport
import Testing

/// The recipes of `doc/provenance.md`, run unchanged with git, sh, awk and sha256sum.
@Suite("Recipes of doc/provenance.md")
struct ProvenanceRecipes {
  private static let recipes: [String: String] = {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
      "../../doc/provenance.md")
    let text = FileManager.default.contents(atPath: file.path).map { String(decoding: $0, as: UTF8.self) } ?? ""
    var recipes: [String: String] = [:]
    for block in text.components(separatedBy: "```sh\n").dropFirst() {
      let body = block.components(separatedBy: "```")[0]
      guard body.hasPrefix("# recipe: ") else { continue }
      recipes[String(body.dropFirst(10).prefix { $0 != "\n" })] = body
    }
    return recipes
  }()

  private func run(_ name: String, in s: Scratch, _ argument: String = "") throws -> [String] {
    s["../recipe.sh"] = Self.recipes[name] ?? "exit 9"
    let result = s.shell("sh ../recipe.sh \(argument)")
    #expect(result.status == 0 && result.errors.isEmpty, "\(result.all)")
    return result.output.split(separator: "\n").map(String.init)
  }

  private func json(_ s: Scratch, _ arguments: String) throws -> [String: Any] {
    let output = s.shell("\"$READINESS\" \(arguments) --json").output
    return try #require(JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any])
  }

  /// Creates merges, a squash, rebased twins, quotes and other scripts in names and reasons, a policy change, a
  /// deletion.
  private func history() throws -> Scratch {
    let s = try Scratch()
    s.git("config", "user.name", "Ada \"Åse\" \\ Lovelace")
    func on(_ day: Int) {
      let moment = "2026-11-\(day < 10 ? "0" : "")\(day)T12:00:00Z"
      s.environment = ["GIT_AUTHOR_DATE": moment, "GIT_COMMITTER_DATE": moment]
    }
    on(2)
    s.readiness("init", "--commit")
    s.readiness("install")
    s.start("M-01")
    s.git("commit", "-qam", "start")
    on(4)
    s.git("checkout", "-q", "-b", "side")
    s.prove("M-01")
    s.git("commit", "-qam", "prove")
    s.readiness("move", "M-01", "in-review", "-m", "見て \"ready\" \\o/")
    s.git("checkout", "-q", "main")
    on(6)
    s.edit("M-02", "\"TBD\"", "\"bob\"")
    s.git("commit", "-qam", "owner")
    s.git("branch", "twin", "side")
    s.git("rebase", "-q", "main", "twin")
    s.git("checkout", "-q", "main")
    on(8)
    s.git("merge", "-q", "--no-edit", "side")
    s.git("merge", "-q", "--no-edit", "twin")
    on(10)
    s.readiness("move", "M-01", "done")
    s.git("checkout", "-q", "-b", "squashed")
    s.readiness("move", "M-02", "in-progress")
    s.readiness("move", "M-02", "blocked", "-m", "why")
    s.git("checkout", "-q", "main")
    on(12)
    s.git("merge", "-q", "--squash", "squashed")
    s.git("commit", "-q", "--no-edit")
    on(14)
    s["ssot/policies/gates.json"] = "{\"version\":1,\"gates\":{}}\n"
    s[".readiness/M-12.json"] = nil
    s.readiness("set", "plan", "executionOrder", "M-01 M-02")
    s["ssot/plan.json"] = s["ssot/plan.json"]?.replacingOccurrences(
      of: "\"retired\": []", with: "\"retired\": [\"M-12\"]")
    s.git("add", "-A")
    #expect(s.git("commit", "-qm", "less").status == 0)
    #expect(s.readiness("verify").status == 0, "\(s.readiness("verify").all)")
    return s
  }

  @Test("transitions, one milestone, and the state at a date are those that the program tells")
  func reading() throws {
    let s = try history()
    let runs = try #require(try json(s, "log")["runs"] as? [[String: Any]])
    func transitions(_ run: [String: Any]) -> [String] {
      (run["transitions"] as? [[String: String]] ?? []).map { t in
        "\(t["milestone"] ?? "") \"\(t["from"] ?? "")\" -> \"\(t["to"] ?? "")\" \(t["before"] ?? "") \(t["after"] ?? "")"
      }
    }
    #expect(try run("transitions", in: s).sorted() == runs.flatMap(transitions).sorted())
    #expect(runs.count == 9)

    let one = try #require(try json(s, "log M-01")["runs"] as? [[String: Any]])
    let lines = try run("one-milestone", in: s)
    let named = Set(lines.filter { $0.hasPrefix(" ") })
    #expect(named.count == one.count)
    for run in one {
      let commit = try #require(run["commit"] as? String)
      #expect(lines.contains { $0.hasPrefix(commit) })
      for line in transitions(run) where line.hasPrefix("M-01 ") { #expect(named.contains("    " + line)) }
    }

    let at = try run("state-at", in: s)
    let commit = s.git("rev-list", "-1", "--until=2026-11-12T23:59:59Z", "main").line
    let milestones = try #require(try json(s, "status --at \(commit)")["milestones"] as? [[String: Any]])
    #expect(at == milestones.map { "\($0["id"] ?? "")\t\($0["status"] ?? "")" }.sorted())
    #expect(at.contains("M-12\tNot Started") && at.contains("M-02\tBlocked"))
  }

  @Test("every run ID of every commit is recomputed, and so are the digests that it names")
  func recomputing() throws {
    let s = try history()
    var count = 0
    for commit in s.git("rev-list", "main").output.split(separator: "\n").map(String.init) {
      let claimed = s.git("log", "-1", "--format=%B", commit).output.split(separator: "\n")
        .filter { $0.hasPrefix("Readiness-Run: ") }.map { String($0.dropFirst(15)) }
      #expect(try run("run-id", in: s, commit) == claimed)
      count += claimed.count
    }
    #expect(count == 11)
    s.readiness("set", "M-01", "x-note", "a")
    s.git("commit", "-qm", "note")
    let trailers = s.git("log", "-1", "--format=%(trailers:unfold)").output
    #expect(trailers.contains(" sha256:\(try run("file-digest", in: s)[0])\n"))
    #expect(trailers.contains("Readiness-Policy: sha256:\(try run("policy-digest", in: s)[0])\n"))
  }
}
