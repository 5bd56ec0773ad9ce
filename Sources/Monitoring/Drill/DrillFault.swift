import PlanModel
import StrictJSON
import Telemetry
import ReadinessSystem

/// A fault for one alert: its injection and its repair. Nothing is simulated: git and this program write the commits,
/// evidence, waivers, deliveries and records.
struct DrillFault: Sendable {
  /// The alert's name.
  let alert: String
  /// The fault, in a few words.
  let text: String
  /// Puts the repository into a state in which the alert is quiet, and collects metrics.
  let prepare: @Sendable (DrillRepository) throws -> Void
  /// Injects the fault, and collects metrics.
  let inject: @Sendable (DrillRepository) throws -> Void
  /// Repairs the fault, and collects metrics.
  let repair: @Sendable (DrillRepository) throws -> Void

  /// The name of its repository.
  var repository: String { alert.lowercased() }

  /// The faults of all alerts, in the order of the playbook.
  static func all(_ policy: AlertPolicy, _ receiver: DrillReceiver) -> [DrillFault] {
    [
      verifyFailing, gateFlipped, promotionStuck, suspectTooLong(policy), evidenceLapses(policy), waiverEnds(policy),
      deadLetters(receiver), deliveryBehind, collectorStale(policy),
    ]
  }

  private static var now: Int64 { Machine.millisecondsSince1970() / 1000 }

  private static func moment(_ seconds: Int64) -> String { Timestamp.text(millisecondsSince1970: seconds * 1000) }

  private static let verifyFailing = DrillFault(
    alert: "ReadinessVerifyFailing", text: "a commit made by plumbing, without a stamp",
    prepare: { try $0.collect("--verify") },
    inject: { repository in
      let file = ".readiness/D-1.json"
      try repository.write(file, repository.read(file).replacing("It is shown", with: "It is said"))
      try repository.git("add", "-A")
      let tree = try repository.git("write-tree")
      try repository.git("update-ref", "HEAD", repository.git("commit-tree", tree, "-p", "HEAD", "-m", "edited"))
      try repository.collect("--verify")
    },
    repair: { repository in
      try repository.readiness("heal")
      try repository.collect("--verify")
    })

  private static let gateFlipped = DrillFault(
    alert: "ReadinessGateFlipped", text: "a finished milestone reopened",
    prepare: { repository in
      try repository.finish()
      try repository.collect()
    },
    inject: { repository in
      try repository.readiness("move", "D-1", "in-progress", "-m", "reopened")
      try repository.collect()
    },
    repair: { repository in
      try repository.readiness("move", "D-1", "in-review")
      try repository.readiness("move", "D-1", "done")
      try repository.collect()
    })

  private static let promotionStuck = DrillFault(
    alert: "ReadinessPromotionStuck", text: "a promotion whose deadline is past",
    prepare: { try $0.collect() },
    inject: { try record($0, phase: "held") },
    repair: { try record($0, phase: "aborted") })

  /// Writes the record of a stage with plumbing commands.
  private static func record(_ repository: DrillRepository, phase: String) throws {
    let digest = "sha256:" + String(repeating: "0", count: 64)
    let json: JSONValue = [
      "version": 1, "kind": "promotion", "stage": "production", "phase": .text(phase),
      "artifact": ["name": "drill", "digest": .text(digest)], "baseline": ["digest": "none"], "weight": 10, "step": 0,
      "at": .text(moment(now - 7_200)), "deadline": .text(moment(now - 3_600)),
    ]
    let listing = repository.path(".git/drill-tree")
    try repository.write(".git/drill-record", String(decoding: json.layoutBytes, as: UTF8.self))
    let blob = try repository.git("hash-object", "-w", ".git/drill-record")
    try repository.write(".git/drill-tree", "100644 blob \(blob)\tpromotion.json\n")
    let tree = try repository.git("mktree", input: listing)
    try repository.git(
      "update-ref", "refs/heads/env/production", repository.git("commit-tree", tree, "-m", "production: drill"))
    try repository.collect()
  }

  private static func suspectTooLong(_ policy: AlertPolicy) -> DrillFault {
    DrillFault(
      alert: "ReadinessSuspectTooLong", text: "an evidence file changed \(policy.suspectDays + 1) days ago",
      prepare: { repository in
        try repository.finish()
        try repository.collect()
      },
      inject: { repository in
        try repository.write("proof.txt", "as it is now\n")
        try repository.commit("another proof", date: now - Int64(policy.suspectDays + 1) * 86_400)
        try repository.collect()
      },
      repair: { repository in
        try repository.readiness("criteria", "D-1", "1", "--evidence", "proof.txt", "--commit", "-m", "looked at again")
        try repository.collect()
      })
  }

