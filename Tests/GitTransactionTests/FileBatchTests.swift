import GitObjects
import Foundation
import PlanModel
import ReadinessSystem
import TestSupport
import Testing

@testable import GitRepository
@testable import GitTransaction

/// New files that are put in place together.
@Suite("Batches of files")
struct FileBatchTests {
  @Test("more files than are held open come to their places whole, in folders that are made for them")
  func many() throws {
    let s = try Scratch()
    var batch = FileBatch()
    for number in 0..<200 {
      try batch.add(
        Array("file \(number)\n".utf8), mode: 0o444, temporary: "\(s.path)/tmp-\(number)",
        place: "\(s.path)/folder-\(number % 70)/file-\(number)")
    }
    #expect(s["folder-3/file-3"] == nil)
    try batch.put()
    for number in 0..<200 { #expect(s["folder-\(number % 70)/file-\(number)"] == "file \(number)\n") }
    #expect(s.shell("ls -A").output == ".git\n" + (0..<70).map { "folder-\($0)\n" }.sorted().joined())
    #expect(s.shell("stat -c %a folder-3/file-3").line == "444")
  }

  @Test("what cannot be put in place is told, and taken away with all that was prepared")
  func refused() throws {
    let s = try Scratch()
    s["folder"] = "a file where a folder is needed"
    var batch = FileBatch()
    try batch.add([1], mode: 0o666, temporary: s.path + "/tmp-1", place: s.path + "/folder/file")
    try batch.add([2], mode: 0o666, temporary: s.path + "/tmp-2", place: nil)
    #expect(throws: SystemError.self) { try batch.put() }
    batch.cancel()
    #expect(s.shell("ls -A").output == ".git\nfolder\n")
    #expect(throws: SystemError.self) {
      try batch.add([3], mode: 0o666, temporary: s.path + "/folder", place: nil)
    }
  }

  @Test("a folder that git gc took away has no name to wait for; any other that cannot be opened is told")
  func tidied() throws {
    let s = try Scratch()
    s["folder/file"] = "a file"
    var batch = FileBatch()
    try batch.syncFolders([s.path + "/folder", s.path + "/gone", s.path])
    #expect(throws: SystemError.self) { try batch.syncFolders([s.path + "/folder/file"]) }
    batch.cancel()
  }

  @Test("files come to their places while folders are taken away as soon as they are empty")
  func tidying() throws {
    let s = try Scratch()
    let tidier = Process()
    tidier.executableURL = URL(fileURLWithPath: "/bin/sh")
    tidier.arguments = ["-c", "while [ ! -e \(s.path)/end ]; do rm -rf \(s.path)/objects/* 2>/dev/null; done"]
    s["objects/x"] = ""
    try tidier.run()
    defer { tidier.waitUntilExit() }
    defer { s["end"] = "" }
    for turn in 0..<300 {
      var batch = FileBatch()
      for number in 0..<4 {
        try batch.add(
          [1, 2, 3], mode: 0o444, temporary: "\(s.path)/tmp-\(number)",
          place: "\(s.path)/objects/\(turn % 2)\(number)/file")
      }
      try batch.put()
    }
  }

  @Test("objects are stored as git stores them, each once, and what is there already is made young")
  func objects() throws {
    let s = try Scratch()
    let folder = s.path + "/.git/objects"
    let made = NewObjects()
    for number in 0..<20 {
      let text = String(repeating: "line \(number)\n", count: number * number * 40)
      s["file"] = text
      if number < 5 { s.git("hash-object", "-w", "file") }
      _ = try made.make(.blob, Array(text.utf8))
      _ = try made.make(.blob, Array(text.utf8))
    }
    s.shell("find .git/objects -type f -exec touch -d 2001-01-01 {} +")
    var batch = FileBatch()
    try made.add(to: &batch, in: folder)
    try batch.put()
    #expect(s.shell("find .git/objects -type f ! -newermt 2020-01-01").output.isEmpty)
    #expect(s.git("fsck", "--strict").status == 0)
    for number in 0..<20 {
      let text = String(repeating: "line \(number)\n", count: number * number * 40)
      s["file"] = text
      let id = s.git("hash-object", "file").line
      #expect(s.git("cat-file", "blob", id).output == text)
    }
    #expect(s.shell("find .git/objects -type f | wc -l").line == "20")
  }
}
