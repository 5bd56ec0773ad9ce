import GitObjects
import PlanModel
import Testing

@testable import GitRepository

/// A commit's headers are read from the same positions as git reads them, and no others.
@Suite("Commit objects")
struct CommitTests {
  private static let (a, b) = (String(repeating: "a", count: 40), String(repeating: "b", count: 40))
  private static let people = "author A <a@example.com> 1 +0000\ncommitter C <c@example.com> 2 +0000\n"

  private func commit(_ text: String) throws -> Commit { try Commit(id: ObjectID([]), raw: Array(text.utf8)) }

  @Test("one tree, then the parents, then author and committer, then the rest")
  func sound() throws {
    let found = try commit("tree \(Self.a)\nparent \(Self.b)\nparent \(Self.a)\n\(Self.people)x-own tree\n\nhello\n")
    #expect(found.tree.description == Self.a && found.parents.map(\.description) == [Self.b, Self.a])
    #expect(found.author == Identity(name: "A", email: "a@example.com") && found.committedAt == 2)
    #expect(found.message == "hello\n")
  }

  @Test(
    "a header at a place where git does not look for it is taken by nobody",
    arguments: [
      "tree \(a)\n\(people)tree \(b)\n\n", "tree \(a)\ntree \(b)\n\(people)\n", "tree \(a)\n\(people)parent \(b)\n\n",
      "\(people)tree \(a)\n\n", "parent \(b)\ntree \(a)\n\(people)\n", "tree \(a)\nparent x\n\(people)\n",
      "tree \(a)\n\(people)author B <b@example.com> 1 +0000\n\n", "tree \(a)\nauthor A <a@example.com> 1 +0000\n\n",
    ])
  func outOfPlace(text: String) {
    #expect(throws: GitError.self) { try commit(text) }
  }
}
