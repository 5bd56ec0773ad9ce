import Foundation
import TestSupport
import Testing

/// Runs the `console` blocks of documents unchanged: all blocks of one document in one shell, in an empty folder. A
/// line of `…` matches any lines, and `…` within a line any text. A line that begins with `> ` continues a command.
@Suite("Console blocks of documents")
struct ConsoleExamples {
  private struct Step {
    var command: String
    var shown: [String]
  }

  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// Returns the steps of a document, and the number of blocks marked as not run.
  private static func steps(_ document: String) throws -> (steps: [Step], notRun: Int) {
    let text = String(decoding: try Data(contentsOf: root.appendingPathComponent(document)), as: UTF8.self)
    var (steps, notRun, isOpen, isMarked) = ([Step](), 0, false, false)
    for line in text.components(separatedBy: "\n") {
      if line == "```console" {
        if isMarked { notRun += 1 } else { isOpen = true }
      } else if line == "```" {
        isOpen = false
      } else if isOpen, line.hasPrefix("$ ") {
        steps.append(Step(command: String(line.dropFirst(2)), shown: []))
      } else if isOpen, line.hasPrefix("> "), steps.last?.shown.isEmpty == true {
        steps[steps.count - 1].command += "\n" + line.dropFirst(2)
      } else if isOpen, !steps.isEmpty {
        steps[steps.count - 1].shown.append(line)
      }
      if !line.isEmpty { isMarked = line.hasPrefix("<!-- not run: ") }
    }
    return (steps, notRun)
  }

  /// Returns every document with a console block.
  private static func documents() throws -> [String] {
    let paths = try FileManager.default.subpathsOfDirectory(atPath: root.appendingPathComponent("doc").path)
    let all = ["README.md", "CONTRIBUTING.md"] + paths.filter { $0.hasSuffix(".md") }.map { "doc/" + $0 }
    return try all.filter {
      try String(decoding: Data(contentsOf: root.appendingPathComponent($0)), as: UTF8.self).contains("```console\n")
    }.sorted()
  }

  @Test("what a console block shows is what happens")
  func run() throws {
    let documents = try Self.documents()
    #expect(documents.contains("README.md"))
    var notRun = 0
    for document in documents {
      let (steps, marked) = try Self.steps(document)
      notRun += marked
      guard !steps.isEmpty else { continue }
      let printed = try Self.printed(by: steps)
      #expect(printed.count == steps.count, "\(document)")
      for (step, lines) in zip(steps, printed) {
        #expect(
          Self.fits(lines[...], step.shown[...]),
          "\(document): $ \(step.command)\nshown:\n\(step.shown.joined(separator: "\n"))\nprinted:\n\(lines.joined(separator: "\n"))"
        )
      }
    }
    print("console blocks that are not run: \(notRun)")
    #expect(notRun <= 10)
  }

  /// Returns the output of each step, both streams in order.
  private static func printed(by steps: [Step]) throws -> [[String]] {
    let scratch = try Scratch()
    scratch.shell("mkdir ../bin && ln -s \"$READINESS\" ../bin/readiness && mkdir ../fresh")
    let path = scratch.path + "/../bin:" + (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin")
    scratch.environment = [
      "PATH": path, "COLUMNS": "80", "GIT_CONFIG_GLOBAL": scratch.path + "/../gitconfig",
    ]
    scratch["../gitconfig"] = "[user]\n\tname = Ada\n\temail = ada@example.com\n[init]\n\tdefaultBranch = main\n"
    let script = steps.map { "printf '\\036\\n'\n{ \($0.command)\n}" }.joined(separator: "\n")
    let output = scratch.shell("exec 2>&1\ncd ../fresh\n" + script).output
    return output.components(separatedBy: "\u{1E}\n").dropFirst().map { piece in
      var lines = piece.components(separatedBy: "\n")
      if lines.last == "" { lines.removeLast() }
      return lines
    }
  }

  private static func fits(_ printed: ArraySlice<String>, _ shown: ArraySlice<String>) -> Bool {
    guard let first = shown.first else { return printed.isEmpty }
    if first == "…" {
      return (printed.startIndex...printed.endIndex).contains { fits(printed[$0...], shown.dropFirst()) }
    }
    // A blank line at the end of a step only separates it from the next.
    if first.isEmpty, shown.allSatisfy(\.isEmpty), printed.isEmpty { return true }
    guard let line = printed.first, fits(line, first) else { return false }
    return fits(printed.dropFirst(), shown.dropFirst())
  }

  /// Returns true if the line equals the shown one, with any text for each `…`.
  private static func fits(_ line: String, _ shown: String) -> Bool {
    let pieces = shown.components(separatedBy: "…")
    guard pieces.count > 1 else { return line == shown }
    guard line.hasPrefix(pieces[0]), line.hasSuffix(pieces[pieces.count - 1]) else { return false }
    var rest = line.dropFirst(pieces[0].count)
    for piece in pieces.dropFirst() where !piece.isEmpty {
      guard let range = rest.range(of: piece) else { return false }
      rest = rest[range.upperBound...]
    }
    return true
  }
}
