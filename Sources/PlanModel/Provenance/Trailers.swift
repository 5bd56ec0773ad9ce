/// The keys of a block, in the contract's order (section 3).
package enum TrailerKey: String, CaseIterable {
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

  /// The position in a block.
  var rank: Int {
    switch self {
    case .heals: 0
    case .run: 1
    case .at: 2
    case .actor: 3
    case .policy: 4
    case .transition: 5
    case .edit: 6
    case .evidence: 7
    case .waive: 8
    case .policyChange: 9
    case .reason: 10
    case .signature: 11
    }
  }
  var mayRepeat: Bool { [.transition, .edit, .evidence, .waive].contains(self) }

  private static let bytes: [(key: TrailerKey, bytes: [UInt8])] = allCases.map { ($0, Array($0.rawValue.utf8)) }

  /// Returns the key with exactly this spelling.
  static func named(_ text: UnsafeBufferPointer<UInt8>) -> TrailerKey? {
    bytes.first { $0.bytes.count == text.count && $0.bytes.elementsEqual(text) }?.key
  }

  /// Returns the key with this spelling in any case, for hints.
  static func meant(by text: some StringProtocol) -> TrailerKey? {
    allCases.first { $0.rawValue.lowercased() == text.lowercased() }
  }
}

/// A block of trailers in a message.
public struct StampBlock: Sendable {
  /// The range of the block's lines in the message, from 0.
  public let lines: Range<Int>
  /// The run in the block; nil if the block is malformed.
  public let run: Run?
  /// The run ID that the block claims.
  public let claimedID: Digest?
  /// True if the block records ancestors' unstamped changes.
  public let heals: Bool
  /// The fault in the format, with its line from 1; nil if there is none.
  public let fault: (message: String, line: Int)?
}

/// The writer and reader of blocks.
public enum Trailers {
  /// Returns the block of a run, one trailer per line, without a trailing newline.
  /// - Parameter heals: true if the run records ancestors' unstamped changes.
  public static func render(_ run: Run, plan: String?, heals: Bool = false) -> String {
    render(run, id: run.id(plan: plan).hex, heals: heals)
  }

  /// Returns the block of a run whose ID is known.
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
    return lines.joined(by: "\n")
  }

  /// Finds the blocks of a message, in order. Ignores indented and quoted text. O(message).
  public static func blocks(in message: String) -> [StampBlock] {
    var message = message
    return message.withUTF8 { bytes in
      blocks(in: bytes) { String(decoding: $0, as: UTF8.self) }
    }
  }

  /// The maximum number of a message's blocks, of lines in blocks, and of bytes read (contract 3, *Blocks*).
  static let (mostBlocks, mostLines, mostBytes) = (1_000, 200_000, 64 << 20)

  /// Finds the blocks of a message in its raw bytes, as `git log` shows them. O(message).
  ///
  /// A block begins at column 0 with `Readiness-Run:` or `Readiness-Heals: yes` and continues over lines with a known
  /// key. A carriage return at the end of a line is ignored. Other lines belong to the user. If the message exceeds a
  /// limit, the last block's fault says so.
  /// - Parameter decode: returns the text of a value that is not ASCII, or nil if it is invalid in the message's
  ///   encoding.
  public static func blocks(in bytes: UnsafeBufferPointer<UInt8>, decode: (BlockReader.Piece) -> String?)
    -> [StampBlock]
  {
    guard bytes.count <= mostBytes else { return [exceeding("64 MiB", at: 0)] }
    var blocks: [StampBlock] = []
    var open: [BlockReader.Line] = []
    var (at, number, lines) = (0, 0, 0)
    func close() {
      guard !open.isEmpty else { return }
      var reader = BlockReader(lines: open, first: number - open.count)
      blocks.append(reader.read(decode))
      open = []
    }
    while at < bytes.count {
      let end = newline(in: bytes, from: at)
      let line = withoutReturn(UnsafeBufferPointer(rebasing: bytes[at..<end]))
      if let length = open.isEmpty ? beginning(of: line) : keyLength(of: line) {
        if open.isEmpty, blocks.count == mostBlocks { return blocks + [exceeding("\(mostBlocks) stamps", at: number)] }
        if lines == mostLines { return blocks + [exceeding("\(mostLines) lines of stamps", at: number)] }
        open.append(BlockReader.Line(bytes: line, keyLength: length))
        lines += 1
      } else {
        close()
      }
      at = end + 1
      number += 1
    }
    close()
    return blocks
  }

  private static func exceeding(_ what: String, at line: Int) -> StampBlock {
    StampBlock(
      lines: line..<line, run: nil, claimedID: nil, heals: false,
      fault: ("The message holds more than \(what); the rest is not read.", line + 1))
  }

  private static func newline(in bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    // Most lines of a long message are prose; only their ends are found.
    var at = start
    while at < bytes.count, bytes[at] != 0x0A { at += 1 }
    return at
  }

  static func withoutReturn(_ line: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
    line.last == 0x0D ? UnsafeBufferPointer(rebasing: line.dropLast()) : line
  }

  /// Returns the key's length in a line that begins a block, or nil for any other line.
  static func beginning(of line: UnsafeBufferPointer<UInt8>) -> Int? {
    guard line.first == 0x52, let length = keyLength(of: line) else { return nil }
    switch TrailerKey.named(UnsafeBufferPointer(rebasing: line[..<length])) {
    case .run: return length
    case .heals: return line[(length + 1)...].elementsEqual(" yes".utf8) ? length : nil
    default: return nil
    }
  }

  private static func folded(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }

  /// Returns true if a line begins with `Readiness-`, in any case.
  static func isNamed(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
    let wanted: StaticString = "readiness-"
    return line.count >= 10 && (0..<10).allSatisfy { folded(line[$0]) == wanted.utf8Start[$0] }
  }

  /// Returns the length of a line's key if it is known, in any case, or nil for any other line.
  static func keyLength(of line: UnsafeBufferPointer<UInt8>) -> Int? {
    guard line.count > 11, isNamed(line) else { return nil }
    var at = 10
    while at < line.count, (0x61...0x7A).contains(line[at] | 0x20) || line[at] == 0x2D { at += 1 }
    guard at > 10, at < line.count, line[at] == 0x3A else { return nil }
    let key = UnsafeBufferPointer(rebasing: line[..<at])
    if TrailerKey.named(key) != nil { return at }
    return TrailerKey.meant(by: String(decoding: key, as: UTF8.self)) == nil ? nil : at
  }
}

