import PlanModel
import GitRepository
import ReadinessSystem

/// The merge driver of a clone: a section of its configuration, and lines in `info/attributes`, which belongs to the
/// clone like the hooks.
struct MergeDriverSetup {
  private static let block = """
    # readiness: files of the plan merge field by field (readiness uninstall takes these lines out)
    \(PlanPaths.folder)/*.json merge=readiness
    \(PlanPaths.plan) merge=readiness

    """

  private let attributes: String

  init() throws {
    let output = try GitProcess.run(["rev-parse", "--git-path", "info/attributes"])
    guard output.status == 0 else {
      throw GitError(
        .other, "Git does not say where its attributes are.", hint: output.errorText, function: "git rev-parse")
    }
    attributes = output.trimmed
  }

  /// Says that a link stands in the place of the folder `info`; nil if none does.
  func refusal() -> UsageError? {
    let folder = FileSystem.folder(of: attributes)
    let quoted = folder.shellQuoted
    return LinkedFolder(folder)?.refusal(
      hint: "Make it a folder of this clone: rm \(quoted) && mkdir \(quoted), then readiness install")
  }

  /// Returns true if the driver is set up for this program.
  func isPut(program: String) throws -> Bool {
    try GitProcess.run(["config", "--local", "merge.readiness.driver"]).trimmed == Self.driver(program)
      && (FileSystem.readIfPresent(attributes) ?? []).starts(with: Array(Self.block.utf8))
  }

  /// Sets the driver up. Returns true if something had to be written. Our lines come first, so that the user's override
  /// them.
  func put(program: String) throws -> Bool {
    if let refusal = refusal() { throw refusal }
    let driver = Self.driver(program)
    var isNew = false
    if try GitProcess.run(["config", "--local", "merge.readiness.driver"]).trimmed != driver {
      try set("merge.readiness.name", "files of the plan, field by field")
      try set("merge.readiness.driver", driver)
      isNew = true
    }
    let present = try FileSystem.readIfPresent(attributes) ?? []
    let block = Array(Self.block.utf8)
    guard !present.starts(with: block) else { return isNew }
    if let slash = attributes.lastIndex(of: "/") { try FileSystem.makeFolders(String(attributes[..<slash])) }
    try FileSystem.write(block + present, to: attributes, mode: 0o666, durability: .contents)
    return true
  }

  /// Removes the driver. Returns true if it was set up.
  func takeOut() throws -> Bool {
    if let refusal = refusal() { throw refusal }
    let removed = try GitProcess.run(["config", "--local", "--remove-section", "merge.readiness"]).status == 0
    let present = try FileSystem.readIfPresent(attributes) ?? []
    let block = Array(Self.block.utf8)
    guard present.starts(with: block) else { return removed }
    if present.count == block.count {
      try FileSystem.remove(attributes)
    } else {
      try FileSystem.write(Array(present.dropFirst(block.count)), to: attributes, mode: 0o666, durability: .contents)
    }
    return true
  }

  /// Returns the command of the driver. If the program is gone, git's own line merge leaves conflict markers. Without
  /// that fallback, git would keep our side unmarked.
  private static func driver(_ program: String) -> String {
    // Git expands what follows a percent sign (gitattributes(5)).
    let quoted = HookScript.quoted(program.replacing("%", with: "%%"))
    let merge = "\(quoted) merge-driver %O %A %B %L %P"
    guard program.contains("/") else { return merge }
    return
      "if test -x \(quoted); then \(merge); else git merge-file --marker-size=%L -L ours -L base -L theirs %A %O %B; fi"
  }

  /// Returns the program of the clone's merge driver if its path has no executable file.
  static func missingProgram() throws -> String? {
    let driver = try GitProcess.run(["config", "merge.readiness.driver"]).trimmed
    guard let start = driver.firstIndex(of: "'"), let end = driver.firstRange(of: "' merge-driver ") else { return nil }
    let words = driver[driver.index(after: start)..<end.lowerBound]
    let last = words.firstRange(of: "'; then '").map { words[$0.upperBound...] } ?? words
    let program = String(last).replacing("'\\''", with: "'").replacing("%%", with: "%")
    return program.contains("/") && !FileSystem.isExecutable(program) ? program : nil
  }

  private func set(_ key: String, _ value: String) throws {
    let output = try GitProcess.run(["config", "--local", key, value])
    guard output.status == 0 else {
      throw GitError(
        .other, "\(key) cannot be set: \(output.errorText)",
        hint: "Run git config --local --list: it shows the settings of this clone.",
        function: "git config")
    }
  }
}
