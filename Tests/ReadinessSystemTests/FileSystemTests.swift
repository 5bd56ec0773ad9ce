import Glibc
import ReadinessSystem
import Testing

@Suite("files that are there whole or not at all")
struct FileSystemTests {
  @Test("a temporary folder lies where TMPDIR says, under /tmp where that says nothing, and nowhere else")
  func temporaryFolder() throws {
    for variable in [nil, ""] as [String?] {
      let folder = try FileSystem.makeTemporaryFolder("readiness-test-", variable: variable)
      #expect(folder.split(separator: "/").dropLast().last == "tmp" && !folder.hasSuffix("XXXXXX"))
      let inner = try FileSystem.makeTemporaryFolder("inner-", variable: folder)
      #expect(inner.hasPrefix(folder + "/inner-"))
      try FileSystem.removeFolder(folder)
      #expect(!FileSystem.exists(folder))
      #expect(throws: SystemError.self) { try FileSystem.makeTemporaryFolder("inner-", variable: folder) }
    }
  }

  /// Runs a body with a temporary folder.
  private func inFolder(_ body: (String) throws -> Void) throws {
    let folder = try FileSystem.makeTemporaryFolder("readiness-test-")
    defer { do { try FileSystem.removeFolder(folder) } catch { Issue.record(error) } }
    try body(folder)
  }

  @Test(
    "a file is written whole, in the place of what stood there, and no draft is left",
    arguments: [FileSystem.Durability.none, .contents, .contentsAndName])
  func writes(_ durability: FileSystem.Durability) throws {
    try inFolder { folder in
      let path = folder + "/plan.json"
      for text in ["old", "a longer new text"] {
        try FileSystem.write(Array(text.utf8), to: path, durability: durability)
        #expect(try FileSystem.read(path) == Array(text.utf8))
      }
      var status = stat()
      #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
      #expect(try FileSystem.names(in: folder) == ["plan.json"])
    }
  }

  @Test("a draft that is a link is not followed")
  func draftLink() throws {
    try inFolder { folder in
      try FileSystem.create(folder + "/victim", [1])
      try FileSystem.link(folder + "/.new.\(getpid())", to: folder + "/victim")
      try FileSystem.write([2], to: folder + "/new")
      #expect(try FileSystem.read(folder + "/victim") == [1] && FileSystem.read(folder + "/new") == [2])
    }
  }

  @Test("what cannot be written leaves what stood there, and says which call failed")
  func fails() throws {
    try inFolder { folder in
      try FileSystem.makeFolders(folder + "/there/inner")
      let error = #expect(throws: SystemError.self) { try FileSystem.write([1], to: folder + "/there") }
      #expect(error?.function == "rename" && error?.subject == folder + "/there")
      #expect(try FileSystem.names(in: folder) == ["there"])
      let second = #expect(throws: SystemError.self) { try FileSystem.create(folder + "/there", [1]) }
      #expect(second?.kind == .exists)
      #expect(try FileSystem.readIfPresent(folder + "/nothing") == nil)
      #expect(try FileSystem.names(in: folder + "/nothing").isEmpty)
    }
  }

  @Test("bytes are put behind a file of the length that the caller knows, and of no other")
  func extends() throws {
    try inFolder { folder in
      let path = folder + "/log"
      #expect(try !FileSystem.extend(path, by: [1]))
      try FileSystem.create(path, [1, 2])
      #expect(try FileSystem.extend(path, from: 2, by: [1, 2, 3]))
      #expect(try !FileSystem.extend(path, from: 2, by: [1, 2, 9]))
      #expect(try FileSystem.read(path) == [1, 2, 3])
    }
  }

  @Test("a line that a killed writer left half is taken away before the next one", arguments: [0, 1, 5000])
  func appends(_ half: Int) throws {
    try inFolder { folder in
      let path = folder + "/lines"
      let whole = Array("one\ntwo\n".utf8)
      try FileSystem.create(path, whole + [UInt8](repeating: 0x78, count: half))
      try LinkFreeFolder(folder).append(line: Array("three".utf8), to: "lines")
      #expect(try FileSystem.read(path) == whole + Array("three\n".utf8))
    }
  }

