import Foundation
import TestSupport
import Testing

/// A push that the gate accepts is also accepted by an audit of the same ref, for any roots, bases, refs and orders.
///
/// `READINESS_PUSHES=N` makes N pushes, and `READINESS_SEED=S` repeats a run.
@Suite("Random pushes")
struct PushPropertyTests {
  @Test("accepted by the gate means accepted by verify of that ref")
  func property() throws {
    let environment = ProcessInfo.processInfo.environment
    let seed = environment["READINESS_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 0..<1 << 32)
    let pushes = environment["READINESS_PUSHES"].flatMap { Int($0) } ?? 10
    var world = try RandomPushes(seed: seed)
    var accepted = 0
    var number = 0
    // Goes on until one is accepted: ten refusals in a row occur by chance.
    while number < pushes || accepted == 0 && number < 10 * pushes {
      defer { number += 1 }
      let push = world.push()
      if push.result.status == 0 { accepted += 1 }
      for ref in push.moved {
        let verdict = world.server.readiness("verify", ref, "--no-cache")
        #expect(
          verdict.status == 0,
          "READINESS_SEED=\(seed), push \(number) of \(push.words) to \(ref): \(verdict.all)\n\(world.story)")
      }
    }
    print("random pushes: seed \(seed), \(number) pushes, \(accepted) accepted")
    // A gate that rejects everything would pass.
    #expect(accepted > 0, "READINESS_SEED=\(seed)")
  }
}

/// A clone that creates commits of all kinds, and a server that it pushes them to.
private struct RandomPushes {
  let clone: Scratch
  let server: Scratch
  private var random: SplitMix
  private var commits: [String] = []
  private let plan: String
  private(set) var story = ""
  private var count = 0

  private static let refs = [
    "refs/heads/main", "refs/heads/main", "refs/heads/release", "refs/heads/side", "refs/heads/aaa",
    "refs/heads/stable", "refs/tags/t1", "refs/notes/n",
  ]

  init(seed: UInt64) throws {
    random = SplitMix(seed)
    clone = try Scratch.withPlan()
    if random.below(2) == 0 {
      clone["ssot/policies/authorization.json"] =
        #"{ "version": 1, "roles": { "maintainer": ["ada@example.com"] }, "rules": [{ "to": "In Progress", "role": "maintainer" }] }"#
      clone.git("add", "-A")
      clone.git("commit", "-qm", "roles")
    }
    server = try Scratch(cloneOf: clone, bare: true)
    _ = clone.readiness("install", "--server", server.path)
    clone.git("remote", "add", "origin", server.path)
    server.git("symbolic-ref", "refs/heads/stable", "refs/heads/main")
    if random.below(4) == 0 { server.git("symbolic-ref", "HEAD", "refs/heads/trunk") }
    plan = clone.shell("grep planId ssot/plan.json").line
    commits = [clone.git("rev-parse", "HEAD").line, clone.git("rev-list", "--max-parents=0", "HEAD").line]
  }

  private mutating func any() -> String { commits[random.below(commits.count)] }

  private var eve: [String: String] {
    ["GIT_AUTHOR_NAME": "Eve", "GIT_AUTHOR_EMAIL": "eve@example.com"]
  }

  /// Creates a commit and checks it out; without hooks if they reject it.
  private mutating func commit() {
    count += 1
    let base = any()
    let author = random.below(3) == 0 ? eve : [:]
    clone.git("checkout", "-qf", "--detach", base)
    let kind = random.below(8)
    switch kind {
    case 0, 1: clone["code-\(random.below(3)).txt"] = "\(count)\n"
    case 2: change("M-01", "\"Not Started\"", "\"In Progress\"", owner: true)
    case 3: change("M-01", "\"In Progress\"", "\"Not Started\"")
    case 4: change("M-02", "\"Not Started\"", "\"Done\"", owner: true)
    case 5:
      clone["ssot/policies/authorization.json"] =
        #"{ "version": 1, "roles": { "maintainer": ["eve@example.com"] }, "rules": [] }"#
    case 6:
      clone["ssot/policies/provenance.json"] = #"{ "version": 1, "unstamped": "refuse", "judgedFrom": "\#(any())" }"#
    default: return meeting(base, author)
    }
    clone.git("add", "-A")
    let made = clone.git("commit", "-qm", "work \(count)", environment: author)
    if made.status != 0 {
      clone.git(
        "commit", "-q", "--allow-empty", "-m", "forced \(count)",
        environment: author.merging(["READINESS_SKIP": "1"]) { $1 })
    }
    keep("\(kind) on \(base.prefix(8))")
  }

  /// Creates a merge by plumbing, a new root, or a copy of a commit's message elsewhere.
  private mutating func meeting(_ base: String, _ author: [String: String]) {
    let other = any()
    switch random.below(4) {
    case 0:
      clone.git("checkout", "-q", "--orphan", "orphan-\(count)", base)
      if random.below(2) == 0 {
        clone.shell("sed -i 's/\"planId\": \"..../\"planId\": \"0000/' ssot/plan.json")
      }
      clone.git("add", "-A")
      let root = clone.git("commit", "-qm", "root \(count)", environment: author)
      if root.status != 0 { clone.git("commit", "-qm", "root", environment: ["READINESS_SKIP": "1"]) }
    case 1:
      clone.shell(
        "git reset -q --hard $(git log -1 --format=%B \(other) | git commit-tree -p \(base) -F - \(other)^{tree})")
    default:
      let tree = random.below(2) == 0 ? base : other
      clone.shell("git reset -q --hard $(git commit-tree -p \(base) -p \(other) -m merge \(tree)^{tree})")
    }
    keep("meeting of \(base.prefix(8)) and \(other.prefix(8))")
  }

  private mutating func keep(_ what: String) {
    let id = clone.git("rev-parse", "HEAD").line
    commits.append(id)
    story += "\(id.prefix(8)) \(what)\n"
  }

  private func change(_ id: String, _ old: String, _ new: String, owner: Bool = false) {
    let file = ".readiness/\(id).json"
    guard let text = clone[file] else { return }
    let owned = owner ? text.replacingOccurrences(of: "\"TBD\"", with: "\"ada\"") : text
    clone[file] = owned.replacingOccurrences(of: old, with: new)
  }

  private func tip(_ ref: String) -> String { server.git("rev-parse", "-q", "--verify", ref + "^{commit}").line }
  private func holdsOtherPlan(_ tip: String) -> Bool {
    let line = server.shell("git show \(tip):ssot/plan.json 2>/dev/null | grep planId").line
    return !line.isEmpty && line != plan
  }

  /// Creates commits, and force-pushes some to some refs.
  /// - Returns: the refs that moved and whose commits are judged.
  mutating func push() -> (result: Scratch.Result, words: String, moved: [String]) {
    for _ in 0...random.below(3) { commit() }
    var wanted: [String: String] = [:]
    for _ in 0...random.below(3) {
      let ref = Self.refs[random.below(Self.refs.count)]
      wanted[ref] = random.below(8) == 0 ? "" : random.below(2) == 0 ? any() : commits.last
    }
    let before = Dictionary(uniqueKeysWithValues: wanted.keys.map { ($0, tip($0)) })
    let words = wanted.sorted { $0.key < $1.key }.map { "+\($0.value):\($0.key)" }.joined(separator: " ")
    let result = clone.shell("git push -q --no-verify origin \(words)")
    story += "push \(words): \(result.status)\n"
    let moved = wanted.keys.sorted().filter { ref in
      let now = tip(ref)
      return !now.isEmpty && now != before[ref] && !holdsOtherPlan(now)
    }
    return (result, words, moved)
  }
}
