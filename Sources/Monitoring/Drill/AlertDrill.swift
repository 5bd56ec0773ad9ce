public import PlanModel
import ReadinessSystem
public import Telemetry

/// Injects each alert's fault into a scratch repository, waits for the alert from a real Prometheus and Alertmanager,
/// repairs the fault, and waits until the alert resolves. All programs listen on 127.0.0.1.
public struct AlertDrill {
  /// The scope of a drill.
  public struct Plan: Sendable {
    /// The rule file, as deployed.
    public let rules: String
    /// The policy with the alerts' thresholds.
    public let policy: AlertPolicy
    /// The commit of that policy.
    public let commit: String
    /// The alerts to drill; empty for all.
    public let names: [String]
    /// The timeout for an alert to arrive, and to resolve, in seconds.
    public let seconds: Int
    /// True if service levels also need data.
    public let showsObjectives: Bool

    /// Creates a plan.
    public init(
      rules: String, policy: AlertPolicy, commit: String, names: [String], seconds: Int, showsObjectives: Bool
    ) {
      (self.rules, self.policy, self.commit, self.names, self.seconds) = (rules, policy, commit, names, seconds)
      self.showsObjectives = showsObjectives
    }
  }

  /// The error if the drill itself fails, which says nothing about the alerts.
  public struct Failed: Error {
    /// The failure, in a sentence.
    public let message: String
    /// The output of the failed program.
    public let output: String
  }

  /// The duration that replaces every wait of a rule.
  static let wait = "2s"

  private let plan: Plan
  private let environment: [String: String]
  private let prometheus: String
  private let alertmanager: String
  private let root: String

  /// Finds the programs, and creates the drill's folder.
  /// - Throws: `MissingTool`; `SystemError`.
  public init(_ plan: Plan, _ environment: [String: String]) throws {
    self.plan = plan
    self.environment = environment
    prometheus = try Tool.prometheus.path(environment)
    alertmanager = try Tool.alertmanager.path(environment)
    root = try FileSystem.makeTemporaryFolder("readiness-drill-")
  }

  /// Runs the drill.
  /// - Parameters:
  ///   - progress: receives each alert's outcome as soon as it is known.
  ///   - staying: called after all alerts, while the programs still run, with the address of Prometheus.
  /// - Throws: `Failed` if a program does not start, or a fault cannot be injected; `SystemError`.
  public func run(
    progress: (DrillRecord.Outcome) -> Void, staying: (_ prometheus: String) -> Void
  ) throws -> DrillRecord {
    defer { do { try FileSystem.removeFolder(root) } catch {} }
    let began = Machine.millisecondsSince1970()
    for folder in ["bin", "metrics", "prometheus", "alertmanager", "telemetry"] {
      try FileSystem.makeFolders("\(root)/\(folder)")
    }
    try Machine.linkProgram(at: root + "/bin/readiness")
    let receiver = try DrillReceiver(serving: root + "/metrics")
    let faults = DrillFault.all(plan.policy, receiver).filter { plan.names.isEmpty || plan.names.contains($0.alert) }
    do {
      let outcomes = try concurrently([{ receiver.run() }]) {
        defer { receiver.server.stop() }
        let repositories = try faults.map { fault in
          let repository = try DrillRepository(fault.repository, root: root, environment)
          try fault.prepare(repository)
          return repository
        }
        let objectives = plan.showsObjectives ? try DrillObjectives(root: root, environment) : nil
        return try withDaemons(receiver, faults.map(\.repository)) { address in
          let outcomes = try zip(faults, repositories).map { fault, repository in
            let outcome = try drill(fault, repository, receiver)
            progress(outcome)
            return outcome
          }
          if let objectives {
            try objectives.capture(from: address)
            let seen = receiver.scrapes(of: DrillObjectives.name)
            _ = wait { receiver.scrapes(of: DrillObjectives.name) >= seen + 2 }
          }
          staying(address)
          return outcomes
        }
      }.here
      return DrillRecord(
        at: began, commit: plan.commit, rules: Digest(of: Array(plan.rules.utf8)), prometheus: version(prometheus),
        alertmanager: version(alertmanager), wait: Self.wait, outcomes: outcomes)
    } catch let error as DrillRepository.Unexpected {
      throw Failed(message: "The drill's \"\(error.command)\" ended otherwise than it has to.", output: error.output)
    } catch let error as Daemon.Failed {
      throw Failed(message: "\(error.name) does not run.", output: error.output)
    }
  }

  // MARK: - One alert