extension Run {
  /// True if each kind is in the contract's order without duplicates (evidence is a multiset and may repeat).
  var isSorted: Bool {
    let edited = edits.compactMap(\.milestone)
    let planIsLast = edits.firstIndex { $0.milestone == nil }.map { $0 == edits.count - 1 } ?? true
    let ids = transitions.map(\.milestone) + edited
    return strictlyAscends(transitions.map(\.milestone)) && strictlyAscends(edited) && planIsLast
      && Set(ids).count == ids.count
      && !zip(evidence, evidence.dropFirst()).contains { $1.precedes($0) }
  }

  /// A copy in the order of healing runs, which may name a milestone several times: by milestone, then digests, without
  /// duplicates.
  package var sortedForHealing: Run {
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
  /// Returns true if this entry sorts first: by milestone, criterion, digest.
  package func precedes(_ other: Run.EvidenceAdded) -> Bool {
    if milestone != other.milestone { return milestone < other.milestone }
    return (criterion, digest.hex) < (other.criterion, other.digest.hex)
  }
}

/// Times and days in the format of stamps.
public enum Timestamp {
  /// Returns true for a text like `2026-11-22T19:00:00.123Z` with a valid date and time.
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

  /// Returns true for a text like `2026-11-22` that is a valid date.
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

  /// Returns a time in milliseconds since 1970 as text: proleptic Gregorian, UTC. Clamps times outside the years 0 to
  /// 9999, so that texts sort as times do.
  public static func text(millisecondsSince1970 moment: Int64) -> String {
    let total = min(max(moment, -62_167_219_200_000), 253_402_300_799_999)
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

  /// Returns the milliseconds since 1970 of a well-formed text, or nil for any other.
  public static func milliseconds(of text: String) -> Int64? {
    guard isWellFormed(text), let day = DaySpan.seconds(ofDay: String(text.prefix(10))) else { return nil }
    let bytes = Array(text.utf8)
    let parts = [bytes[11..<13], bytes[14..<16], bytes[17..<19], bytes[20..<23]].map { Int64(number($0) ?? 0) }
    return (day + parts[0] * 3600 + parts[1] * 60 + parts[2]) * 1000 + parts[3]
  }

  /// Returns the day `count` days after another, `YYYY-MM-DD`, or nil if that is not a day.
  package static func day(_ count: Int, after day: String) -> String? {
    DaySpan.seconds(ofDay: day).map {
      String(text(millisecondsSince1970: ($0 + Int64(count) * 86_400) * 1000).prefix(10))
    }
  }

  /// Returns year, month and day (Howard Hinnant's `civil_from_days`).
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
