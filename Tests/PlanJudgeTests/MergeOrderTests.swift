import TestSupport
import Testing

@testable import PlanModel

/// The order of a merge's parents changes no verdict (contract 2.2, which policy judges).
@Suite("The order of parents")
struct MergeOrderTests {
  @Test("random merges of two to five parents, under random policies: every order gives the same codes")
  func everyOrder() throws {
    let seed = UInt64.random(in: 0 ... .max)
    var chance = SplitMix(seed)
    var (accepted, refused) = (0, 0)
    for round in 0..<60 {
      let histories = try RandomHistory(&chance)
      let parents = histories.parents(&chance)
      let tree = histories.result(of: parents, &chance).tree
      let author = [PlanFixture.ada, PlanFixture.bob][chance.below(2)]
      let reason = chance.below(3) == 0 ? nil : "because"
      let orders = [parents] + (0..<3).map { _ in parents.shuffled(using: &chance) }
      let told = try orders.map { order in
        let plain = try histories.history.assessUnstamped(tree, on: order, by: author)
        let stamped = try histories.history.assess(tree, on: order, by: author, reason: reason)
        accepted += plain.errors.isEmpty || stamped.errors.isEmpty ? 1 : 0
        refused += plain.errors.isEmpty || stamped.errors.isEmpty ? 0 : 1
        return [plain.errors, plain.notes, stamped.errors, stamped.notes]
      }
      for (order, codes) in zip(orders, told) {
        #expect(codes == told[0], "seed \(seed), round \(round): \(order) in place of \(parents)")
      }
    }
    // Some results must be legal and some not, or the test proves nothing.
    #expect(accepted > 10 && refused > 10, "\(accepted) accepted, \(refused) refused, seed \(seed)")
  }
}

/// A plan as a few choices, so that random ones can be mixed.
private struct World {
  struct Entry: Equatable {
    var status = "Not Started"
    var owner = "ada"
    var outcome = "It works"
    var isProven = true
  }

  static let states = ["Not Started", "In Progress", "In Review", "Done"]
  static let rules: [String?] = [
    nil, PlanFixture.authorization,
    """
    { "version": 1, "roles": { "maintainer": ["ada@example.com", "bob@example.com"], "reviewer": ["bob@example.com"] },
      "rules": [ { "to": "In Review", "role": "reviewer" }, { "fields": ["owner", "exitCriteria"], "role": "maintainer" } ] }
    """,
  ]

  var entries: [String: Entry] = [:]
  var retired: [String] = []
  var title = "Test"
  var authorization = 0
  var isLoose = false
  var warns = false

  private static func workflow(isLoose: Bool) -> String {
    let text = StandardFiles.policies(workflow: .standard).first { $0.path == PlanPaths.workflow }?.text ?? ""
    return isLoose ? text.replacing("\"criteria-met\"", with: "\"owner-assigned\"") : text
  }
  private static let workflows = [workflow(isLoose: false), workflow(isLoose: true)]

  var tree: MemoryTree {
    let tree = MemoryTree(["proof.txt": PlanFixture.proof])
    tree["ssot/plan.json"] = PlanFixture.plan(order: entries.keys.sorted(), retired: retired.sorted())
      .replacing("\"Test\"", with: "\"\(title)\"")
    for (id, entry) in entries {
      tree[".readiness/\(id).json"] = PlanFixture.milestone(
        id, status: entry.status, owner: entry.owner, isProven: entry.isProven
      ).replacing("It works", with: entry.outcome)
    }
    tree[PlanPaths.workflow] = Self.workflows[isLoose ? 1 : 0]
    tree[PlanPaths.authorization] = Self.rules[authorization]
    tree[PlanPaths.provenance] = "{\"version\":1,\"unstamped\":\"\(warns ? "warn" : "refuse")\"}"
    return tree
  }