  private static func evidenceLapses(_ policy: AlertPolicy) -> DrillFault {
    let far = policy.evidenceDays + 30
    return DrillFault(
      alert: "ReadinessEvidenceLapses", text: "evidence of a check that is valid for a day",
      prepare: { try check($0, validFor: far, isFirst: true) },
      inject: { try check($0, validFor: 1) },
      repair: { try check($0, validFor: far) })
  }

  private static func check(_ repository: DrillRepository, validFor days: Int, isFirst: Bool = false) throws {
    let definition =
      #"{ "command": ["true"], "profile": "tdd", "inputs": ["proof.txt"], "validFor": \#(days) }"#
    try repository.run(["readiness", "move", "D-1", "in-progress"] + (isFirst ? [] : ["-m", "checked again"]))
    try repository.readiness("criteria", "D-1", "1", "--check", definition, "--commit", "-m", "a check")
    try repository.readiness("trust", "D-1")
    try repository.readiness("check", "D-1")
    try repository.readiness("move", "D-1", "in-review")
    try repository.collect()
  }

  private static func waiverEnds(_ policy: AlertPolicy) -> DrillFault {
    // A waiver ends with its day, so one until tomorrow ends within two days.
    let near = policy.waiverDays > 1 ? 1 : 0
    return DrillFault(
      alert: "ReadinessWaiverEnds", text: "a waiver until \(near == 1 ? "tomorrow" : "today")",
      prepare: { try waive($0, days: policy.waiverDays + 30) }, inject: { try waive($0, days: near) },
      repair: { try waive($0, days: policy.waiverDays + 30) })
  }

  private static func waive(_ repository: DrillRepository, days: Int) throws {
    let day = moment(now + Int64(days) * 86_400).prefix(10)
    try repository.readiness(
      "criteria", "D-1", "1", "--waive", String(day), "--reason", "a drill", "--commit", "-m", "a waiver")
    try repository.collect()
  }

  private static func deadLetters(_ receiver: DrillReceiver) -> DrillFault {
    DrillFault(
      alert: "ReadinessDeadLetters", text: "a sink that answers 503",
      prepare: { repository in
        try sink(repository, #"{ "kind": "webhook", "url": "http://127.0.0.1:\#(receiver.server.port)/sink" }"#)
      },
      inject: { repository in
        receiver.setSink(fails: true)
        try repository.readiness("move", "D-1", "in-progress")
        try repository.run(["readiness", "deliver"], exits: [1])
        try repository.collect()
      },
      repair: { repository in
        receiver.setSink(fails: false)
        try repository.readiness("dlq", "retry")
        try repository.collect()
      })
  }

  private static let deliveryBehind = DrillFault(
    alert: "ReadinessDeliveryBehind", text: "a run that was delivered to no sink",
    prepare: { try sink($0, #"{ "kind": "file", "path": ".git/events" }"#) },
    inject: { repository in
      try repository.readiness("move", "D-1", "in-progress")
      try repository.collect()
    },
    repair: { repository in
      try repository.readiness("deliver")
      try repository.collect()
    })

  /// Adds a sink to a repository, and delivers all runs to it.
  private static func sink(_ repository: DrillRepository, _ sink: String) throws {
    try repository.write("ssot/policies/sinks.json", #"{ "version": 1, "sinks": { "drill": \#(sink) } }"#)
    try repository.write(
      "ssot/runtime.config.json",
      #"{ "version": 1, "profiles": { "delivery": { "retry": { "attempts": 2, "firstDelayMilliseconds": 10 } } } }"#)
    try repository.commit("a sink")
    try repository.readiness("trust", "--sinks")
    try repository.readiness("deliver")
    try repository.collect()
  }

  private static func collectorStale(_ policy: AlertPolicy) -> DrillFault {
    let age = Int64(policy.collectorMinutes) * 60 + 300
    return DrillFault(
      alert: "ReadinessCollectorStale", text: "metrics that were collected \(age / 60) minutes ago",
      prepare: { try $0.collect() },
      inject: { repository in
        try repository.collect("--now", moment(now - age))
        repository.age(seconds: age)
      },
      repair: { try $0.collect() })
  }
}
