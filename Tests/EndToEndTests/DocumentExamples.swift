import Foundation
import TestSupport
import Testing

/// Runs the examples of documents unchanged: each `sh` block that begins with `# example:`, in order, in one
/// repository with the standard plan. The following `text` block contains lines of the output.
@Suite("Examples in documents")
struct DocumentExamples {
  private struct Example {
    let name: String
    let script: String
    let lines: [String]
  }

  private static func examples(_ document: String) -> [Example] {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
      "../../doc/" + document)
    let text = FileManager.default.contents(atPath: file.path).map { String(decoding: $0, as: UTF8.self) } ?? ""
    let pieces = text.components(separatedBy: "```")
    var found: [Example] = []
    for (index, piece) in pieces.enumerated() where piece.hasPrefix("sh\n# example: ") {
      let answer = index + 2 < pieces.count && pieces[index + 2].hasPrefix("text\n") ? pieces[index + 2] : ""
      found.append(
        Example(
          name: String(piece.dropFirst(14).prefix { $0 != "\n" }), script: String(piece.dropFirst(3)),
          lines: answer.split(separator: "\n").dropFirst().map(String.init)))
    }
    return found
  }

  @Test(
    "what a document shows is what happens",
    arguments: ["guides/checks.md", "guides/runtime-profiles.md", "guides/events.md"])
  func run(_ document: String) throws {
    let examples = Self.examples(document)
    #expect(examples.count >= 2, "\(document)")
    let scratch = try Scratch.withPlan()
    scratch.shell("mkdir ../bin && ln -s \"$READINESS\" ../bin/readiness")
    let path = scratch.path + "/../bin:" + (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin")
    scratch.environment = ["PATH": path, "COLUMNS": "110"]
    for example in examples {
      let result = scratch.shell("set -eu\n" + example.script)
      #expect(result.status == 0, "\(document), \(example.name): \(result.all)")
      let printed = result.output.split(separator: "\n").map(String.init)
      var rest = printed[...]
      for line in example.lines {
        let place = rest.firstIndex { Self.fits($0, line) }
        #expect(place != nil, "\(document), \(example.name): \"\(line)\" is not in:\n\(result.all)")
        rest = printed[((place ?? rest.startIndex - 1) + 1)...]
      }
    }
  }

  /// Returns true if a line contains the parts of another, separated by `…`, in order.
  private static func fits(_ printed: String, _ shown: String) -> Bool {
    var rest = printed[...]
    for piece in shown.components(separatedBy: "…") {
      let wanted = piece.trimmingCharacters(in: .whitespaces)
      if wanted.isEmpty { continue }
      guard let range = rest.range(of: wanted) else { return false }
      rest = rest[range.upperBound...]
    }
    return true
  }
}

@Suite("Demos")
struct DemoTests {
  @Test("each demo goes its whole way, and leaves nothing behind", arguments: ["tdd", "refactor"])
  func demo(_ profile: String) throws {
    let scratch = try Scratch()
    let folder = scratch.path + "/../demo"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let result = scratch.readiness("demo", profile, environment: ["TMPDIR": folder])
    #expect(result.status == 0, "\(result.all)")
    #expect(result.output.contains("go  gate release") && result.output.contains("every stamp recomputed"))
    #expect(result.output.contains("failed     G-1/"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
    #expect(scratch.readiness("demo", "other").status == 2)
  }
}
