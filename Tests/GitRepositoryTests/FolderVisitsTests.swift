import GitObjects
import Testing

@testable import GitRepository

/// The entries that one listing or comparison examines
/// (`doc/design/decisions/0102-bounds-of-folders-and-parents.md`).
@Suite("Visits of folders")
struct FolderVisitsTests {
  private func id(_ digit: Character) throws -> ObjectID {
    try #require(ObjectID(hex: String(repeating: digit, count: 40)))
  }

  @Test("a folder is repeated on its own side alone: one that moved is read once on each")
  func repeats() throws {
    var visits = FolderVisits()
    let (a, b, c) = (try id("a"), try id("b"), try id("c"))
    let first = [visits.enters(a, nil), visits.enters(nil, a), visits.enters(b, c)]
    #expect(first == [false, false, false])
    // Neither side alone can create unlimited folders.
    let again = [visits.enters(b, nil), visits.enters(nil, c), visits.enters(try id("d"), c)]
    #expect(again == [true, true, true])
  }

  @Test("repeated entries have a bound that those of other folders have not, and depth has one as well")
  func bounds() throws {
    var visits = FolderVisits()
    for _ in 0..<500_000 { try visits.take(depth: 3, isRepeated: false) }
    for _ in 0..<100_000 { try visits.take(depth: 3, isRepeated: true) }
    #expect(throws: GitError.self) { try visits.take(depth: 3, isRepeated: true) }
    var deep = FolderVisits()
    try deep.take(depth: 2_048, isRepeated: false)
    #expect(throws: GitError.self) { try deep.take(depth: 2_049, isRepeated: false) }
  }

  @Test("more patterns than a check has by itself cost each entry, and more of a folder that is repeated")
  func patterns() throws {
    var usual = FolderVisits(patterns: 128)
    for _ in 0..<200_000 { try usual.take(depth: 3, isRepeated: false) }
    var many = FolderVisits(patterns: 5_128)
    for _ in 0..<500 { try many.take(depth: 3, isRepeated: false) }
    #expect(throws: GitError.self) { try many.take(depth: 3, isRepeated: false) }
    var both = FolderVisits(patterns: 100)
    for _ in 0..<20_000 { try both.take(depth: 3, isRepeated: true) }
    #expect(throws: GitError.self) { try both.take(depth: 3, isRepeated: true) }
  }
}
