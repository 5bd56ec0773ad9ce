import GitObjects
import CProgram
import PlanModel

/// The identity of this program. The file `VERSION` is the one source of version and commit; `scripts/build-release.sh`
/// writes the commit of a work tree into the finished program, and `git archive` into the file.
struct ProgramIdentity {
  /// The version in the file `VERSION`.
  let version: String
  /// The commit that it was built from, 40 hexadecimal digits. Nil after a plain `swift build`.
  let commit: String?
  /// The date of that commit, in seconds since 1970, which is equal for equal builds.
  let built: Int64?
  /// True if the work tree had changes that the commit does not have.
  let isModified: Bool

  /// The running program.
  static let running = ProgramIdentity(
    file: String(cString: readiness_version_file()), mark: String(cString: readiness_build_mark()))

  /// Reads the version file and the build mark.
  /// - Parameters:
  ///   - file: the text of `VERSION`: the version, then `COMMIT SECONDS`, or the placeholder that `git archive`
  ///     replaces.
  ///   - mark: `COMMIT SECONDS` or `COMMIT SECONDS modified`; it takes precedence over the file.
  init(file: String, mark: String) {
    let lines = file.split(separator: "\n", omittingEmptySubsequences: false)
    version = String(lines.first ?? "")
    let words = (mark.isEmpty ? lines.dropFirst().first ?? "" : mark[...]).split(separator: " ")
    guard words.count >= 2, ObjectID(hex: Array(words[0].utf8)[...]) != nil, let seconds = Int64(words[1]) else {
      (commit, built, isModified) = (nil, nil, false)
      return
    }
    (commit, built) = (String(words[0]), seconds)
    isModified = words.dropFirst(2).first == "modified"
  }

  /// One line for people: `readiness 0.2.0 (d5cd75c, contract 1)`.
  var line: String {
    let source = commit.map { $0.prefix(7) + (isModified ? " modified" : "") } ?? "unknown commit"
    return "readiness \(version) (\(source), contract \(Self.contract))"
  }

  /// The version of the formats and rules that it was written against.
  static let contract = 1
  /// The versions of policy files that it reads.
  static let policyVersions = [1, 2]
}
