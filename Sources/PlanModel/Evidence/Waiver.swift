import StrictJSON

/// A temporary waiver of a criterion: the owner of the risk, the reason, the approver and the last day.
public struct Waiver: Sendable {
  /// The person who answers for the unmet criterion.
  public let owner: String
  /// The reason for the waiver.
  public let reason: String
  /// The address of the approver, who must author the commit that adds the waiver.
  public let approver: String
  /// The last day on which the waiver is valid, as `2026-12-01`, in UTC.
  public let until: String
  /// The offset in its file, in bytes.
  public let offset: Int

  /// Returns true if the waiver is valid at a time, in milliseconds since 1970; nil means that the time is unknown.
  public func holds(at moment: Int64?) -> Bool {
    guard let moment else { return true }
    return Timestamp.text(millisecondsSince1970: moment).prefix(10) <= until
  }

  /// Returns true if both waivers have the same content.
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
