import ArgumentParser
import PlanChecks
import PlanModel
import GitRepository
import PlanTrees
import Reports
import Profiles
import StrictJSON
import ReadinessSystem

/// Values of the command line that override all others.
struct SettingOptions: ParsableArguments {
  @Option(name: .customLong("set"), help: ArgumentHelp("A setting for this once.", valueName: "name=value"))
  var settings: [String] = []

  func validate() throws {
    if let odd = settings.first(where: { !$0.contains("=") }) {
      throw ValidationError("\"\(odd)\" should say NAME=VALUE, such as --set retry.attempts=3.")
    }
  }

  var flags: [(name: String, value: String)] {
    settings.map { text in
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      return (String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
    }
  }
}

struct ConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    subcommand: "config", abstract: "The profiles under which checks run.",
    subcommands: [ConfigShowCommand.self, ConfigCheckCommand.self])
}

struct ConfigShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    subcommand: "show", abstract: "Every value of a profile as it would be used; without a name, the profiles.",
    discussion: "A flag goes before the environment, that before ssot/runtime.config.json, that before the default.")
  @Argument(help: ArgumentHelp("A profile, such as tdd.", valueName: "profile")) var profile: String?
  @Flag(help: "Say where each value came from.") var origin = false
  @OptionGroup var settings: SettingOptions
  @OptionGroup var options: GlobalOptions

  mutating func run() throws {
    let context = try Context(options)
    let repository = try context.openRepository()
    let runtime = try RuntimeFiles(in: WorkTree(repository))
    let style = try context.style(repository)
    guard let profile else {
      let json = Envelope.json("config", [JSONMember("profiles", .texts(runtime.names))])
      return context.print(json: json, text: runtime.names.joined(separator: "\n"))
    }
    let settled = try RuntimeProfile(
      profile, files: runtime.files, environment: context.environment, flags: settings.flags)
    let rows = settled.values.map { value in
      [value.setting.name, String(decoding: value.json.canonicalBytes, as: UTF8.self)]
        + (origin ? [value.origin.description] : [value.setting.text])
    }
    let listing = Listing(["SETTING", "VALUE", origin ? "ORIGIN" : "WHAT IT IS"], rows, flexible: [1, 2])
    context.print(json: Self.json(settled), text: listing.text(width: context.width, style))
  }

  private static func json(_ profile: RuntimeProfile) -> JSONValue {
    let origins = profile.values.map { value -> JSONValue in
      [
        "setting": .text(value.setting.name), "value": value.json, "origin": .text(value.origin.kind),
        "from": .text(value.origin.description),
      ]
    }
    return Envelope.json(
      "config",
      [
        JSONMember("profile", .text(profile.name)), JSONMember("values", profile.json),
        JSONMember("digest", .text(Digest(of: profile.json.canonicalBytes).tagged)),
        JSONMember("origins", JSONValue(.array(origins))),
      ])
  }
}

struct ConfigCheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    subcommand: "check", abstract: "Reads a file of profiles and says what is wrong with it.",
    discussion: "Without a file: ssot/runtime.config.json of the work tree.")
  @Argument(help: ArgumentHelp("The file.", valueName: "file"), completion: .file()) var file: String?
  @OptionGroup var options: GlobalOptions

  mutating func run() throws {
    let context = try Context(options)
    let name = file ?? RuntimeFiles.path
    let own: RuntimeConfiguration? =
      if let file { try Self.read(file) } else {
        try RuntimeFiles(in: WorkTree(context.openRepository())).files.first { !$0.isBuiltIn }
      }
    guard let read = own else {
      throw UsageError(
        "There is no file \(name).", hint: "ssot/examples/runtime.config.json is an example; copy it to begin.")
    }
    let builtIn = try RuntimeFiles(own: nil).files
    // A profile may extend one of the built-in file, so each is resolved as for a check.
    for profile in read.names { _ = try RuntimeProfile(profile, files: [read] + builtIn) }
    let json = Envelope.json("config", [JSONMember("file", .text(name)), JSONMember("profiles", .texts(read.names))])
    context.print(json: json, text: "\(name) is sound: \(read.names.joined(separator: ", ")).")
  }

  private static func read(_ file: String) throws -> RuntimeConfiguration? {
    do {
      return try FileSystem.readIfPresent(file, atMost: RuntimeConfiguration.bound)
        .map { try RuntimeConfiguration(parsing: $0, file: file) }
    } catch let error as SystemError where error.kind == .tooLarge {
      throw ConfigurationError.tooLarge(file)
    }
  }
}
