import GitObjects
import PlanJudge
import PlanModel
public import StrictJSON

/// A report of attestations and whether they count.
public struct AttestationReport {
  /// One attestation.
  public struct Line {
    let path: String
    let criterion: String?
    let key: String?
    let at: Int64?
    let until: Int64?
    let fault: String?
    let note: String?
    /// True if it is malformed, or its signature is false.
    public let isRefused: Bool

    /// - Parameters:
    ///   - criterion: the criterion that it covers, such as `M-04/replay`; nil if none.
    ///   - key: the key that signed it, or that it names; nil if unsigned.
    ///   - at: the moment of the check, in milliseconds since 1970.
    ///   - until: the moment at which it lapses; nil if never.
    ///   - fault: the reason why it does not count; nil if it counts.
    public init(
      path: String, criterion: String?, key: String?, at: Int64?, until: Int64?, fault: String?, note: String? = nil,
      isRefused: Bool
    ) {
      (self.path, self.criterion, self.key, self.at, self.until) = (path, criterion, key, at, until)
      (self.fault, self.note, self.isRefused) = (fault, note, isRefused)
    }
  }

  private let commit: String?
  private let lines: [Line]

  /// - Parameter commit: the commit of the attestations; nil if there are none.
  public init(commit: String?, _ lines: [Line]) { (self.commit, self.lines) = (commit, lines) }

  /// Returns the reason in words why an attestation does not count.
  static func words(_ fault: String) -> String {
    switch fault {
    case "malformed": "malformed"
    case "unsigned": "not signed"
    case "unknown-key": "no key of ssot/policies/attestations.json"
    case "bad-signature": "the signature is false"
    case "key-out-of-date": "the key is past its days"
    case "other-criterion": "the key may not renew this criterion"
    case "other-check": "no criterion has this check"
    case "other-inputs": "the inputs are others now"
    case "not-passed": "the check did not pass"
    case "lapsed": "past its days"
    case "future": "dated in the future"
    default: fault
    }
  }

  /// Renders the report for a terminal.
  public func text(width: Int, _ style: Style) -> String {
    guard let commit else { return "There are no attestations here: readiness check --attest makes some." }
    guard !lines.isEmpty else { return "No attestation at \(commit.prefix(12)) is about a check of this plan." }
    var out: [String] = []
    for line in lines {
      let answer = line.fault.map { style(Self.words($0), line.isRefused ? .bad : .warn) } ?? style("counts", .good)
      let key = line.key.map { "by \($0)" } ?? "unsigned"
      let at = line.at.map { ", \(Timestamp.text(millisecondsSince1970: $0).prefix(16))Z" } ?? ""
      let until = line.until.map { ", until \(Timestamp.text(millisecondsSince1970: $0).prefix(16))Z" } ?? ""
      let subject = line.criterion ?? String(line.path.suffix(140).prefix(26)) + "…"
      out.append("  \(subject.printable)  \(key.printable)\(at)\(until)  \(answer)")
      if let note = line.note { out.append("      \(note.printable)") }
    }
    return (out + ["", "Attestations at \(commit.prefix(12))."]).joined(separator: "\n")
  }

  /// The answer `attestations`: `commit`, `attestations[]` (`path, criterion?, key?, at?, until?, counts, reason?,
  /// message?`).
  public var json: JSONValue {
    func moment(_ at: Int64?) -> JSONValue? { at.map { .text(Timestamp.text(millisecondsSince1970: $0)) } }
    let entries = lines.map { line -> JSONValue in
      let optional: [(String, JSONValue?)] = [
        ("criterion", line.criterion.map { .text($0) }), ("key", line.key.map { .text($0) }), ("at", moment(line.at)),
        ("until", moment(line.until)), ("reason", line.fault.map { .text($0) }),
        ("message", line.note.map { .text($0) }),
      ]
      return JSONValue(
        .object(
          [JSONMember("path", .text(line.path)), JSONMember("counts", JSONValue(.bool(line.fault == nil)))]
            + optional.compactMap { name, value in value.map { JSONMember(name, $0) } }))
    }
    return Envelope.json(
      "attestations",
      [
        JSONMember("commit", commit.map { .text($0) } ?? nil), JSONMember("attestations", JSONValue(.array(entries))),
      ])
  }
}

/// Renewals in words and for programs, in the wording that all reports share.
enum RenewalText {
  /// Returns one renewal on a line: `M-04/replay renewed by attestation of ci-key, 2 h ago`.
  static func line(_ renewal: Renewal, of id: MilestoneID, now: Int64?) -> String {
    let age = now.map { ", \(Self.age($0 - renewal.at)) ago" } ?? ""
    return "\(id)/\(renewal.criterion) renewed by attestation of \(renewal.key)\(age)"
  }

  private static func age(_ milliseconds: Int64) -> String {
    let minutes = max(0, milliseconds) / 60_000
    return minutes < 120 ? "\(minutes) min" : minutes < 2_880 ? "\(minutes / 60) h" : "\(minutes / 1_440) days"
  }

  /// Returns each renewal with the commit and path that it was read from, so that the answer can be repeated.
  static func json(_ renewals: [(milestone: MilestoneID, renewal: Renewal)]) -> JSONValue {
    JSONValue(
      .array(
        renewals.map { id, renewal in
          [
            "milestone": .text(id.text), "criterion": .text(renewal.criterion), "key": .text(renewal.key),
            "at": .text(Timestamp.text(millisecondsSince1970: renewal.at)),
            "commit": .text(renewal.commit.description), "path": .text(renewal.path),
          ]
        }))
  }
}
