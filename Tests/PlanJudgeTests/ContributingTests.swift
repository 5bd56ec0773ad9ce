import Foundation
import Testing

@testable import PlanJudge
@testable public import PlanModel

extension ReasonCode {
  /// See `explain`.
  public static let outcomeTooShort = ReasonCode(
    "outcome-too-short", "The outcome is a single word, which says nothing that could be true or false.",
    remedy: "Write what will be true when the milestone is done.", source: "2.1")
}

/// Asks that an outcome says what will be true: one word cannot.
enum OutcomeInvariant: Invariant {
  static func findings(in scope: InvariantScope) throws -> [Finding] {
    scope.readable.filter { !$0.milestone.outcome.contains(" ") }.map { file, milestone in
      Finding(
        .outcomeTooShort, "The outcome of \(file.id) is the one word \"\(milestone.outcome)\".",
        hint: "Say what will be true: readiness set \(file.id) outcome \"…\"", milestone: file.id, path: file.path,
        line: file.line(of: "outcome"))
    }
  }
}

/// Compiles the first rule that CONTRIBUTING.md shows, so that a newcomer can.
@Suite("The first rule of CONTRIBUTING.md")
struct ContributingTests {
  @Test("the page shows the code that compiles here")
  func page() throws {
    let here = URL(fileURLWithPath: #filePath)
    let top = here.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let page = try String(contentsOf: top.appendingPathComponent("CONTRIBUTING.md"), encoding: .utf8)
    let shown = page.split(separator: "\n").map { $0.trimmingPrefix { $0 == " " } }
    let code = try String(contentsOf: here, encoding: .utf8).split(separator: "\n").map {
      $0.trimmingPrefix { $0 == " " }
    }
    let end = try #require(code.firstIndex { $0.hasPrefix("/// Compiles the first rule") })
    let begin = try #require(code.firstIndex { $0.hasPrefix("/// See `explain`.") })
    for line in code[begin..<end] where line != "}" { #expect(shown.contains(line), "\(line)") }
  }
}
