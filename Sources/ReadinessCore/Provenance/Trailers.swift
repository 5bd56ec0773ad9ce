/// The keys of a block, in the order that the contract gives them (section 3).
enum TrailerKey: String, CaseIterable {
  case heals = "Readiness-Heals"
  case run = "Readiness-Run"
  case at = "Readiness-At"
  case actor = "Readiness-Actor"
  case policy = "Readiness-Policy"
  case transition = "Readiness-Transition"
  case edit = "Readiness-Edit"
  case evidence = "Readiness-Evidence"
  case waive = "Readiness-Waive"
  case policyChange = "Readiness-Policy-Change"
  case reason = "Readiness-Reason"
  case signature = "Readiness-Signature"

  var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
  var mayRepeat: Bool { [.transition, .edit, .evidence, .waive].contains(self) }

  /// The key of a text in any case, for saying what was probably meant.
  static func meant(by text: some StringProtocol) -> TrailerKey? {
    allCases.first { $0.rawValue.lowercased() == text.lowercased() }
  }
}

/// A block of trailers as it stands in a message.
public struct StampBlock: Sendable {
  /// The lines of the block in the message, from 0, half open.
  public let lines: Range<Int>
  /// The run that the block tells; nil where it is not written as stamps are.
  public let run: Run?
  /// The run ID that the block claims.
  public let claimedID: Digest?
  /// True where the block records what ancestors changed without a stamp.
  public let heals: Bool
  /// What is wrong with the writing, with the line from 1.
  public let fault: (message: String, line: Int)?
}

/// The writing of blocks, both ways.
public enum Trailers {
  /// The block of a run, one trailer a line, no newline at the end.
  /// - Parameter heals: true where the run records what ancestors changed without a stamp.
  public static func render(_ run: Run, plan: String?, heals: Bool = false) -> String {
    render(run, id: run.id(plan: plan).hex, heals: heals)
  }

  /// The block of a run whose ID is known.
  public static func render(_ run: Run, id: String, heals: Bool) -> String {
    func text(_ digest: Digest?) -> String { digest?.tagged ?? "none" }
    var lines = heals ? ["Readiness-Heals: yes"] : []
    lines += [
      "Readiness-Run: \(id)", "Readiness-At: \(run.at)", "Readiness-Actor: \(run.actor)",
      "Readiness-Policy: \(run.policy.tagged)",
    ]
    for t in run.transitions {
      lines.append(
        "Readiness-Transition: \(t.milestone) \"\(t.from ?? "none")\" -> \"\(t.to ?? "none")\" \(text(t.before)) \(text(t.after))"
      )
    }
    for e in run.edits {
      lines.append("Readiness-Edit: \(e.milestone?.text ?? "plan") \(text(e.before)) \(text(e.after))")
    }
    for e in run.evidence { lines.append("Readiness-Evidence: \(e.milestone)/\(e.criterion) \(e.digest.tagged)") }
    for w in run.waives { lines.append("Readiness-Waive: \(w.milestone) \(w.code) until \(w.until)") }
    if let change = run.policyChange {
      lines.append("Readiness-Policy-Change: \(text(change.before)) \(change.after.tagged)")
    }
    if let reason = run.reason { lines.append("Readiness-Reason: \(reason)") }
    if let signature = run.signature { lines.append("Readiness-Signature: \(signature)") }
    return lines.joined(separator: "\n")
  }

  /// The blocks of a message, in order. O(message). Indented and quoted text is no block.
  public static func blocks(in message: String) -> [StampBlock] {
    guard mayHoldBlock(message) else { return [] }
    let lines = message.split(separator: "\n", omittingEmptySubsequences: false)
    var blocks: [StampBlock] = []
    var at = 0
    while at < lines.count {
      guard key(of: lines[at]) != nil else {
        at += 1
        continue
      }
      let start = at
      while at < lines.count, key(of: lines[at]) != nil { at += 1 }
      var reader = BlockReader(lines: lines[start..<at])
      if let block = reader.read() { blocks.append(block) }
    }
    return blocks
  }

