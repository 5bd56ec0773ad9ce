import Glibc
import Profiles
import Testing

@Suite("files that are there whole or not at all")
struct DurableFileTests {
  @Test("a temporary folder lies where TMPDIR says, under /tmp where that says nothing, and nowhere else")
  func temporaryFolder() throws {
    for variable in [nil, ""] as [String?] {
      let folder = try DurableFile.makeTemporaryFolder("readiness-test-", variable: variable)
      #expect(folder.split(separator: "/").dropLast().last == "tmp" && !folder.hasSuffix("XXXXXX"))
      let inner = try DurableFile.makeTemporaryFolder("inner-", variable: folder)
      #expect(inner.hasPrefix(folder + "/inner-"))
      try DurableFile.removeFolder(folder)
      #expect(!DurableFile.exists(folder))
      #expect(throws: FileFault.self) { try DurableFile.makeTemporaryFolder("inner-", variable: folder) }
    }
  }
}
