import ArgumentParser
import PlanChecks
import PlanModel
import Reports
import Profiles
import StrictJSON
import ReadinessSystem

struct DemoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    subcommand: "demo", abstract: "A whole loop in a scratch repository, under the profile of that name.",
    discussion: """
      tdd: a test that fails, code that makes it pass, review, done. refactor: a change that keeps all evidence green, \
      and one that does not and is caught. Commits and hooks are real; nothing outside the scratch folder is touched.
      """)
  @Argument(help: ArgumentHelp("tdd or refactor.", valueName: "profile")) var profile: DemoName
  @Flag(help: "Leave the scratch repository, and say where it is.") var keep = false
  @OptionGroup var options: GlobalOptions

  mutating func run() throws {
    let context = try Context(options)
    let style = try context.style(nil)
    let settled = try RuntimeProfile(profile.rawValue, files: RuntimeFiles(own: nil).files, environment: [:])
    let root = try FileSystem.makeTemporaryFolder("readiness-demo-")
    defer { if !keep { do { try FileSystem.removeFolder(root) } catch {} } }
    let runner = try DemoRunner(root: root, context.environment, settled, isQuiet: options.json, style)
    for step in profile.steps { try runner.take(step) }
    let kept = keep ? root + "/repo" : nil
    let json = Envelope.json(
      "demo",
      [
        JSONMember("profile", .text(profile.rawValue)), JSONMember("steps", JSONValue(.array(runner.told))),
        JSONMember("folder", kept.map { .text($0) } ?? nil),
      ])
    context.print(
      json: json, text: kept.map { "\nThe repository is \($0)." } ?? "\nThe scratch repository is gone again.")
  }
}

/// The demos, each under the profile of its name.
enum DemoName: String, Choice {
  case tdd, refactor

  /// The steps of the demo.
  var steps: [DemoStep] {
    switch self {
    case .tdd: DemoStep.tdd
    case .refactor: DemoStep.refactor
    }
  }
}

/// One step of a demo: a title, a file to write, or a command with its expected exit status.
enum DemoStep {
  case say(String)
  case write(String, String)
  case run([String], exit: Int32 = 0)

  private static let test = """
    . ./greet.sh
    said=$(greet Ada)
    test "$said" = "Hello, Ada!" || { echo "greet says: $said"; exit 1; }
    echo "1 test passed"

    """

  private static func begin(_ profile: String) -> [DemoStep] {
    let check = """
      { "command": ["sh", "test.sh"], "profile": "\(profile)", "inputs": ["*.sh"],
        "expect": { "stdoutMatches": "1 test passed" } }
      """
    return [
      .say("A repository with a plan of one milestone, and the hooks"),
      .run(["git", "init", "-q", "-b", "main", "."]), .run(["readiness", "init", "--empty"]),
      .run(["readiness", "install"]), .run(["git", "add", "-A"]),
      .run([
        "readiness", "add", "G-1", "--workstream", "Greeting", "--outcome", "It greets people", "--criterion",
        "greet says hello by name", "--owner", "ada",
      ]), .say("Its criterion is shown by a test, run under the profile \(profile)"),
      .run(["readiness", "criteria", "G-1", "greet-says-hello-by-name", "--check", check]),
      .run(["git", "commit", "-qm", "a plan"]),
      .run(["readiness", "move", "G-1", "in-progress"]),
    ]
  }

  static let tdd: [DemoStep] =
    begin("tdd") + [
      .say("Red: the test is written first"), .write("test.sh", test),
      .write("greet.sh", "greet() { echo \"Hi\"; }\n"), .run(["git", "add", "-A"]),
      .run(["git", "commit", "-qm", "a test for greet"]), .run(["readiness", "trust", "G-1"]),
      .run(["readiness", "check", "G-1"], exit: 1),
      .say("No evidence, no review: the commit is refused"), .run(["readiness", "move", "G-1", "in-review"], exit: 1),
      .say("Green: the code follows"), .write("greet.sh", "greet() { echo \"Hello, $1!\"; }\n"),
      .run(["git", "commit", "-qam", "greet by name"]), .run(["readiness", "check", "G-1"]),
      .run(["git", "commit", "-qm", "G-1: shown by its test"]),
      .say("Review, done, and what history says of it"), .run(["readiness", "move", "G-1", "in-review"]),
      .run(["readiness", "move", "G-1", "done"]), .run(["readiness", "gate"]), .run(["readiness", "verify"]),
    ]