  /// False where no line can begin a block: the cheap test before the message is split.
  private static func mayHoldBlock(_ message: String) -> Bool {
    var matched = 0
    let wanted = Array("readiness-".utf8)
    var atLineStart = true
    for byte in message.utf8 {
      if atLineStart || matched > 0 {
        let folded = (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
        if folded == wanted[matched] {
          matched += 1
          if matched == wanted.count { return true }
        } else {
          matched = 0
        }
      }
      atLineStart = byte == 0x0A
    }
    return false
  }

  /// The key of a line `(?i)^readiness-[a-z-]+:`, else nil.
  static func key(of line: Substring) -> Substring? {
    guard line.utf8.count > 11, let colon = line.utf8.firstIndex(of: UInt8(ascii: ":")) else { return nil }
    let key = line[..<colon]
    guard key.utf8.count > 10, key.prefix(10).lowercased() == "readiness-" else { return nil }
    let rest = key.utf8.dropFirst(10)
    guard rest.allSatisfy({ ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A || $0 == UInt8(ascii: "-") }) else { return nil }
    return key
  }
}

/// Reads one run of consecutive trailer lines.
private struct BlockReader {
  let lines: ArraySlice<Substring>
  private var run = Run(
    at: "", actor: Identity(name: "", email: ""), policy: PolicySnapshot.absentDigest)
  private var claimed: Digest?
  private var heals = false

  init(lines: ArraySlice<Substring>) { self.lines = lines }