  @Test(
    "a path below the top is reached through no link, whichever way it leads there",
    arguments: ["link", "inner/link", "folder/file", "inner/../folder/file"])
  func belowTop(_ name: String) throws {
    try inFolder { folder in
      let top = folder + "/repo"
      try FileSystem.makeFolders(top + "/inner")
      try FileSystem.makeFolders(folder + "/victim")
      try FileSystem.link(folder + "/alias", to: "repo")
      for link in ["/link", "/inner/link"] { try FileSystem.link(top + link, to: folder + "/victim/file") }
      try FileSystem.link(top + "/folder", to: "../victim")
      for path in [name, "./" + name, "../repo/" + name, top + "/" + name, folder + "/alias/" + name] {
        #expect(throws: SystemError.self, "\(path)") {
          let (place, last) = try LinkFreeFolder.holding(path, below: top)
          try place.append(line: [0x78], to: last)
        }
      }
      #expect(try FileSystem.names(in: folder + "/victim").isEmpty)
    }
  }

  @Test("a path elsewhere follows the user's links to its folder; below the top folders are created on demand")
  func elsewhere() throws {
    try inFolder { folder in
      let top = folder + "/repo"
      try FileSystem.makeFolders(top)
      try FileSystem.makeFolders(folder + "/log")
      try FileSystem.link(folder + "/own", to: "log")
      for path in ["../own/a", folder + "/own/b"] {
        let (place, last) = try LinkFreeFolder.holding(path, below: top)
        try place.append(line: [0x78], to: last)
      }
      #expect(try FileSystem.names(in: folder + "/log") == ["a", "b"])
      let missing = #expect(throws: SystemError.self) { _ = try LinkFreeFolder.holding("new/file", below: top) }
      #expect(missing?.kind == .notFound)
      let (place, last) = try LinkFreeFolder.holding(top + "/new/file", below: top, creates: true)
      try place.write([1], as: last, isDurable: false)
      #expect(try FileSystem.read(top + "/new/file") == [1])
    }
  }

  @Test("a file, a pipe and a device are read up to a bound, and not beyond it")
  func boundedReads() throws {
    try inFolder { folder in
      let path = folder + "/file"
      try FileSystem.create(path, [UInt8](repeating: 0x78, count: 10_000))
      #expect(try FileSystem.read(path, atMost: 10_000).count == 10_000)
      for (name, bound) in [(path, 9_999), ("/dev/zero", 1 << 20), ("/dev/zero", 0)] {
        let error = #expect(throws: SystemError.self, "\(name)") { try FileSystem.read(name, atMost: bound) }
        #expect(error?.kind == .tooLarge && error?.subject == name)
      }
      #expect(throws: SystemError.self) { try FileSystem.read("/dev/zero") }
      let truncated = folder + "/large"
      try FileSystem.create(truncated, [])
      #expect(truncate(truncated, 1 << 40) == 0)
      #expect(#expect(throws: SystemError.self) { try FileSystem.readIfPresent(truncated) }?.kind == .tooLarge)
      #expect(FileSystem.readQuietly(truncated) == nil)
    }
  }

  @Test("a folder of this program's own is not made through a link")
  func ownFolders() throws {
    try inFolder { folder in
      try FileSystem.makeFolders(folder + "/elsewhere")
      try FileSystem.link(folder + "/readiness", to: folder + "/elsewhere")
      #expect(throws: SystemError.self) { try FileSystem.makeFolders(folder + "/readiness/out", own: 2) }
      #expect(try FileSystem.names(in: folder + "/elsewhere").isEmpty)
      try FileSystem.makeFolders(folder + "/readiness/out")
      #expect(try FileSystem.names(in: folder + "/elsewhere") == ["out"])
    }
  }
}
