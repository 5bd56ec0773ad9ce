import TestSupport
import Testing

@testable import PlanJudge

/// A merge has a bound of parents, because each is compared with each
/// (`doc/design/decisions/0102-bounds-of-folders-and-parents.md`).
@Suite("Merges of many parents")
struct ManyParentsTests {
  private func merge(_ count: Int) throws -> [String] {
    let h = MemoryHistory()
    let tree = PlanFixture.tree()
    let root = h.add(tree, on: [])
    let siblings = (0..<count).map { _ in h.add(tree, on: [root]) }
    let changed = tree.with { $0.edit("A-3", "\"TBD\"", "\"ada\"") }
    return try h.assessUnstamped(changed, on: siblings).errors
  }

  @Test("a few are judged; beyond the bound nobody says that the merge is legal, or that it is not")
  func bound() throws {
    #expect(throws: TooManyParents(count: 129)) { try merge(129) }
    #expect(try merge(8) == ["merge-unresolved"])
  }
}