  private func drill(_ fault: DrillFault, _ repository: DrillRepository, _ receiver: DrillReceiver) throws
    -> DrillRecord.Outcome
  {
    let name = fault.alert
    // The healthy state must be scraped first, because some alerts compare with it.
    let seen = receiver.scrapes(of: repository.name)
    _ = wait { receiver.scrapes(of: repository.name) >= seen + 2 }
    let wasFiring = receiver.isFiring(name, repository.name)
    try fault.inject(repository)
    var outcome = DrillRecord.Outcome(
      name: name, fault: fault.text, injectedAt: Machine.millisecondsSince1970(), wasFiring: wasFiring)
    if wasFiring { return outcome }
    guard wait({ receiver.isFiring(name, repository.name) }),
      let notice = receiver.notices(name, repository.name).first(where: \.isFiring)
    else { return outcome }
    outcome.firedAt = notice.at
    outcome.labels = notice.labels.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    outcome.notification = notice.body
    outcome.runbook = notice.runbook
    try fault.repair(repository)
    outcome.repairedAt = Machine.millisecondsSince1970()
    guard wait({ !receiver.isFiring(name, repository.name) }) else { return outcome }
    outcome.resolvedAt = receiver.notices(name, repository.name).last { !$0.isFiring }?.at
    return outcome
  }

  /// Returns false if a condition does not become true before the timeout.
  private func wait(_ isSo: () -> Bool) -> Bool {
    let end = Machine.monotonicMilliseconds() + plan.seconds * 1000
    while !isSo() {
      if Machine.monotonicMilliseconds() > end { return false }
      Machine.sleep(milliseconds: 50)
    }
    return true
  }

  // MARK: - Programs

  /// Runs a body while both programs run. Alertmanager is ready before Prometheus starts, because Prometheus resends
  /// an undelivered alert only later.
  private func withDaemons<T>(_ receiver: DrillReceiver, _ names: [String], _ body: (String) throws -> T) throws -> T {
    try write(
      "alertmanager.yml",
      """
      route: { receiver: drill, group_by: ['...'], group_wait: 0s, group_interval: 1s, repeat_interval: 1h }
      receivers:
        - name: drill
          webhook_configs: [ { url: 'http://127.0.0.1:\(receiver.server.port)/alerts', send_resolved: true } ]

      """)
    let alerting = try Daemon(
      "Alertmanager",
      [
        alertmanager, "--config.file=\(root)/alertmanager.yml", "--storage.path=\(root)/alertmanager",
        "--cluster.listen-address=", "--log.level=warn",
      ], folder: root, environment)
    return try concurrently([{ alerting.run() }]) {
      defer { alerting.stop() }
      try alerting.awaitReady()
      try write("rules.yml", AlertFiles.withoutWaits(plan.rules, wait: Self.wait))
      let watching = try Daemon(
        "Prometheus",
        [
          prometheus, "--config.file=\(root)/prometheus.yml", "--storage.tsdb.path=\(root)/prometheus",
          "--rules.alert.resend-delay=1s", "--log.level=warn",
        ], folder: root, environment)
      try write("prometheus.yml", configuration(receiver.server.port, alerting.port, watching.port, names))
      return try concurrently([{ watching.run() }]) {
        defer { watching.stop() }
        try watching.awaitReady()
        return try body("http://127.0.0.1:\(watching.port)")
      }.here
    }.here
  }

  private func configuration(_ receiver: Int, _ alertmanager: Int, _ prometheus: Int, _ names: [String]) -> String {
    let jobs = (plan.showsObjectives ? names + [DrillObjectives.name] : names).map { name in
      """
        - job_name: \(name)
          metrics_path: /metrics/\(name)
          static_configs: [ { targets: [ '127.0.0.1:\(receiver)' ] } ]
      """
    }
    return """
      global: { scrape_interval: 1s, evaluation_interval: 1s }
      rule_files: [ 'rules.yml', 'slo/*.rules.yml' ]
      alerting: { alertmanagers: [ { static_configs: [ { targets: [ '127.0.0.1:\(alertmanager)' ] } ] } ] }
      scrape_configs:
      \(jobs.joined(separator: "\n"))
        - job_name: prometheus
          static_configs: [ { targets: [ '127.0.0.1:\(prometheus)' ] } ]

      """
  }

  private func write(_ name: String, _ text: String) throws {
    try FileSystem.write(Array(text.utf8), to: "\(root)/\(name)", mode: 0o644, durability: .none)
  }

  /// Returns the version that a program prints: `prometheus, version 2.42.0+ds (…)`.
  private func version(_ program: String) -> String {
    let ending = SupervisedProcess(
      arguments: [program, "--version"], environment: environment, folder: "/", readable: ["/"],
      writable: ["/dev/null"], timeout: 20_000, grace: 500, outputBound: 1 << 16, fileBound: 1 << 16
    ).run()
    let words = String(decoding: ending.output + ending.errors, as: UTF8.self).split { $0 == " " || $0 == "\n" }
    return words.firstIndex(of: "version").flatMap { words.dropFirst($0 + 1).first }.map(String.init) ?? "unknown"
  }
}
