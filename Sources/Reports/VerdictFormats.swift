public import PlanModel
public import StrictJSON

/// A verdict in the formats that other programs show to people.
public enum VerdictFormats {
  /// Returns SARIF 2.1.0 (OASIS): a result for each finding, a rule for each code.
  public static func sarif(_ findings: [Finding], version: String) -> JSONValue {
    let codes = Set(findings.map(\.code)).sorted { $0.id < $1.id }
    let rules = codes.map { code -> JSONValue in
      [
        "id": .text(code.id), "shortDescription": ["text": .text(code.meaning)],
        "help": ["text": .text(code.remedy)],
      ]
    }
    let results = findings.map { finding -> JSONValue in
      var members = [
        JSONMember("ruleId", .text(finding.code.id)),
        JSONMember("ruleIndex", .int(codes.firstIndex(of: finding.code) ?? 0)),
        JSONMember("level", .text(finding.severity.rawValue)),
        JSONMember("message", ["text": .text(sarifText("\(place(finding))\(finding.message) \(finding.hint)"))]),
      ]
      // A result without a file is not shown, so a finding about a message points at the plan.
      let region: JSONValue = ["startLine": .int(finding.line ?? 1)]
      members.append(
        JSONMember(
          "locations",
          [
            [
              "physicalLocation": [
                "artifactLocation": ["uri": .text(uri(finding.path ?? PlanPaths.plan)), "uriBaseId": "%SRCROOT%"],
                "region": region,
              ]
            ]
          ]))
      return JSONValue(.object(members))
    }
    return [
      "$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0",
      "runs": [
        [
          "tool": ["driver": ["name": "readiness", "version": .text(version), "rules": JSONValue(.array(rules))]],
          "results": JSONValue(.array(results)),
        ]
      ],
    ]
  }

  /// Returns JUnit's XML in the form that its readers agree on: a case for each run, and for each finding of no run.
  public static func junit(_ runs: [RunLine], _ findings: [Finding]) -> String {
    var cases: [String] = []
    var told = Set<Int>()
    for run in runs {
      let own = findings.indices.filter { findings[$0].commit == run.commit }
      told.formUnion(own)
      let name = run.summary + " (" + (run.id.map { "run \($0.prefix(12))" } ?? "no stamp") + ")"
      cases.append(testCase(name, in: run.commit, own.map { findings[$0] }))
    }
    for index in findings.indices where !told.contains(index) {
      let finding = findings[index]
      cases.append(testCase(finding.code.id, in: finding.commit ?? "plan", [finding]))
    }
    let failures = cases.count { $0.contains("<failure") }
    return """
      <?xml version="1.0" encoding="UTF-8"?>
      <testsuites tests="\(cases.count)" failures="\(failures)">
        <testsuite name="readiness" tests="\(cases.count)" failures="\(failures)" errors="0" skipped="0">
      \(cases.joined(separator: "\n"))
        </testsuite>
      </testsuites>
      """
  }

  private static func testCase(_ name: String, in commit: String, _ findings: [Finding]) -> String {
    let head = "    <testcase classname=\"commit \(commit.prefix(12))\" name=\"\(XMLText.line(name))\""
    let errors = findings.filter { $0.severity == .error }
    let others = findings.filter { $0.severity != .error }
    if findings.isEmpty { return head + "/>" }
    var lines = [head + ">"]
    if let first = errors.first {
      let body = XMLText.lines(errors.flatMap { ["\($0.code.id): \(place($0))\($0.message)", "-> \($0.hint)"] })
      lines.append(
        "      <failure type=\"\(first.code.id)\" message=\"\(XMLText.line(first.message))\">\(body)</failure>")
    }
    if !others.isEmpty {
      lines.append("      <system-out>\(XMLText.lines(others.map { "\($0.code.id): \($0.message)" }))</system-out>")
    }
    return (lines + ["    </testcase>"]).joined(separator: "\n")
  }

