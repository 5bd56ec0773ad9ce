import Attestations
import GitRepository
import PlanModel

/// The refspec by which `git fetch` brings attestations, if the clone's plan accepts some and its `origin` has some.
struct AttestationRefspec {
  private static let key = "remote.origin.fetch"
  private static let refspec = "refs/readiness/attestations:refs/readiness/attestations"

  /// Adds the refspec. Asks the remote only if HEAD's policy accepts attestations; an unreachable remote changes
  /// nothing.
  /// - Returns: true if it was added.
  /// - Throws: `GitError` if git cannot be run, or its configuration cannot be written.
  func put() throws -> Bool {
    let policy = "HEAD:\(PlanPaths.policies)/attestations.json"
    guard try GitProcess.run(["cat-file", "-e", policy]).status == 0, try !isPut(),
      try GitProcess.run(["config", "--get", "remote.origin.url"]).status == 0, try originHasIt()
    else { return false }
    let output = try GitProcess.run(["config", "--local", "--add", Self.key, Self.refspec])
    guard output.status == 0 else {
      throw GitError(
        .other, "\(Self.key) cannot be set: \(output.errorText)", hint: "See git config --local --list.",
        function: "git config")
    }
    return true
  }

  /// Returns true if origin has the ref itself, not only a branch whose name ends so: git could then fetch nothing.
  private func originHasIt() throws -> Bool {
    try GitProcess.run(["ls-remote", "-q", "origin", AttestationStore.ref]).trimmed.split(separator: "\n")
      .contains { $0.split(separator: "\t").last.map(String.init) == AttestationStore.ref }
  }

  /// Removes the refspec.
  /// - Returns: true if it was there.
  /// - Throws: `GitError` if git cannot be run.
  func takeOut() throws -> Bool {
    guard try isPut() else { return false }
    return try GitProcess.run(["config", "--local", "--unset-all", Self.key, "^\(Self.refspec)$"]).status == 0
  }

  private func isPut() throws -> Bool {
    try GitProcess.run(["config", "--local", "--get-all", Self.key]).trimmed.split(separator: "\n")
      .contains { $0 == Self.refspec }
  }
}
