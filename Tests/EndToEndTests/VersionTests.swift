import Foundation
import JSONSchema
import StrictJSON
import TestSupport
import Testing

@Suite("The version", .enabled(if: Needed.programs("python3")))
struct VersionTests {
  @Test(
    "a library loaded before the program that changes the environment leaves the arguments",
    .enabled(if: Needed.programs("faketime")))
  func preloaded() throws {
    let s = try Scratch()
    let version = s.readiness("version").output
    for _ in 0..<8 {
      let result = s.shell("LD_PRELOAD='\(Scratch.frozenClock)' \"$READINESS\" version")
      #expect(result.output == version, "\(result.all)")
    }
  }

  @Test("version --json fits its schema and says what the file VERSION says")
  func json() throws {
    let s = try Scratch()
    let answer = s.readiness("version", "--json")
    #expect(answer.status == 0 && answer.errors.isEmpty, "\(answer.all)")
    let schema = try SchemaRegistry(refusesUnknownKeywords: true).add(
      JSONDocument(
        parsing: Array(RepositoryFile.text("ssot/schemas/version.schema.json").utf8), limits: .general),
      uri: "test:///version")
    let document = try JSONDocument(parsing: Array(answer.output.utf8))
    #expect(try schema.violations(of: document.root).isEmpty, "\(answer.output)")
    let version = RepositoryFile.text("VERSION").split(separator: "\n").first.map(String.init)
    #expect(document.root["version"]?.string == version)
    let line = s.readiness("--version").output
    #expect(line.hasPrefix("readiness \(version ?? "?") (") && line.hasSuffix(", contract 1)\n"), "\(line)")
    #expect(s.readiness("version").output.hasPrefix(line))
  }

  @Test("the digest is that of the program's own file, and the serial number of its SBOM is a UUID of that")
  func digest() throws {
    let s = try Scratch()
    let sum = s.shell("sha256sum \"$READINESS\"").line.prefix(64)
    let serial = s.shell(
      "python3 -c 'import sys, uuid; print(uuid.uuid5(uuid.NAMESPACE_URL, \"urn:sha256:\" + sys.argv[1]))' \(sum)"
    ).line
    let answer = s.readiness("version", "--json").output
    #expect(sum.count == 64 && answer.contains("\"digest\": \"sha256:\(sum)\""), "\(answer)")
    #expect(serial.count == 36 && answer.contains("\"sbom\": \"urn:uuid:\(serial)\""), "\(answer)")
    #expect(s.readiness("version").output.contains("digest     sha256:\(sum)\nsbom       urn:uuid:\(serial)\n"))
  }

  @Test("the change log begins with this version")
  func changeLog() {
    let version = RepositoryFile.text("VERSION").prefix { $0 != "\n" }
    let heading = RepositoryFile.text("CHANGELOG.md").split(separator: "\n").first { $0.hasPrefix("## ") }
    #expect(heading == "## \(version), not released" || heading?.hasPrefix("## \(version), 20") == true)
  }
}