  mutating func change(_ chance: inout SplitMix) {
    let id = entries.keys.sorted()[chance.below(entries.count)]
    switch chance.below(12) {
    case 0: authorization = chance.below(Self.rules.count)
    case 1: isLoose.toggle()
    case 2: warns.toggle()
    case 3: title = ["Test", "Best"][chance.below(2)]
    case 4: entries[id]?.owner = ["ada", "bob"][chance.below(2)]
    case 5: entries[id]?.outcome = ["It works", "It flies"][chance.below(2)]
    case 6: entries[id]?.isProven.toggle()
    case 7 where entries.count > 2:
      entries[id] = nil
      retired.append(id)
    case 8:
      let born = "B-\(chance.below(3) + 1)"
      if !retired.contains(born) { entries[born] = Entry() }
    default:
      // Usually one step forward or back.
      let at = Self.states.firstIndex(of: entries[id]?.status ?? "") ?? 0
      let next = chance.below(4) == 0 ? chance.below(4) : max(0, min(3, at + (chance.below(3) == 0 ? -1 : 1)))
      entries[id]?.status = Self.states[next]
    }
  }
}

/// A random history, with the choices behind each commit.
private struct RandomHistory {
  let history = MemoryHistory()
  private var worlds: [World] = []

  init(_ chance: inout SplitMix) throws {
    var world = World()
    for number in 1...3 { world.entries["A-\(number)"] = World.Entry(status: World.states[chance.below(4)]) }
    world.authorization = chance.below(World.rules.count)
    history.add(world.tree, on: [])
    worlds = [world]
    for _ in 0..<(6 + chance.below(6)) { try grow(&chance) }
  }

  private mutating func grow(_ chance: inout SplitMix) throws {
    let author = [PlanFixture.ada, PlanFixture.bob][chance.below(2)]
    let recent = max(0, worlds.count - 5)
    var parents = [recent + chance.below(worlds.count - recent)]
    switch chance.below(8) {
    case 0 where worlds.count > 3:
      // A copy of an old commit at another position.
      let old = history.nodes[chance.below(worlds.count)]
      let number = history.nodes.count
      history.add(old.tree, on: parents, by: old.author, old.message)
      worlds.append(worlds[history.nodes[..<number].firstIndex { $0.tree === old.tree } ?? 0])
      return
    case 1 where worlds.count > 3:
      parents = self.parents(&chance, count: 2)
    default: break
    }
    var world = parents.count > 1 ? result(of: parents, &chance) : worlds[parents[0]]
    if parents.count == 1 { world.change(&chance) }
    if chance.below(4) == 0 {
      history.add(world.tree, on: parents, by: author)
    } else {
      try history.stamp(world.tree, on: parents, by: author)
    }
    worlds.append(world)
  }

  /// Returns two to five different commits.
  func parents(_ chance: inout SplitMix, count: Int? = nil) -> [Int] {
    Array(Array(worlds.indices).shuffled(using: &chance).prefix(count ?? 2 + chance.below(4)))
  }

  /// Returns usually a result that the parents agree on or one of them has, sometimes another one.
  func result(of parents: [Int], _ chance: inout SplitMix) -> World {
    let sides = parents.map { worlds[$0] }
    if chance.below(4) == 0 { return sides[chance.below(sides.count)] }
    func pick<T>(_ part: (World) -> T) -> T { part(sides[chance.below(sides.count)]) }
    var world = pick { $0 }
    let main = chance.below(3)
    for id in Set(sides.flatMap(\.entries.keys)).sorted() where main > 0 { world.entries[id] = pick { $0.entries[id] } }
    world.retired = Array(Set(sides.flatMap(\.retired)))
    for id in world.retired { world.entries[id] = nil }
    if main > 1 {
      (world.authorization, world.isLoose, world.warns) = pick { ($0.authorization, $0.isLoose, $0.warns) }
    }
    if chance.below(4) == 0, !world.entries.isEmpty { world.change(&chance) }
    return world
  }
}
