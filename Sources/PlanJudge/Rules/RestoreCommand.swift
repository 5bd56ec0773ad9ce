import PlanModel

/// The command that restores files of the plan to HEAD, in both index and work tree.
enum RestoreCommand {
  /// Returns the command for some paths, relative to the top of the repository.
  static func text(_ paths: String...) -> String {
    "git restore --source HEAD --staged --worktree " + paths.map(\.commandPath).joined(separator: " ")
  }

  /// The hint for a deleted plan file.
  static var planFile: String { "The plan keeps this file. \(Finding.takingBack)\(text(PlanPaths.plan))" }
}
