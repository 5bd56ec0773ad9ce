import ArgumentParser
import CProgram
import PlanModel
import GitRepository
import Reports
import StrictJSON

struct VersionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    subcommand: "version", abstract: "Which program this is: version, commit, digest, libraries, platform.")
  @OptionGroup var options: GlobalOptions

  mutating func run() throws {
    let context = try Context(options)
    let identity = ProgramIdentity.running
    let built = identity.built.map { Timestamp.text(millisecondsSince1970: $0 * 1000) }
    let isStatic = readiness_is_static()
    let file = try ProgramFile()
    let json = Envelope.json(
      "version",
      [
        JSONMember("version", .text(identity.version)),
        JSONMember("commit", identity.commit.map { .text($0) } ?? JSONValue(.null)),
        JSONMember("modified", JSONValue(.bool(identity.isModified))),
        JSONMember("built", built.map { .text($0) } ?? JSONValue(.null)),
        JSONMember("contract", .int(ProgramIdentity.contract)),
        JSONMember("policyVersions", JSONValue(.array(ProgramIdentity.policyVersions.map { .int($0) }))),
        JSONMember("libgit2", .text(Library.version)),
        JSONMember("swift", .text(Self.swift)), JSONMember("static", JSONValue(.bool(isStatic))),
        JSONMember("platform", .text(Self.platform)), JSONMember("digest", .text(file.digest.tagged)),
        JSONMember("sbom", .text(file.serial)),
      ])
    let lines = [
      identity.line, "commit     \(identity.commit ?? "unknown")\(identity.isModified ? ", modified" : "")",
      "dated      \(built ?? "unknown")", "libgit2    \(Library.version)", "swift      \(Self.swift)",
      "platform   \(Self.platform)\(isStatic ? ", static" : "")", "digest     \(file.digest.tagged)",
      "sbom       \(file.serial)",
    ]
    context.print(json: json, text: lines.joined(separator: "\n"))
  }

  /// The compiler's release, as precisely as the language reports it.
  private static var swift: String {
    #if compiler(>=6.4)
      "6.4 or later"
    #elseif compiler(>=6.3)
      "6.3"
    #elseif compiler(>=6.2)
      "6.2"
    #elseif compiler(>=6.1)
      "6.1"
    #else
      "6.0"
    #endif
  }

  private static var platform: String {
    #if arch(x86_64)
      let machine = "x86_64"
    #elseif arch(arm64)
      let machine = "aarch64"
    #else
      let machine = "unknown"
    #endif
    #if os(Linux)
      return "linux-" + machine
    #else
      return "macos-" + machine
    #endif
  }
}
