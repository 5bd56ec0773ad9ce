import GitObjects
import CProgram
import PlanModel

/// Which program this is. Version and commit have one source, the file `VERSION`; `scripts/build-release.sh` writes the
/// commit of a work tree into the finished program, and `git archive` into the file.
struct ProgramIdentity {
  /// The version, as `VERSION` says it.
  let version: String
  /// The commit that it was built from, 40 hexadecimal digits; nil after a plain `swift build`.
  let commit: String?
  /// The date of that commit, in seconds since 1970: equal builds say the same.
  let built: Int64?
  /// True if the work tree held changes that the commit does not have.
  let isModified: Bool

  /// The running program.
  static let running = ProgramIdentity(
    file: String(cString: readiness_version_file()), mark: String(cString: readiness_build_mark()))

  /// Reads the two texts.
  /// - Parameters:
  ///   - file: of `VERSION`: the version, then `COMMIT SECONDS`, or what `git archive` replaces by that.
  ///   - mark: `COMMIT SECONDS` or `COMMIT SECONDS modified`; it counts more than the file.
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
