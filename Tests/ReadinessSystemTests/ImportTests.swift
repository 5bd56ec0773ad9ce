import Foundation
import Testing

/// Checks the rules about imports in `doc/design/architecture.md` that the build does not check.
@Suite("Imports of the sources")
struct ImportTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// Returns the imports of every Swift file below a folder, by relative path.
  private static func imports(below folder: String) throws -> [(path: String, module: String)] {
    let base = root.appendingPathComponent(folder)
    let names = try #require(FileManager.default.enumerator(atPath: base.path))
    var found: [(String, String)] = []
    for case let name as String in names where name.hasSuffix(".swift") {
      let text = try String(contentsOf: base.appendingPathComponent(name), encoding: .utf8)
      for line in text.split(separator: "\n") {
        let words = line.split(separator: " ")
        guard let at = words.firstIndex(of: "import"), at + 1 < words.count, at <= 2, !line.contains("//") else {
          continue
        }
        // `import struct Glibc.stat` names a kind first.
        let kinds: Set<Substring> = ["class", "enum", "func", "let", "protocol", "struct", "typealias", "var"]
        let module = kinds.contains(words[at + 1]) ? words.dropFirst(at + 2).first : words[at + 1]
        if let module = module?.prefix(while: { $0 != "." }) { found.append((name, String(module))) }
      }
    }
    return found
  }

  @Test("one file imports the C library, and only ReadinessSystem imports that file's module")
  func library() throws {
    let imports = try Self.imports(below: "Sources")
    let libraries: Set<String> = ["Glibc", "Musl", "Darwin", "Foundation", "FoundationEssentials", "Android"]
    #expect(
      Set(imports.filter { libraries.contains($0.module) }.map(\.path)) == ["ReadinessSystem/CLibrary/CLibrary.swift"])
    let importers = imports.filter { $0.module == "CLibrary" }.map(\.path)
    #expect(importers.filter { !$0.hasPrefix("ReadinessSystem/") } == [])
    #expect(importers.count > 10)
  }

  @Test("git's formats and the plan's values import nothing that opens a file")
  func pure() throws {
    let pure = [
      "StrictJSON", "JSONSchema", "GitObjects", "PlanModel", "PlanJudge", "PlanSLO", "PrometheusRules", "Reports",
    ]
    let system: Set<String> = ["ReadinessSystem", "CLibrary", "CLibgit2", "CSupervisor"]
    let imports = try Self.imports(below: "Sources")
    for folder in pure {
      let own = imports.filter { $0.path.hasPrefix(folder + "/") }
      #expect(!own.isEmpty, "\(folder)")
      #expect(own.filter { system.contains($0.module) }.map(\.path) == [], "\(folder)")
    }
  }

  @Test("nothing of git imports the judge, or names what only a plan has")
  func git() throws {
    let imports = try Self.imports(below: "Sources")
    let words = ["MilestoneID", "MilestoneFile", "PlanTree", "PlanFile", "PolicySnapshot", "PolicyBlob"]
    for folder in ["GitObjects", "GitRepository", "GitTransaction"] {
      let own = imports.filter { $0.path.hasPrefix(folder + "/") }
      #expect(own.filter { ["PlanJudge", "PlanTrees"].contains($0.module) }.map(\.path) == [], "\(folder)")
      for path in Set(own.map(\.path)) {
        let text = try String(contentsOf: Self.root.appendingPathComponent("Sources/\(path)"), encoding: .utf8)
        #expect(words.filter { text.contains($0) } == [], "\(path)")
      }
    }
  }

  @Test("no module map hands on what its headers include, so no import brings the C library with it")
  func moduleMaps() throws {
    let folder = Self.root.appendingPathComponent("Sources/C")
    let names = try #require(FileManager.default.enumerator(atPath: folder.path))
    var count = 0
    for case let name as String in names where name.hasSuffix("module.modulemap") {
      count += 1
      let text = try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
      #expect(!text.contains("export"), "\(name)")
    }
    #expect(count > 3)
  }
}