  static let refactor: [DemoStep] =
    [.write("test.sh", test), .write("greet.sh", "greet() { echo \"Hello, $1!\"; }\n")] + begin("refactor") + [
      .say("Green before and after, each on a clean export of its commit"),
      .run(["readiness", "trust", "G-1"]), .run(["readiness", "check", "G-1"]),
      .run(["git", "commit", "-qm", "G-1: shown by its test"]), .run(["readiness", "move", "G-1", "in-review"]),
      .run(["readiness", "move", "G-1", "done"]), .run(["readiness", "gate"]),
      .say("A refactoring: the same answer from other code. The evidence is suspect until it is renewed"),
      .write("greet.sh", "greet() {\n  name=$1\n  printf 'Hello, %s!\\n' \"$name\"\n}\n"),
      .run(["git", "commit", "-qam", "greet: say it with printf"]), .run(["readiness", "gate"], exit: 1),
      .run(["readiness", "check", "--suspect"]),
      .run(["git", "commit", "-qm", "G-1: still shown after the refactoring"]),
      .run(["readiness", "gate"]), .say("One that is none: it changes what the code says, and is caught"),
      .write("greet.sh", "greet() {\n  printf 'Hello %s!\\n' \"$1\"\n}\n"),
      .run(["git", "commit", "-qam", "greet: shorter"]), .run(["readiness", "check", "--suspect"], exit: 1),
      .run(["readiness", "gate"], exit: 1),
      .say("Taken back, the old evidence holds again: its inputs are what they were"),
      .run(["git", "revert", "--no-edit", "HEAD"]), .run(["readiness", "gate"]), .run(["readiness", "verify"]),
    ]
}

/// Runs the steps of a demo in a separate folder, isolated from git's and the user's settings.
final class DemoRunner {
  /// An error for a command with an unexpected ending.
  struct Unexpected: Error, CustomStringConvertible {
    let command: String
    let status: String
    let output: String
    var description: String { "the demo's \"\(command)\" ended with \(status): \(output.suffix(300))" }
  }

  private let folder: String
  private let environment: [String: String]
  private let profile: RuntimeProfile
  private let isQuiet: Bool
  private let style: Style
  /// The steps taken, for programs.
  private(set) var told: [JSONValue] = []

  init(root: String, _ outer: [String: String], _ profile: RuntimeProfile, isQuiet: Bool, _ style: Style) throws {
    folder = root + "/repo"
    try FileSystem.makeFolders(folder)
    try FileSystem.makeFolders(root + "/bin")
    try FileSystem.makeFolders(root + "/tmp")
    try Machine.linkProgram(at: root + "/bin/readiness")
    self.profile = profile
    self.isQuiet = isQuiet
    self.style = style
    environment = [
      "PATH": root + "/bin:" + (outer["PATH"] ?? "/usr/bin:/bin"), "HOME": root, "TMPDIR": root + "/tmp",
      "LANG": outer["LANG"] ?? "C.UTF-8", "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null",
      "GIT_AUTHOR_NAME": "Ada Lovelace", "GIT_AUTHOR_EMAIL": "ada@example.com", "GIT_COMMITTER_NAME": "Ada Lovelace",
      "GIT_COMMITTER_EMAIL": "ada@example.com", "GIT_EDITOR": ":", "COLUMNS": "78",
    ]
  }

  func take(_ step: DemoStep) throws {
    switch step {
    case .say(let title): say("\n" + style("# " + title, .strong))
    case .write(let name, let text):
      say("$ cat > \(name)\n" + text.split(separator: "\n").map { style("  " + $0, .quiet) }.joined(separator: "\n"))
      try FileSystem.write(Array(text.utf8), to: folder + "/" + name)
      FileSystem.setMode(folder + "/" + name, 0o644)
    case .run(let words, let exit): try run(words, exit: exit)
    }
  }

  private func run(_ words: [String], exit: Int32) throws {
    let quoted = words.map { $0.contains(" ") || $0.isEmpty ? "'\($0)'" : $0 }
    let shown = quoted.joined(separator: " ")
    say("$ " + Self.broken(quoted))
    // The profile bounds every program of a demo as it bounds a check, including the programs that these start.
    let ending = SupervisedProcess(
      arguments: words, environment: environment, folder: folder, readable: ["/"],
      writable: [String(folder.dropLast(5)), "/dev/null"], timeout: 4 * profile.timeoutMilliseconds + 20_000,
      grace: profile.killGraceMilliseconds, outputBound: profile.maxOutputBytes, fileBound: profile.maxFileBytes
    ).run()
    let output = String(decoding: ending.output + ending.errors, as: UTF8.self)
    let lines = output.split(separator: "\n", omittingEmptySubsequences: false).map { "  " + $0 }
    if !output.isEmpty { say(lines.dropLast().joined(separator: "\n")) }
    told.append(["command": .texts(words), "outcome": .text(ending.outcome.name), "expected": .int(Int(exit))])
    guard ending.outcome == .exit(Int(exit)) else {
      throw Unexpected(command: shown, status: "\(ending.outcome)", output: output)
    }
  }

  /// Returns the words on lines for a terminal of 80 columns, as a shell accepts them.
  private static func broken(_ words: [String]) -> String {
    var (lines, line) = ([String](), "")
    for word in words {
      let first = word.prefix { $0 != "\n" }
      if !line.isEmpty, line.count + first.count > 74 {
        lines.append(line)
        line = "    " + word
      } else {
        line += (line.isEmpty ? "" : " ") + word
      }
    }
    return (lines + [line]).joined(separator: " \\\n")
  }

  private func say(_ text: String) {
    if !isQuiet { Standard.output(text + "\n") }
  }
}
