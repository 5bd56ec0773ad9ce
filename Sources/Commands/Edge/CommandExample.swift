import ArgumentParser

/// One line for each command that a person can type unchanged, shown below its help.
enum CommandExample {
  /// Returns the example of a command, for its help.
  /// - Parameter words: the words typed after `readiness`.
  /// - Returns: nil if they name no command with an example.
  static func line(for words: [String]) -> String? {
    var commands = Root.configuration.groupedSubcommands.flatMap(\.subcommands)
    var path: [String] = []
    for word in words where word != "help" || !path.isEmpty {
      guard let found = commands.first(where: { $0._commandName == word }) else { continue }
      path.append(word)
      commands = found.configuration.subcommands
      if commands.isEmpty { break }
    }
    let name = path.joined(separator: " ")
    return all[name].map { "EXAMPLE: readiness \(name)" + ($0.isEmpty ? "" : " \($0)") }
  }

  /// The words after the name, by command.
  static let all: [String: String] = [
    "demo": "tdd",
    "init": "--commit",
    "import": "plan.csv --dry-run",
    "export": "--format csv",
    "install": "",
    "uninstall": "",
    "status": "--owner me --state in-progress",
    "show": "M-04",
    "next": "",
    "blocked": "M-04",
    "order": "",
    "matrix": "",
    "graph": "--format svg",
    "gate": "release",
    "why-not": "release",
    "start": "M-04 --owner me",
    "submit": "M-04 --evidence doc/replay.md",
    "move": "M-04 done",
    "block": "M-04 \"the test cluster is down\" --commit",
    "unblock": "M-04 --commit",
    "approve": "M-04 --sign",
    "add":
      "M-13 --workstream Backups --outcome \"A restore is rehearsed\" --criterion \"The rehearsal is recorded\" --commit",
    "set": "M-04 target 2026-12-31 --commit",
    "criteria": "M-04 1 --evidence doc/replay.md --commit",
    "risk": "add M-04 \"the vendor may be late\" --severity high --commit",
    "risk add": "M-04 \"the vendor may be late\" --severity high --commit",
    "risk close": "M-04 R1 --as mitigated --commit",
    "retire": "M-04 --commit",
    "fmt": "--check",
    "check": "M-04",
    "attestations": "",
    "attest": "verify statement.dsse.json --key release.pub.pem",
    "attest sign": "statement.json",
    "attest verify": "statement.dsse.json --key release.pub.pem",
    "attest drill": "ops/drills/2026-11-29.json",
    "attest sbom": "sbom.cdx.json readiness",
    "trust": "M-04 --dry-run",
    "config": "show refactor",
    "config show": "refactor",
    "config check": "",
    "slo": "check",
    "slo check": "",
    "slo list": "",
    "slo show": "checkout-availability",
    "slo rules": "--output rules",
    "slo capture": "checkout-availability --endpoint https://prometheus.example.com",
    "sync": "origin",
    "deliver": "",
    "dlq": "list",
    "dlq list": "",
    "dlq show": "audit",
    "dlq retry": "audit",
    "dlq drop": "audit --all",
    "restamp": "origin/main..HEAD",
    "heal": "-m \"a squash lost its stamp\"",
    "bypass": "list",
    "bypass list": "",
    "bypass close": "1",
    "merge-driver": "base ours theirs",
    "log": "M-04 --since 2026-01-01",
    "diff": "v1.0..HEAD",
    "weekly": "--week 2026-W47",
    "verify": "origin/main..HEAD",
    "replay": "--at HEAD~10",
    "reproduce": "M-04",
    "provenance": "M-04",
    "backfill": "",
    "metrics": "--textfile /var/lib/prometheus/node-exporter/readiness.prom",
    "alerts": "list",
    "alerts list": "",
    "alerts rules": "--output ops/prometheus",
    "alerts test": "",
    "alerts drill": "--record drill.json",
    "dashboard": "export fleet",
    "dashboard export": "fleet --output fleet.json",
    "telemetry": "status",
    "telemetry status": "",
    "telemetry flush": "",
    "trace": "3f5c1a2b9d04",
    "doctor": "--fix",
    "explain": "unmet-dependency",
    "version": "--json",
    "completions": "bash",
    "manual": "",
  ]
}