  /// Nil where the lines are prose that only looks alike, such as `Readiness-wise: fine`.
  mutating func read() -> StampBlock? {
    guard let first = lines.first, let firstKey = Trailers.key(of: first) else { return nil }
    if TrailerKey(rawValue: String(firstKey)) != .run, TrailerKey(rawValue: String(firstKey)) != .heals {
      guard lines.contains(where: { TrailerKey.meant(by: Trailers.key(of: $0) ?? "") != nil }) else { return nil }
      return faulty("A block begins with Readiness-Run, written exactly so.", lines.startIndex)
    }
    var last = -1
    for (index, line) in zip(lines.indices, lines) {
      let name = Trailers.key(of: line) ?? ""
      guard let key = TrailerKey(rawValue: String(name)) else {
        let meant = TrailerKey.meant(by: name).map { " It is written \($0.rawValue)." } ?? ""
        return faulty("\"\(name)\" is no key of a stamp.\(meant)", index)
      }
      if key.rank < last || (key.rank == last && !key.mayRepeat) {
        return faulty("\"\(name)\" stands twice or out of its order.", index)
      }
      last = key.rank
      let rest = line[name.endIndex...].dropFirst()
      // Git's own parser trims values, so a value with space at an end would read differently there.
      guard rest.hasPrefix(" "), rest.dropFirst().first?.isWhitespace == false, rest.last?.isWhitespace == false,
        rest.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control })
      else { return faulty("The value of \"\(name)\" should be one space and one line of text.", index) }
      guard take(key, String(rest.dropFirst())) else {
        return faulty("The value of \"\(name)\" is not written as stamps are.", index)
      }
    }
    guard claimed != nil, !run.at.isEmpty, !run.actor.email.isEmpty else {
      return faulty("A stamp needs Readiness-Run, -At, -Actor and -Policy.", lines.startIndex)
    }
    guard heals ? run == run.sortedForHealing : run.isSorted else {
      return faulty("The lines of the stamp are not in their order, or repeat.", lines.startIndex)
    }
    guard !heals || run.reason != nil else {
      return faulty("A stamp that heals has a Readiness-Reason.", lines.startIndex)
    }
    return StampBlock(
      lines: lines.startIndex..<lines.endIndex, run: run, claimedID: claimed, heals: heals, fault: nil)
  }

  private func faulty(_ message: String, _ index: Int) -> StampBlock {
    StampBlock(
      lines: lines.startIndex..<lines.endIndex, run: nil, claimedID: claimed, heals: heals,
      fault: (message, index + 1))
  }

  private mutating func take(_ key: TrailerKey, _ value: String) -> Bool {
    switch key {
    case .heals:
      heals = true
      return value == "yes"
    case .run:
      claimed = Digest(hex: value)
      return claimed != nil
    case .at:
      run.at = value
      return Timestamp.isWellFormed(value)
    case .actor:
      guard let actor = Identity(value), !actor.email.isEmpty else { return false }
      run.actor = actor
      return true
    case .policy:
      guard let digest = Digest(tagged: value) else { return false }
      run.policy = digest
      return true
    case .transition: return takeTransition(value)
    case .edit:
      let parts = value.split(separator: " ", omittingEmptySubsequences: false)
      guard parts.count == 3, let before = optionalDigest(parts[1]), let after = optionalDigest(parts[2]) else {
        return false
      }
      let id = MilestoneID(String(parts[0]))
      guard id.isValid || parts[0] == "plan" else { return false }
      run.edits.append(Run.Edit(milestone: id.isValid ? id : nil, before: before, after: after))
      return true
    case .evidence:
      let parts = value.split(separator: " ", omittingEmptySubsequences: false)
      guard parts.count == 2, let digest = Digest(tagged: parts[1]),
        let slash = parts[0].firstIndex(of: "/")
      else { return false }
      let id = MilestoneID(String(parts[0][..<slash]))
      let criterion = String(parts[0][parts[0].index(after: slash)...])
      guard id.isValid, ExitCriterion.isValid(id: criterion) else { return false }
      run.evidence.append(Run.EvidenceAdded(milestone: id, criterion: criterion, digest: digest))
      return true
    case .waive:
      let parts = value.split(separator: " ", omittingEmptySubsequences: false)
      guard parts.count == 4, parts[2] == "until" else { return false }
      let id = MilestoneID(String(parts[0]))
      guard id.isValid, Timestamp.isDate(parts[3]) else { return false }
      run.waives.append(Run.Waive(milestone: id, code: String(parts[1]), until: String(parts[3])))
      return true
    case .policyChange:
      let parts = value.split(separator: " ", omittingEmptySubsequences: false)
      guard parts.count == 2, let before = optionalDigest(parts[0]), let after = Digest(tagged: parts[1]) else {
        return false
      }
      run.policyChange = Run.PolicyChange(before: before, after: after)
      return true
    case .reason:
      run.reason = value
      return true
    case .signature:
      run.signature = value
      return true
    }
  }

  /// `ID "from" -> "to" before after`.
  private mutating func takeTransition(_ value: String) -> Bool {
    let quoted = value.split(separator: "\"", omittingEmptySubsequences: false)
    guard quoted.count == 5, quoted[0].hasSuffix(" "), quoted[2] == " -> ", quoted[4].hasPrefix(" ") else {
      return false
    }
    let digests = quoted[4].dropFirst().split(separator: " ", omittingEmptySubsequences: false)
    guard digests.count == 2, let before = optionalDigest(digests[0]), let after = optionalDigest(digests[1]) else {
      return false
    }
    let id = MilestoneID(String(quoted[0].dropLast()))
    let from = String(quoted[1])
    let to = String(quoted[3])
    guard id.isValid, !from.isEmpty, !to.isEmpty else { return false }
    run.transitions.append(
      Run.Transition(
        milestone: id, from: from == "none" ? nil : from, to: to == "none" ? nil : to, before: before, after: after))
    return true
  }

  /// A digest, or `none`; the outer optional is nil where the text is neither.
  private func optionalDigest(_ text: Substring) -> Digest?? {
    if text == "none" { return .some(nil) }
    return Digest(tagged: text).map { .some($0) }
  }
}

extension Run {
  /// Each kind in the order that the contract gives, nothing twice (evidence may repeat: it is a multiset).
  fileprivate var isSorted: Bool {
    let edited = edits.compactMap(\.milestone)
    let planIsLast = edits.firstIndex { $0.milestone == nil }.map { $0 == edits.count - 1 } ?? true
    let ids = transitions.map(\.milestone) + edited
    return strictlyAscends(transitions.map(\.milestone)) && strictlyAscends(edited) && planIsLast
      && Set(ids).count == ids.count
      && !zip(evidence, evidence.dropFirst()).contains { $1.precedes($0) }
  }

