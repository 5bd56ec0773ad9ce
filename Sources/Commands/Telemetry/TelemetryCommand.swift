import ArgumentParser
import PlanEvents
import PlanChecks
import PlanModel
import Profiles
import GitRepository
import Reports
import StrictJSON
import Telemetry
import ReadinessSystem

struct TelemetryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    subcommand: "telemetry", abstract: "The spool of traces and logs: send it to a collector, or see what it holds.",
    subcommands: [TelemetryFlushCommand.self, TelemetryStatusCommand.self])
}

struct TelemetryFlushCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    subcommand: "flush", abstract: "Sends the spool to a collector by OTLP over HTTP; what it does not take now stays.",
    discussion:
      "Without --endpoint, the variable OTEL_EXPORTER_OTLP_ENDPOINT names the collector. OTEL_EXPORTER_OTLP_HEADERS adds "
      + "headers. Exit status 1 where a line is left or was refused.")
  @Option(help: ArgumentHelp("The address in front of /v1/traces and /v1/logs.", valueName: "url"))
  var endpoint: String?
  @Option(help: ArgumentHelp("The spool, in place of READINESS_TELEMETRY.", valueName: "dir")) var spool: String?
  @OptionGroup var settings: SettingOptions
  @OptionGroup var options: GlobalOptions

  mutating func run() throws {
    let context = try Context(options)
    let spool = try spool.map { Spool(folder: $0) } ?? SpoolSelection().spools[0]
    let profile = try RuntimeProfile(
      "delivery", files: RuntimeFiles(own: nil).files, environment: context.environment, flags: settings.flags)
    let delivery = TelemetryDelivery(
      spool, to: try collector(context.environment), under: profile, environment: context.environment)
    guard let outcomes = try delivery.run() else {
      throw GitError(
        .locked, "Another process sends this spool.", hint: "Wait for it; one at a time is enough.", function: "flock")
    }
    context.print(json: Self.json(outcomes), text: outcomes.map(Self.text).joined(separator: "\n"))
    if outcomes.contains(where: { $0.left > 0 || $0.refused > 0 }) { throw ExitCode(1) }
  }

  private func collector(_ environment: [String: String]) throws -> TelemetryDelivery.Collector {
    let named = endpoint ?? environment["OTEL_EXPORTER_OTLP_ENDPOINT"].flatMap { $0.isEmpty ? nil : $0 }
    guard let named else {
      throw UsageError(
        "No collector is named.",
        hint: "Give --endpoint URL, or set OTEL_EXPORTER_OTLP_ENDPOINT, such as http://HOST:4318")
    }
    let isWeb = named.hasPrefix("http://") || named.hasPrefix("https://")
    guard isWeb, named.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
      throw UsageError("The endpoint is no address of HTTP.", hint: "It is written http://HOST:4318 or https://HOST.")
    }
    guard let headers = TelemetryDelivery.Collector.headers(environment["OTEL_EXPORTER_OTLP_HEADERS"] ?? "") else {
      throw UsageError(
        "OTEL_EXPORTER_OTLP_HEADERS is not written as headers are.",
        hint: "It is NAME=VALUE,NAME=VALUE, percent-encoded.")
    }
    return TelemetryDelivery.Collector(endpoint: named, headers: headers)
  }

  private static func text(_ outcome: TelemetryDelivery.Outcome) -> String {
    func count(_ number: Int, _ what: String) -> String? { number > 0 ? "\(number) \(what)" : nil }
    let parts = [
      "\(outcome.sent) line\(outcome.sent == 1 ? "" : "s") sent", count(outcome.refused, "refused"),
      count(outcome.rejected, "records rejected by the collector, not sent again"), count(outcome.torn, "torn"),
      count(outcome.dropped, "dropped, since the spool had grown beyond 64 MiB"), count(outcome.left, "left"),
    ].compactMap(\.self)
    let message = outcome.message.isEmpty ? "" : "\n  \(outcome.message.printable)"
    return "\(outcome.signal.rawValue): \(parts.joined(separator: ", "))\(message)"
  }

  private static func json(_ outcomes: [TelemetryDelivery.Outcome]) -> JSONValue {
    let signals = outcomes.map { outcome -> JSONValue in
      [
        "signal": .text(outcome.signal.rawValue), "sent": .int(outcome.sent), "refused": .int(outcome.refused),
        "rejected": .int(outcome.rejected), "torn": .int(outcome.torn), "dropped": .int(outcome.dropped),
        "left": .int(outcome.left), "message": .text(outcome.message),
      ]
    }
    return Envelope.json("telemetry-flush", [JSONMember("signals", JSONValue(.array(signals)))])
  }
}

struct TelemetryStatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    subcommand: "status", abstract: "How much telemetry waits to be sent, and how much was dropped.")
  @Option(help: ArgumentHelp("The spool, in place of READINESS_TELEMETRY.", valueName: "dir")) var spool: String?
  @OptionGroup var options: GlobalOptions

  mutating func run() throws {
    let context = try Context(options)
    guard let folder = spool ?? Telemetry.folder else {
      return context.print(
        json: Envelope.json("telemetry", [JSONMember("folder", nil), JSONMember("signals", [])]),
        text: "Telemetry is off: READINESS_TELEMETRY names no folder.")
    }
    let spool = Spool(folder: folder)
    guard FileSystem.exists(folder) else { throw SystemError.notFound(folder) }
    let states = try Signal.allCases.map { try State(spool, $0) }
    context.print(
      json: Envelope.json(
        "telemetry",
        [
          JSONMember("folder", .text(folder)), JSONMember("signals", JSONValue(.array(states.map(\.json)))),
        ]), text: states.map(\.text).joined(separator: "\n"))
  }

  /// The unsent lines of one signal.
  private struct State {
    let signal: Signal
    let (lines, bytes, torn, dropped): (Int, Int, Int, Int)

    init(_ spool: Spool, _ signal: Signal) throws {
      let parts = try spool.unsent(signal)
      let lines = parts.flatMap { $0.split(separator: 0x0A) }.map { SpoolLine($0, of: signal) }
      self.signal = signal
      (self.lines, bytes) = (lines.count { $0.json != nil }, parts.reduce(0) { $0 + $1.count })
      (torn, dropped) = (lines.count(where: \.isTorn), spool.dropped(signal))
    }

    var json: JSONValue {
      [
        "signal": .text(signal.rawValue), "lines": .int(lines), "bytes": .int(bytes), "torn": .int(torn),
        "dropped": .int(dropped),
      ]
    }

    var text: String {
      let more = [torn > 0 ? "\(torn) torn" : nil, dropped > 0 ? "\(dropped) dropped" : nil].compactMap(\.self)
      return (["\(signal.rawValue): \(lines) line\(lines == 1 ? "" : "s") to send, \(bytes) bytes"] + more)
        .joined(separator: ", ")
    }
  }
}
