import Testing

@testable import GitRepository

/// The allowance of a gate for large objects (`doc/design/decisions/0106-bound-of-what-a-gate-reads.md`).
@Suite("Allowance for reading")
struct ReadAllowanceTests {
  @Test("files, trees and messages of an ordinary size use nothing up, however many they are")
  func ordinary() throws {
    let allowance = ReadAllowance(1)
    for _ in 0..<100_000 {
      try allowance.takeFile(1 << 20)
      try allowance.takeObject(64 << 10)
      try allowance.takeMessage(4 << 10, stamps: 16)
    }
  }

  @Test("large files count by their bytes beyond the first MiB, until nothing is left")
  func files() throws {
    let allowance = ReadAllowance(10 << 20)
    for _ in 0..<10 { try allowance.takeFile(2 << 20) }
    #expect(throws: GitError.self) { try allowance.takeFile((1 << 20) + 1) }
    // Objects of an ordinary size can still be read.
    try allowance.takeFile(1 << 20)
  }

  @Test("a message counts by its bytes and by its stamps")
  func messages() throws {
    let allowance = ReadAllowance(10 << 20)
    try allowance.takeMessage(100 << 10, stamps: 300)
    #expect(throws: GitError.self) {
      for _ in 0..<2 { try allowance.takeMessage(100 << 10, stamps: 300) }
    }
    #expect(throws: GitError.self) { try ReadAllowance(1 << 20).takeObject(1 << 20) }
  }
}