  /// A run that heals may name a milestone several times: by milestone, then digests, nothing twice.
  var sortedForHealing: Run {
    func key(_ before: Digest?, _ after: Digest?) -> String { "\(before?.tagged ?? "none") \(after?.tagged ?? "none")" }
    var run = self
    run.transitions = Array(Set(transitions)).sorted {
      if $0.milestone != $1.milestone { return $0.milestone < $1.milestone }
      return (key($0.before, $0.after), $0.from ?? "", $0.to ?? "")
        < (key($1.before, $1.after), $1.from ?? "", $1.to ?? "")
    }
    run.edits = Array(Set(edits)).sorted {
      switch ($0.milestone, $1.milestone) {
      case (let a?, let b?) where a != b: a < b
      case (_?, nil): true
      case (nil, _?): false
      default: key($0.before, $0.after) < key($1.before, $1.after)
      }
    }
    return run
  }

  private func strictlyAscends(_ ids: [MilestoneID]) -> Bool { zip(ids, ids.dropFirst()).allSatisfy { $0 < $1 } }
}

extension Run.EvidenceAdded {
  /// By milestone, criterion, digest.
  func precedes(_ other: Run.EvidenceAdded) -> Bool {
    if milestone != other.milestone { return milestone < other.milestone }
    return (criterion, digest.hex) < (other.criterion, other.digest.hex)
  }
}

/// Moments and days as stamps write them.
public enum Timestamp {
  /// `2026-11-22T19:00:00.123Z`, with numbers that a calendar has.
  public static func isWellFormed(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    guard bytes.count == 24, bytes[10] == UInt8(ascii: "T"), bytes[13] == UInt8(ascii: ":"),
      bytes[16] == UInt8(ascii: ":"), bytes[19] == UInt8(ascii: "."), bytes[23] == UInt8(ascii: "Z"),
      isDate(text.prefix(10)),
      let hour = number(bytes[11..<13]), let minute = number(bytes[14..<16]), let second = number(bytes[17..<19]),
      number(bytes[20..<23]) != nil
    else { return false }
    return hour < 24 && minute < 60 && second <= 60
  }

  /// `2026-11-22`, a day that the calendar has.
  public static func isDate(_ text: some StringProtocol) -> Bool {
    let bytes = Array(text.utf8)
    guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
      let year = number(bytes[0..<4]), let month = number(bytes[5..<7]), let day = number(bytes[8..<10]),
      (1...12).contains(month)
    else { return false }
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    return (1...lengths[month - 1]).contains(day)
  }

  /// Milliseconds since 1970 as a moment. Proleptic Gregorian, UTC.
  public static func text(millisecondsSince1970 total: Int64) -> String {
    let millis = Int(((total % 1000) + 1000) % 1000)
    let seconds = Int((total - Int64(millis)) / 1000)
    let ofDay = ((seconds % 86400) + 86400) % 86400
    let (year, month, day) = civil(fromDays: (seconds - ofDay) / 86400)
    func padded(_ value: Int, _ width: Int) -> String {
      let text = String(value)
      return String(repeating: "0", count: max(0, width - text.count)) + text
    }
    return
      "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))T\(padded(ofDay / 3600, 2)):\(padded(ofDay / 60 % 60, 2)):\(padded(ofDay % 60, 2)).\(padded(millis, 3))Z"
  }

  /// Howard Hinnant's `civil_from_days`.
  static func civil(fromDays days: Int) -> (Int, Int, Int) {
    let z = days + 719_468
    let era = (z >= 0 ? z : z - 146_096) / 146_097
    let dayOfEra = z - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * shifted + 2) / 5 + 1
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
    digits.reduce(Int?.some(0)) { sum, byte in
      guard let sum, (0x30...0x39).contains(byte) else { return nil }
      return sum * 10 + Int(byte - 0x30)
    }
  }
}
