import StrictJSON

/// A criterion that is let go for a while: who answers for that, why, who allowed it, and until when.
public struct Waiver: Sendable {
  /// Who answers for what the criterion would have shown.
  public let owner: String
  /// Why it is let go.
  public let reason: String
  /// The address of who allowed it; the commit that brings the waiver is theirs.
  public let approver: String
  /// The last day on which it holds, `2026-12-01`, in UTC.
  public let until: String
  /// Where it stands in its file, in bytes.
  public let offset: Int

  /// True where it holds at a moment, in milliseconds since 1970; nil is a moment that nobody knows.
  public func holds(at moment: Int64?) -> Bool {
    guard let moment else { return true }
    return Timestamp.text(millisecondsSince1970: moment).prefix(10) <= until
  }

  /// True where two say the same.
  package func isSame(as other: Waiver) -> Bool {
    owner.isExactly(other.owner) && reason.isExactly(other.reason) && approver.isExactly(other.approver)
      && until == other.until
  }
}

extension Waiver {
  init?(_ value: JSONValue, _ faults: FaultList) {
    let known: [StaticString] = ["owner", "reason", "approver", "until"]
    guard let reader = ObjectReader(value, "\"waiver\"", known: known, faults) else { return nil }
    let texts = known.map { reader.text($0) }
    offset = value.range.lowerBound
    guard let owner = texts[0], let reason = texts[1], let approver = texts[2], let until = texts[3] else { return nil }
    guard Timestamp.isDate(until) else {
      faults.add("\"until\" should be a day like 2026-12-01, not \"\(until)\".", at: value["until"] ?? value)
      return nil
    }
    self.owner = owner
    self.reason = reason
    self.approver = approver
    self.until = until
  }
}
