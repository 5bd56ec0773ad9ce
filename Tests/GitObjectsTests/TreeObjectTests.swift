import GitObjects
import PlanModel
import TestSupport
import Testing

@testable import GitObjects
@testable import GitRepository

/// Searches in folders, compared with git's own listing.
@Suite("Folders")
struct GitFolderTests {
  /// Returns a tree's bytes in git.
  private func bytes(of tree: String, _ s: Scratch) -> [UInt8] {
    let digits = Array(s.shell("git cat-file tree \(tree) | od -An -v -tx1 | tr -d ' \\n'").output.utf8)
    return stride(from: 0, to: digits.count - 1, by: 2).compactMap { place in
      UInt8(String(decoding: digits[place..<place + 2], as: UTF8.self), radix: 16)
    }
  }

  @Test("every name of a folder is found by searching as by reading through, folders between files included")
  func search() throws {
    let s = try Scratch()
    // Git sorts the folder `a` as `a/`: after `a-`, `a.txt`, and before `a0`.
    let names =
      ["a-", "a.txt", "a0", "ab", "b", "b.d", "M-1.json", "M-10.json", "M-2.json"] + (0..<40).map { "f\($0)" }
    for name in names { s[name] = name }
    for folder in ["a", "f", "z", "M-2", "M-1"] { s["\(folder)/x"] = "x" }
    s.git("add", "-A")
    let tree = s.git("write-tree").line
    let bytes = bytes(of: tree, s)
    let folder = try TreeObject(bytes, ObjectID([]))
    #expect(folder.isSorted && folder.count == names.count + 5)
    for name in names + ["a", "f", "z", "M-1", "M-2", "missing", "", "zz"] {
      var wanted = name
      let scanned = bytes.withUnsafeBytes { raw in wanted.withUTF8 { TreeObject.entry($0, in: raw) } }
      #expect((scanned != nil) == (names + ["a", "f", "z", "M-1", "M-2"]).contains(name))
      #expect(folder.identity(of: name) == scanned, "\(name)")
    }
  }

  @Test("an entry that is put in stands where git puts it, in the place of its name, and the rest stays to the byte")
  func putting() throws {
    let s = try Scratch()
    for name in ["a-", "a.txt", "a0", "b", "b.d", "f/x", "M-1/x"] { s[name] = "1" }
    s.shell("chmod +x b && ln -s b link")
    s.git("add", "-A")
    let before = s.git("write-tree").line
    let (blob, other) = (s.git("hash-object", "-w", "a-").line, s.git("rev-parse", "\(before):f").line)
    let folder = try TreeObject(bytes(of: before, s), ObjectID([]))
    for name in ["0", "a", "a-", "b", "b.d", "f", "g", "link", "M-1", "M-1.json", "M-10", "zz"] {
      for (id, mode, kind) in [(blob, "100644", "blob"), (other, "040000", "tree")] {
        let lines = s.git("ls-tree", before).output.split(separator: "\n").filter { !$0.hasSuffix("\t\(name)") }
        s["list"] = (lines + ["\(mode) \(kind) \(id)\t\(name)"]).joined(separator: "\n") + "\n"
        let expected = bytes(of: s.shell("git mktree < list").line, s)
        let put = try folder.putting(name, #require(ObjectID(hex: id)), isFolder: kind == "tree")
        #expect(put == expected, "\(name) as a \(kind)")
      }
    }
    let first = try TreeObject([], ObjectID([])).putting("x", #require(ObjectID(hex: blob)), isFolder: false)
    #expect(try TreeObject(first, ObjectID([])).identity(of: "x")?.id.description == blob)
  }

  @Test("a folder is as git writes it only where no name stands there twice, be it as a file and as a folder")
  func twins() throws {
    func tree(_ entries: [(mode: String, name: String)]) throws -> TreeObject {
      try TreeObject(
        entries.flatMap { Array("\($0.mode) \($0.name)".utf8) + [0] + [UInt8](repeating: 1, count: 20) }, ObjectID([]))
    }
    let between = (mode: "100644", name: "M-1.json.txt")
    #expect(try tree([("100644", "M-1.json"), between, ("40000", "M-1.json")]).isWellFormed == false)
    #expect(try tree([("100644", "M-1.json"), ("100644", "M-1.json")]).isWellFormed == false)
    #expect(try tree([("100644", "M-1.json"), between, ("40000", "M-1.jsona")]).isWellFormed)
    #expect(try tree([between, ("40000", "M-1.json")]).isWellFormed)
  }

  @Test("a mode says what it says to git")
  func modes() throws {
    let kinds: [(String, FileKind)] = [
      ("100644", .regular), ("100755", .regular), ("100664", .regular), ("120000", .symlink), ("160000", .submodule),
      ("40000", .folder), ("040000", .folder), ("110644", .submodule), ("200644", .submodule), ("060000", .submodule),
    ]
    for (mode, kind) in kinds {
      let folder = try TreeObject(Array("\(mode) x".utf8) + [0] + [UInt8](repeating: 1, count: 20), ObjectID([]))
      #expect(folder.identity(of: "x")?.kind == kind, "\(mode)")
    }
  }
}