  /// Returns GitHub's workflow commands. A step shows about ten of a kind, so the rest is counted.
  public static func github(_ findings: [Finding]) -> String {
    var lines: [String] = []
    for severity in Finding.Severity.allCases {
      let all = findings.filter { $0.severity == severity }
      let shown = all.count > 10 ? 9 : all.count
      for finding in all.prefix(shown) {
        var parameters = ["title=\(WorkflowCommandText.property("readiness: \(finding.code.id)"))"]
        if let path = finding.path { parameters.append("file=\(WorkflowCommandText.property(path))") }
        if let line = finding.line, finding.path != nil { parameters.append("line=\(line)") }
        let commit = finding.commit.map { " (commit \($0.prefix(12)))" } ?? ""
        let message = WorkflowCommandText.message(finding.message + commit, "-> " + finding.hint)
        lines.append("::\(severity.command) \(parameters.joined(separator: ","))::\(message)")
      }
      if all.count > shown {
        lines.append("::\(severity.command) title=readiness::\(all.count - shown) more: readiness verify")
      }
    }
    return lines.joined(separator: "\n")
  }

  /// Returns GitLab's Code Quality report: an array of issues, which a merge request shows next to the lines.
  public static func codeQuality(_ findings: [Finding]) -> JSONValue {
    let issues = findings.map { finding -> JSONValue in
      let path = finding.path ?? PlanPaths.plan
      let severity =
        switch finding.severity {
        case .error: "blocker"
        case .warning: "minor"
        case .note: "info"
        }
      let identity = [finding.code.id, path, finding.message, finding.commit ?? ""].joined(separator: "\n")
      let lines = JSONValue(.object([JSONMember("begin", .int(finding.line ?? 1))]))
      return JSONValue(
        .object([
          JSONMember("description", .text((finding.message + " -> " + finding.hint).printable)),
          JSONMember("check_name", .text(finding.code.id)),
          JSONMember("fingerprint", .text(Digest(of: Array(identity.utf8)).hex)),
          JSONMember("severity", .text(severity)),
          JSONMember(
            "location", JSONValue(.object([JSONMember("path", .text(path.printable)), JSONMember("lines", lines)]))),
        ]))
    }
    return JSONValue(.array(issues))
  }

  private static func place(_ finding: Finding) -> String {
    finding.path.map { $0 + (finding.line.map { ":\($0)" } ?? "") + ": " } ?? ""
  }

  /// Returns a plain text message. It escapes `[text](target)`, which would be a link (SARIF 2.1.0, section 3.11.6).
  private static func sarifText(_ text: String) -> String {
    let shown = text.printable
    return shown.contains("](") ? shown.replacing("[", with: "\\[").replacing("]", with: "\\]") : shown
  }

  /// Returns a path as a relative URI reference (RFC 3986, section 4.2).
  private static func uri(_ path: String) -> String {
    path.utf8.reduce(into: "") { out, byte in
      let scalar = Unicode.Scalar(byte)
      if byte < 0x80,
        scalar.properties.isAlphabetic || scalar.properties.numericType != nil
          || "-._~/".unicodeScalars.contains(scalar)
      {
        out.unicodeScalars.append(scalar)
      } else {
        out += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
      }
    }
  }
}

extension RunLine {
  /// The changes of the run, on a line.
  var summary: String {
    var parts = run.transitions.map { "\($0.milestone): \($0.words)" }
    parts += run.edits.map { "\($0.milestone?.text ?? "plan") edited" }
    if run.policyChange != nil { parts.append("policy changed") }
    if heals { parts = ["heals \(parts.count) change\(parts.count == 1 ? "" : "s") of earlier commits"] }
    return parts.joined(separator: ", ")
  }
}

extension Finding.Severity {
  /// The workflow command of GitHub for the severity.
  fileprivate var command: String { self == .note ? "notice" : rawValue }
}
