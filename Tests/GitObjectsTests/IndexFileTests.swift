import GitObjects
import Foundation
import TestSupport
import Testing

@testable import GitObjects
@testable import GitRepository

/// The index is read without libgit2, and compared with git's own answer; a damaged one gives no answer.
@Suite("The index file")
struct IndexFileTests {
  @Test("its tree is that of git write-tree, in every version, and none where something was staged since")
  func tree() throws {
    let s = try Scratch()
    s.shell("mkdir -p a/b && for n in $(seq 40); do echo $n >a/b/$n; echo $n >c$n; done && git add -A")
    let path = s.path + "/.git/index"
    for version in [2, 3, 4] {
      s.git("update-index", "--index-version", "\(version)")
      let tree = s.git("write-tree").line
      #expect(IndexFile(path)?.root?.description == tree, "version \(version)")
    }
    s.shell("echo more >c1 && git add c1")
    #expect(IndexFile(path) != nil && IndexFile(path)?.root == nil)
    #expect(IndexFile(s.path + "/.git/nothing") == nil)
  }

  @Test("what it says of a path is what git ls-files --stage says, merges and compressed names aside")
  func paths() throws {
    let s = try Scratch()
    s.shell(
      "mkdir -p a/b && for n in $(seq 40); do echo $n >a/b/$n; done; ln -s x link; echo x >run; chmod +x run; git add -A"
    )
    let path = s.path + "/.git/index"
    for version in [2, 3, 4] {
      s.git("update-index", "--index-version", "\(version)")
      let file = try #require(IndexFile(path))
      #expect(file.tellsNames == (version < 4))
      guard file.tellsNames else { continue }
      for name in ["a/b/7", "link", "run", "a/b/40"] {
        let entry = file.identity(of: name)
        #expect(entry?.id.description == s.git("rev-parse", ":\(name)").line, "\(name)")
        #expect(entry?.kind == (name == "link" ? .symlink : .regular))
      }
      for name in ["a/b", "a/b/41", "a/b/", "ru", ""] { #expect(file.identity(of: name) == nil, "\(name)") }
    }
    s.git("update-index", "--index-version", "2")
    s.shell(
      "printf '100644 %s 1\\tboth\\n100644 %s 2\\tboth\\n' $(git rev-parse :run :run) | git update-index --index-info")
    #expect(s.git("ls-files", "--unmerged").output.contains("both"))
    #expect(IndexFile(path)?.identity(of: "both") == nil)
  }

  @Test("2,000 damaged files give an answer or none, and never more than was read")
  func damage() throws {
    let s = try Scratch()
    s.shell(
      "mkdir .readiness && for n in $(seq 20); do echo $n >.readiness/M-$n.json; done && git add -A && git write-tree")
    let sound = try #require(FileManager.default.contents(atPath: s.path + "/.git/index"))
    var chance = SystemRandomNumberGenerator()
    for round in 0..<2000 {
      var bytes = sound
      for _ in 0..<Int.random(in: 1...4, using: &chance) {
        bytes[Int.random(in: 0..<bytes.count, using: &chance)] = UInt8.random(in: 0...255, using: &chance)
      }
      if round % 3 == 0 { bytes = bytes.prefix(Int.random(in: 1..<bytes.count, using: &chance)) }
      try Data(bytes).write(to: URL(fileURLWithPath: s.path + "/damaged"))
      let file = IndexFile(s.path + "/damaged")
      let suspects = IndexFile.suspects(inIndex: s.path + "/damaged", folder: ".readiness/", of: s.path + "/") ?? []
      #expect(suspects.count <= 20)
      _ = file?.identity(of: ".readiness/M-7.json")
    }
  }
}
