import Foundation
import TestSupport
import Testing

@Suite("Shared repositories")
struct SharedRepositoryTests {
  @Test("in a shared repository, what a command creates can be written by the group")
  func shared() throws {
    let s = try Scratch()
    #expect(s.readiness("init", "--commit").status == 0)
    s.readiness("install")
    s.git("config", "core.sharedRepository", "group")
    s.shell("umask 022; chmod -R g+w .; touch ../mark; sleep 1")
    let moved = s.shell("umask 022; \"$READINESS\" start M-01 --owner ada")
    #expect(moved.status == 0, "\(moved.all)")
    let closed = s.shell(
      "find .git .readiness -newer ../mark ! -perm -g+w ! -path '*/objects/??/?*' ! -name COMMIT_EDITMSG")
    #expect(closed.output.isEmpty, "\(closed.output)")
  }
}
