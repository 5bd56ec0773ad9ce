import ArgumentParser
import PlanJudge
import PlanModel
import GitRepository
import Reports
import StrictJSON
import ReadinessSystem

/// The command that git runs to merge a file of the plan (gitattributes(5), "Defining a custom merge driver").
struct MergeDriverCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    subcommand: "merge-driver", abstract: "Merges a file of the plan field by field; git runs it.",
    discussion: "readiness install sets it up. The result is left in OURS; exit status 1 means that a person decides.")
  @Argument(help: ArgumentHelp("The common ancestor, %O.", valueName: "base")) var base: String
  @Argument(help: ArgumentHelp("Our version, %A; the result is written there.", valueName: "ours")) var ours: String
  @Argument(help: ArgumentHelp("Their version, %B.", valueName: "theirs")) var theirs: String
  @Argument(help: ArgumentHelp("How long conflict marks are, %L.", valueName: "size")) var size = 7
  @Argument(help: ArgumentHelp("The path in the repository, %P.", valueName: "path")) var path = ""

  mutating func run() throws {
    guard let old = try document(base), let a = try document(ours) ?? nil, let b = try document(theirs) ?? nil else {
      return try byLines()
    }
    let merged =
      path == PlanPaths.plan
      ? FieldMerger.plan(base: old, ours: a, theirs: b) : FieldMerger.milestone(base: old, ours: a, theirs: b)
    if merged.conflicts.isEmpty {
      return try FileSystem.write(merged.ours.layoutBytes, to: ours, mode: 0o666, durability: .contents)
    }
    try FileSystem.write(Array(merged.marked(size: size).utf8), to: ours, mode: 0o666, durability: .contents)
    for conflict in merged.conflicts {
      Standard.error(
        "readiness: \(path): \(conflict.path.joined(separator: "/")): ours is \(Self.text(conflict.ours)), theirs is \(Self.text(conflict.theirs)).\n"
          .printableLine)
    }
    throw ExitCode(1)
  }

  /// Reads the document in a file. The inner nil is an empty file, which git passes if there was none. The outer nil is
  /// a file that does not parse.
  private func document(_ file: String) throws -> JSONValue?? {
    let bytes = try FileSystem.read(file)
    if bytes.isEmpty { return .some(nil) }
    do {
      return .some(
        try JSONDocument(parsing: bytes, limits: JSONLimits(depth: 32, size: PlanFile.bound, portableOnly: true)).root)
    } catch { return nil }
  }

  /// Merges line by line, as git would, if a file does not parse.
  private func byLines() throws {
    let output = try GitProcess.run(
      [
        "merge-file", "--marker-size=\(size)", "-L", "ours", "-L", "base", "-L", "theirs", "--", ours, base, theirs,
      ])
    if output.status != 0 { throw ExitCode(1) }
  }

  private static func text(_ value: JSONValue?) -> String {
    guard let value else { return "nothing" }
    let text = String(decoding: value.canonicalBytes, as: UTF8.self)
    return text.count > 60 ? String(text.prefix(59)) + "…" : text
  }
}

extension String {
  /// The text, safe for a terminal except for its line end.
  fileprivate var printableLine: String { String(dropLast()).printable + "\n" }
}
