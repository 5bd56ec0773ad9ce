import PlanModel
import TestSupport
import Testing

@Suite("Patterns of paths within bounds")
struct PathPatternBoundTests {
  private func parts(_ path: String) -> [ArraySlice<UInt8>] { path.split(separator: "/").map { Array($0.utf8)[...] } }

  @Test(
    "stars stay within a part, two stars cross parts, and a folder holds all that is in it",
    arguments: [
      ("src", "src/a/b", true), ("src/*", "src/a", true), ("src/*", "src/a/b", false), ("src/**", "src/a/b", true),
      ("src/**", "src", false), ("**/x", "x", true), ("**/x", "a/b/x", true), ("**/x", "a/x/b", true),
      ("**/*.c", "a/x.c/b", false), ("a/**/b/**/c", "a/b/c", true), ("a/**/b/**/c", "a/1/2/b/3/c/4", true),
      ("a/**/b/**/c", "a/1/2/c/b", false), ("**", "x", true), ("**/**/x", "x", true),
    ])
  func meaning(pattern: String, path: String, expected: Bool) {
    #expect(PathPattern(pattern).covers(parts(path)) == expected)
  }

  /// Matches naively by the rules, one component after another.
  private func reads(_ pattern: [String], _ path: ArraySlice<String>, namesFolder: Bool) -> Bool {
    guard let first = pattern.first else { return path.isEmpty || namesFolder }
    guard !path.isEmpty else { return false }
    let rest = Array(pattern.dropFirst())
    if first == "**" {
      return rest.isEmpty || path.indices.contains { reads(rest, path[$0...], namesFolder: namesFolder) }
    }
    return (first == "*" || first == path.first) && reads(rest, path.dropFirst(), namesFolder: namesFolder)
  }

  @Test("a thousand random patterns cover what they cover when each reading is tried by itself")
  func agreement() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SplitMix(seed)
    for _ in 0..<1000 {
      let pattern = (0..<Int.random(in: 1...5, using: &random)).map { _ in
        ["a", "b", "*", "**"].randomElement(using: &random) ?? "a"
      }
      let path = (0..<Int.random(in: 1...6, using: &random)).map { _ in
        ["a", "b", "c"].randomElement(using: &random) ?? "a"
      }
      let namesFolder = !["*", "**"].contains(pattern.last)
      let expected = reads(pattern, path[...], namesFolder: namesFolder)
      let isCovered = PathPattern(pattern.joined(separator: "/")).covers(parts(path.joined(separator: "/")))
      #expect(isCovered == expected, "seed \(seed): \(pattern) on \(path)")
      // A covered path may be below each folder above it.
      for count in 0..<path.count where expected {
        let folder = Array(parts(path.joined(separator: "/")).prefix(count))
        #expect(PathPattern(pattern.joined(separator: "/")).mayCover(below: folder), "seed \(seed)")
      }
    }
  }

  @Test("thirty times two stars take no longer than one", .timeLimit(.minutes(1)))
  func manyStars() {
    let pattern = PathPattern(Array(repeating: "**", count: 30).joined(separator: "/") + "/a/b/c/x")
    let path = parts(Array(repeating: "a/b/c", count: 60).joined(separator: "/"))
    for _ in 0..<200 { #expect(!pattern.covers(path)) }
  }
}
