import TestSupport
import Testing

@testable import GitRepository

/// Histories in memory, compared with git's own answers.
@Suite("The commit graph")
struct CommitGraphTests {
  @Test(
    "merge bases are those of git merge-base --all, differences those of all ancestors, in random histories with criss-cross merges and several roots"
  )
  func mergeBases() throws {
    let s = try Scratch()
    var chance = SplitMix(11)
    // Each commit follows one or two of the last few.
    var parents: [[Int]] = []
    var text = ""
    for number in 0..<120 {
      let recent = (max(0, number - 5)..<number).shuffled(using: &chance)
      parents.append(number % 40 < 2 ? [] : Array(recent.prefix(number % 2 + 1)))
      text += "commit refs/heads/c\(number)\nmark :\(number + 1)\n"
      text += "committer A <a@example.com> \(1_700_000_000 + Int.random(in: 0..<100, using: &chance)) +0000\ndata 0\n"
      for (word, parent) in zip(["from", "merge"], parents[number]) { text += "\(word) :\(parent + 1)\n" }
    }
    s["history"] = text
    #expect(s.shell("git fast-import --quiet <history").status == 0)
    let reachable = parents.indices.reduce(into: [Set<Int>]()) { sets, number in
      sets.append(parents[number].reduce(into: [number]) { $0.formUnion(sets[$1]) })
    }
    let several = (0..<300).filter { _ in
      let (a, b) = (Int.random(in: 0..<120, using: &chance), Int.random(in: 0..<120, using: &chance))
      let told = s.git("merge-base", "--all", "c\(a)", "c\(b)").output.split(separator: "\n").sorted()
      let found = CommitGraph.mergeBases(a, b) { parents[$0].map { Int32($0) } }
      let names = found.isEmpty ? "" : s.shell("git rev-parse " + found.map { "c\($0)" }.joined(separator: " ")).output
      #expect(names.split(separator: "\n").sorted() == told, "c\(a) c\(b)")
      // Git's own rev-list uses dates, and these are random.
      let lacking = reachable[a].subtracting(reachable[b]).sorted()
      #expect(CommitGraph.difference(a, b) { parents[$0].map { Int32($0) } } == lacking, "c\(a) ^c\(b)")
      return found.count > 1
    }
    #expect(several.count > 10)
  }

  @Test("the commits that one can reach are all its ancestors and itself; parents beside the walk are passed over")
  func reached() {
    var chance = SplitMix(12)
    var parents: [[Int32]] = []
    for number in 0..<200 {
      var list: [Int32] = number % 40 < 2 ? [-1] : []
      while number % 40 > 1, list.count <= number % 2 {
        list.append(Int32(Int.random(in: max(0, number - 9)..<number, using: &chance)))
      }
      parents.append(list)
    }
    var all: [Set<Int>] = []
    for (number, list) in parents.enumerated() {
      var own: Set<Int> = [number]
      for parent in list where parent >= 0 { own.formUnion(all[Int(parent)]) }
      all.append(own)
      let found = CommitGraph.reached(number) { parents[$0] }
      #expect(Set(found.indices.filter { found[$0] }) == all[number], "\(number)")
    }
  }
}
