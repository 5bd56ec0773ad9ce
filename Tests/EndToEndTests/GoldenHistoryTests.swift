import Foundation
import TestSupport
import Testing

/// Histories that earlier releases judged, judged again. A record never changes. If this version's verdict differs,
/// its section of the change log names the new verdict.
@Suite("Golden histories")
struct GoldenHistoryTests {
  /// Returns the verdicts that differ from the record and that the change log does not name.
  static func unexplained(recorded: String, found: String, release: String, changeLog: String) -> [String] {
    let known = Set(recorded.split(separator: "\n"))
    // Only the newest section, because a line describes the version that changed the verdict.
    let sections = changeLog.components(separatedBy: "\n## ")
    let newest = sections.count > 1 ? sections[1] : ""
    return found.split(separator: "\n").filter { !known.contains($0) }.map(String.init)
      .filter { !newest.contains("- Verdict on `\(release)` `\($0)`") }
  }

  @Test("every branch of every recorded history gets the recorded answer, or the change log says which and why")
  func verdicts() throws {
    let folder = RepositoryFile.path("Tests/EndToEndTests/Golden")
    let releases = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    #expect(releases.contains("0.2.0"))
    for release in releases {
      let s = try Scratch()
      #expect(
        s.git("fetch", "-q", "\(folder)/\(release)/history.bundle", "refs/heads/*:refs/heads/*", "-u").status == 0)
      let answer = s.shell("sh '\(RepositoryFile.path("scripts/golden-verdicts.sh"))' \"$READINESS\"")
      #expect(answer.status == 0, "\(answer.all)")
      let recorded = RepositoryFile.text("Tests/EndToEndTests/Golden/\(release)/verdicts")
      let lines = answer.output.split(separator: "\n")
      #expect(lines.count == recorded.split(separator: "\n").count && lines.count > 10, "\(answer.all)")
      #expect(
        lines.contains { $0.hasPrefix("legal/") && $0.contains(": accepted") }
          && lines.contains { $0.hasPrefix("illegal/") && $0.contains(": refused") })
      let open = Self.unexplained(
        recorded: recorded, found: answer.output, release: release, changeLog: RepositoryFile.text("CHANGELOG.md"))
      #expect(open.isEmpty, "not as \(release) said, and not in the change log:\n\(open.joined(separator: "\n"))")
    }
  }

  @Test("an answer that changes needs its line in the newest section of the change log")
  func changed() {
    let recorded = "main: accepted, 3 commits; state a\nold: refused, 1 commits; state b\n"
    let found = "main: refused, 3 commits; state a\nold: refused, 1 commits; state b\n"
    let line = "- Verdict on `0.2.0` `main: refused, 3 commits; state a`: a hole was closed.\n"
    func open(_ log: String, _ found: String) -> [String] {
      Self.unexplained(recorded: recorded, found: found, release: "0.2.0", changeLog: log)
    }
    #expect(open("# Changes\n\n## 0.3.0\n\nNothing.\n", recorded).isEmpty)
    #expect(open("# Changes\n\n## 0.3.0\n\nNothing.\n", found) == ["main: refused, 3 commits; state a"])
    #expect(open("# Changes\n\n## 0.3.0\n\n\(line)", found).isEmpty)
    #expect(open("# Changes\n\n## 0.4.0\n\nNew.\n\n## 0.3.0\n\n\(line)", found).count == 1)
    #expect(open("# Changes\n\n## 0.3.0\n\n\(line)", found.replacing("state a", with: "state c")).count == 1)
  }
}
