import PlanModel
import Reports
import Testing

@Suite("Commands in hints")
struct HintTextTests {
  @Test("a path of a command is written from the reader's folder")
  func relativePaths() {
    let hint = "Stage it: git add \("a b/it's".commandPath) \(".readiness/M-01.json".commandPath), then git commit"
    func written(_ folder: String?) -> String { CommandPath.written(hint, from: folder) }
    #expect(written(nil) == #"Stage it: git add ':/a b/it'\''s' :/.readiness/M-01.json, then git commit"#)
    #expect(written("") == #"Stage it: git add 'a b/it'\''s' .readiness/M-01.json, then git commit"#)
    #expect(written("a b/") == #"Stage it: git add 'it'\''s' ../.readiness/M-01.json, then git commit"#)
    #expect(written("a b/c/") == #"Stage it: git add '../it'\''s' ../../.readiness/M-01.json, then git commit"#)
  }

  @Test(
    "any path comes back, and none becomes an option or magic",
    arguments: ["x", "-x", ":(top)x", "x,", "x.", "a  b", "ends in '", "'", "é/ü", "a/:/b", "~", "$(x)", "*"])
  func odd(path: String) {
    let back = CommandPath.written("git add \(path.commandPath), then more", from: "")
    let isGuarded = path.hasPrefix("-") || path.hasPrefix(":")
    #expect(back == "git add \((isGuarded ? "./" + path : path).shellQuoted), then more")
    #expect(CommandPath.written("git add \(path.commandPath)", from: nil) == "git add \(path.commandPath)")
  }

  @Test("a URL, a folder of another name and the reader's own folder")
  func neighbours() {
    #expect(CommandPath.written("See https://example.com/a :b", from: "sub/") == "See https://example.com/a :b")
    #expect(CommandPath.written("git add \("sub".commandPath)", from: "sub/") == "git add .")
    #expect(CommandPath.written("git add \("subway/x".commandPath)", from: "sub/") == "git add ../subway/x")
    #expect(CommandPath.written("':/never closed", from: "") == "':/never closed")
  }

  @Test("no command is broken in two, whatever the width", arguments: [20, 40, 80])
  func whole(width: Int) {
    let commands = [
      "readiness move M-01 in-progress -m \"why it  is: so\"",
      "git restore --source HEAD --staged --worktree .readiness/M-01.json ssot/plan.json",
      "readiness criteria M-01 1 --evidence 'a  b/it'\\''s, and more' -m \"why\"",
    ]
    let hint =
      "Look first whether it is still true, then: \(commands[0]). To take it back: \(commands[1]), then \(commands[2])"
    let lines = Style(color: false).hint(hint, to: width, first: "-> ", rest: "   ")
    for command in commands { #expect(lines.contains { $0.contains(command) }, "\(lines)") }
    // Text that is not a command is within the width.
    for line in lines where !commands.contains(where: line.contains) { #expect(line.count <= width + 3, "\(line)") }
    #expect(lines.first?.hasPrefix("-> ") == true && lines.dropFirst().allSatisfy { $0.hasPrefix("   ") })
  }

  @Test("prose about a command is broken like any other")
  func prose() {
    let hint = "readiness show M-01 says what changed since it was checked, and by whom, in a long sentence of prose."
    let lines = Style(color: false).hint(hint, to: 40)
    #expect(lines.allSatisfy { $0.count <= 40 } && lines.joined(separator: " ") == hint, "\(lines)")
  }
}
