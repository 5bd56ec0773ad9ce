import ArgumentParser
import TestSupport
import Testing

@testable import Commands

@Suite("Plain words")
struct PlainWordsTests {
  @Test(
    "lines as people type them are read without the library",
    arguments: [
      "status", "status --json", "status -C there --at HEAD~1", "next --index", "order --worktree --color never",
      "gate", "gate beta --now 2026-12-01T00:00:00Z", "log", "log M-04 --since 2026-01-01 --until 2026-02-01",
      "replay --at main", "verify", "verify main..topic --no-cache", "verify --format json --json",
      "move M-04 in-review", "move M-04 blocked -m waits", "move M-01 done --reason shown --dry-run",
      "move M-01 done M-02 done --no-commit",
      "move M-04 done --waive unmet-dependency --reason late --until 2026-12-01",
    ])
  func plain(line: String) throws {
    let words = line.split(separator: " ").map(String.init)
    let command = try #require(Program.plain(words))
    #expect(try "\(command)" == "\(Self.library(words))")
  }

  @Test(
    "what is not plain, or not right, is the library's",
    arguments: [
      "status --help", "status -h", "status --version", "status beta", "status --js", "status --at", "status --at=HEAD",
      "status --at --index", "status --index --worktree", "status --json --json", "status --color pink", "status --",
      "gate a b", "log help me", "verify --format yaml", "verify - --no-cache", "move", "move M-04",
      "move M-04 done -m", "move M-04 done -mwhy", "move M-04 done --waive a --waive b --reason c --until 2026-12-01",
      "move M-04 done --until 2026-12-01", "replay HEAD", "show M-04", "",
    ])
  func notPlain(line: String) {
    #expect(Program.plain(line.split(separator: " ").map(String.init)) == nil)
  }

  /// Lines read without the library give the library's result; a property that is not set would show here too.
  @Test("4,000 lines of words put together by chance")
  func chance() throws {
    let names = ["gate", "log", "move", "next", "order", "replay", "status", "verify"]
    let words = [
      "--json", "--color", "-C", "--at", "--index", "--worktree", "--now", "--since", "--until", "--format",
      "--no-cache", "--no-commit", "--dry-run", "-m", "--reason", "--waive", "--help", "--", "-", "", "help",
      "M-04", "done", "HEAD", "auto", "json", "2026-12-01", "--at=HEAD", "--json=1", "-j",
    ]
    var random = SplitMix(20_261_124)
    var plain = 0
    for _ in 0..<4_000 {
      let line =
        [names[random.below(names.count)]] + (0..<random.below(6)).map { _ in words[random.below(words.count)] }
      guard let command = Program.plain(line) else { continue }
      plain += 1
      #expect(try "\(command)" == "\(Self.library(line))", "\(line)")
    }
    #expect(plain > 400)
  }

  /// Parses a line with the library.
  private static func library(_ words: [String]) throws -> any ParsableCommand { try Root.parseAsRoot(words) }
}
