import ArgumentParser
import PlanGate
import PlanModel
import GitRepository

/// Options of commands that stage, and commit where they are asked to.
struct CommitOptions: ParsableArguments {
  @Flag(help: "Commit the change at once, and nothing else that is staged.") var commit = false
  @Option(
    name: [.customShort("m"), .long],
    help: ArgumentHelp("The subject of that commit, which is also its reason.", valueName: "text"))
  var message: String?

  func validate() throws {
    if message != nil, !commit { throw ValidationError("-m goes with --commit.") }
  }
}

extension Context {
  /// The owner that a person means: `me` is the name under which git commits.
  func owner(_ word: String, _ repository: Repository) throws -> String {
    word.lowercased() == "me" ? try CommitSituation.configuredAuthor(repository).name : word
  }

  /// The file that `[CRITERION=]PATH` names.
  /// - Throws: `UsageError` if no such file is staged or committed.
  func evidence(_ word: String, of milestone: String, _ repository: Repository) throws -> EvidenceFile {
    var (criterion, given): (String?, String) = (nil, word)
    if let equals = word.firstIndex(of: "="), try !isStaged(word, repository) {
      (criterion, given) = (String(word[..<equals]), String(word[word.index(after: equals)...]))
    }
    return try evidenceFile(given, criterion: criterion, repository)
  }

  /// The file of a path, staged or committed.
  func evidenceFile(_ given: String, criterion: String? = nil, _ repository: Repository) throws -> EvidenceFile {
    let path = try repositoryPath(given, top: repository.workTree ?? "")
    guard let file = try EvidenceFile(criterion: criterion, path: path, in: repository) else {
      throw UsageError(
        "\(given) is neither committed nor staged as a file, so no commit would hold it as evidence.",
        hint: "Stage it, then again: git add \(given.shellQuoted)")
    }
    return file
  }

  /// True if the whole word is the path of a file that is staged.
  private func isStaged(_ word: String, _ repository: Repository) throws -> Bool {
    guard !word.contains("://") else { return false }
    return try repository.staged(repositoryPath(word, top: repository.workTree ?? "")) != nil
  }

  /// Tells of the team's own commit hooks, which run in git commit, and not in a command that commits by itself.
  func sayWhichHooksDidNotRun(_ repository: Repository, _ command: String, toRunThem: String) throws {
    let configured = try repository.configuration("core.hookspath")
    let names = try HookFolder(path: configured ?? repository.commonFolder + "hooks").othersInCommits()
    guard !names.isEmpty else { return }
    Standard.error(
      "note: \(command) runs no commit hooks, so these of yours did not run: \(names.joined(separator: ", ")). To run them: \(toRunThem)\n"
    )
  }
}
