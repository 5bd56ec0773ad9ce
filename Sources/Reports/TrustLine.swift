public import GitObjects
public import PlanModel
import StrictJSON

/// The trusted commits of an audit, in reports.
public struct TrustLine: Sendable {
  private let start: String
  private let commit: ObjectID
  private let commits: Int?
  private let run: Digest?
  private let by: Identity?
  private let at: String?

  /// - Parameters:
  ///   - start: `baseline`, `judgedFrom` or `anchor`.
  ///   - commit: the commit at which judgement begins.
  ///   - commits: the number of commits left out; nil if they were not counted.
  ///   - run: the run that set the start.
  ///   - by: the person who set it.
  ///   - at: the moment at which it was set.
  public init(start: String, commit: ObjectID, commits: Int?, run: Digest?, by: Identity?, at: String?) {
    (self.start, self.commit, self.commits) = (start, commit, commits)
    (self.run, self.by, self.at) = (run, by, at)
  }

  /// The trust in a sentence.
  var text: String {
    let short = commit.description.prefix(8)
    let setter = [
      by.map { "by \($0.name.printable) <\($0.email.printable)>" }, at.map { "on \($0.prefix(10))" },
      run.map { "in run \($0.hex.prefix(12))" },
    ].compactMap(\.self).joined(separator: " ")
    switch start {
    case "judgedFrom":
      let count = commits.map { "\($0) commit\($0 == 1 ? "" : "s")" } ?? "the commits"
      return "On trust: \(count) up to \(short), which judgedFrom leaves out, set \(setter)."
    case "anchor": return "On trust: \(short) and all before it, as the anchor."
    default: return "On trust: the baseline \(short), committed \(setter)."
    }
  }

  /// The trust as a JSON object.
  var json: JSONValue {
    let members = [
      JSONMember("start", .text(start)), JSONMember("commit", .text(commit.description)),
      commits.map { JSONMember("commits", .int($0)) }, run.map { JSONMember("run", .text($0.hex)) },
      by.map { JSONMember("by", .text("\($0.name) <\($0.email)>")) }, at.map { JSONMember("at", .text($0)) },
    ]
    return JSONValue(.object(members.compactMap(\.self)))
  }
}
