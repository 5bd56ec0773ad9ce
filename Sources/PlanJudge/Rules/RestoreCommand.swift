import PlanModel

/// The command that takes files of the plan back to HEAD, index and work tree alike.
enum RestoreCommand {
  /// Returns the command for some paths, from the top of the repository.
  static func text(_ paths: String...) -> String {
    "git restore --source HEAD --staged --worktree " + paths.map(\.commandPath).joined(separator: " ")
  }

  /// The hint where the plan file is gone.
  static var planFile: String { "The plan keeps this file. \(Finding.takingBack)\(text(PlanPaths.plan))" }
}
