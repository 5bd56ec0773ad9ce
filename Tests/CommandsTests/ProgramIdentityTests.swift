import Testing

@testable import Commands

@Suite("Version and commit of the program")
struct ProgramIdentityTests {
  private static let commit = String(repeating: "ab", count: 20)

  @Test("the file alone, as in a clone, names no commit")
  func clone() {
    let identity = ProgramIdentity(file: "0.2.0\n$Format:%H %ct$\n", mark: "")
    #expect(identity.version == "0.2.0" && identity.commit == nil && identity.built == nil && !identity.isModified)
    #expect(identity.line == "readiness 0.2.0 (unknown commit, contract 1)")
  }

  @Test("an export by git archive says it in the file")
  func export() {
    let identity = ProgramIdentity(file: "0.2.0\n\(Self.commit) 1790000000\n", mark: "")
    #expect(identity.commit == Self.commit && identity.built == 1_790_000_000)
    #expect(identity.line == "readiness 0.2.0 (abababa, contract 1)")
  }

  @Test("the mark of a release build counts more, and tells of changes")
  func mark() {
    let other = String(repeating: "cd", count: 20)
    let identity = ProgramIdentity(file: "0.2.0\n\(Self.commit) 1790000000\n", mark: "\(other) 1790000001 modified")
    #expect(identity.commit == other && identity.built == 1_790_000_001 && identity.isModified)
    #expect(identity.line == "readiness 0.2.0 (cdcdcdc modified, contract 1)")
  }

  @Test("a text that is no commit is none", arguments: ["abc 1", "\(Self.commit)", "\(Self.commit) x", "HEAD 1"])
  func broken(mark: String) {
    #expect(ProgramIdentity(file: "0.2.0\n", mark: mark).commit == nil)
  }
}
