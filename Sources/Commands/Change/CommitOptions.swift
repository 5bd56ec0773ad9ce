import ArgumentParser
import PlanGate
import PlanModel
import GitRepository
import ReadinessSystem

/// The options of commands that stage, and commit on request.
struct CommitOptions: ParsableArguments {
  @Flag(help: "Commit the change at once, and nothing else that is staged; -m does so too.") var commit = false
  @Option(
    name: [.customShort("m"), .long],
    help: ArgumentHelp("The subject of that commit, which is also its reason.", valueName: "text"))
  var message: String?

  /// True if the change becomes a separate commit (decision 0110).
  var commits: Bool { commit || message != nil }
}

extension Context {
  /// Returns the owner that a person means: `me` is the name under which git commits.
  func owner(_ word: String, _ repository: Repository) throws -> String {
    word.lowercased() == "me" ? try CommitSituation.configuredAuthor(repository).name : word
  }

  /// Returns the file that `[CRITERION=]PATH` names.
  /// - Throws: `UsageError` if no such file is staged or committed.
  func evidence(_ word: String, of milestone: String, _ repository: Repository) throws -> EvidenceFile {
    var (criterion, given): (String?, String) = (nil, word)
    if let equals = word.firstIndex(of: "="), try !isStaged(word, repository) {
      (criterion, given) = (String(word[..<equals]), String(word[word.index(after: equals)...]))
    }
    return try evidenceFile(given, criterion: criterion, repository)
  }

  /// Returns the file at a path, staged or committed.
  func evidenceFile(_ given: String, criterion: String? = nil, _ repository: Repository) throws -> EvidenceFile {
    let path = try repositoryPath(given, top: repository.workTree ?? "")
    guard let file = try EvidenceFile(criterion: criterion, path: path, in: repository) else {
      throw try noEvidence(given, path, repository)
    }
    return file
  }

  /// Returns the reason why a path is no evidence yet: a wrong path, a folder, or a file that nobody has staged.
  private func noEvidence(_ given: String, _ path: String, _ repository: Repository) throws -> UsageError {
    let place = (repository.workTree ?? "") + path
    guard FileSystem.exists(place) else {
      return UsageError("There is no file \(given).", hint: "Check the path; it is read from the current folder.")
    }
    if FileSystem.isFolder(place) {
      return UsageError(
        "\(given) is a folder, and evidence is one file.", hint: "Name a file in it, such as a report or a log.")
    }
    guard FileSystem.isRegular(place, followsLinks: false) else {
      return UsageError(
        "\(given) is no regular file, so it cannot be evidence.", hint: "Name the file itself, not a link to it.")
    }
    let isIgnored = try GitProcess.run(["check-ignore", "--quiet", "--", place]).status == 0
    return UsageError(
      "\(given) is not staged yet, so no commit would hold it as evidence.",
      hint: "Stage it, then run the command again: git add \(isIgnored ? "--force " : "")\(given.shellQuoted)")
  }

  /// Returns true if the whole word is the path of a staged file.
  private func isStaged(_ word: String, _ repository: Repository) throws -> Bool {
    guard !word.contains("://") else { return false }
    return try repository.staged(repositoryPath(word, top: repository.workTree ?? "")) != nil
  }

  /// Warns about the team's own commit hooks, which run in `git commit` but not in this program's own commits.
  func sayWhichHooksDidNotRun(_ repository: Repository, _ command: String, toRunThem: String) throws {
    let configured = try repository.configuration("core.hookspath")
    let names = try HookFolder(path: configured ?? repository.commonFolder + "hooks").othersInCommits()
    guard !names.isEmpty else { return }
    note(
      "\(command) runs no commit hooks, so these of yours did not run: \(names.joined(separator: ", ")). To run them: \(toRunThem)"
    )
  }
}
