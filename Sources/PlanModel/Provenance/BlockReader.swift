/// A reader of a block: consecutive lines with known keys. Works on bytes for speed, because long histories have many.
public struct BlockReader {
  /// A line with a known key in any case, as written in the message.
  struct Line {
    let bytes: UnsafeBufferPointer<UInt8>
    let keyLength: Int

    var key: TrailerKey? { TrailerKey.named(UnsafeBufferPointer(rebasing: bytes[..<keyLength])) }
    var keyText: String { String(decoding: bytes[..<keyLength], as: UTF8.self) }

    /// The bytes after the colon and one space; nil if they have outer spaces or ASCII control characters. Git's own
    /// parser trims values, so it would read such a value differently.
    var value: Piece? {
      let value = bytes[(keyLength + 1)...].dropFirst()
      guard bytes.count > keyLength + 2, bytes[keyLength + 1] == 0x20, let first = value.first, let last = value.last,
        first != 0x20, last != 0x20, value.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
      else { return nil }
      return value
    }
  }

  /// A part of a line.
  public typealias Piece = Slice<UnsafeBufferPointer<UInt8>>

  private let lines: [Line]
  private let first: Int
  private var run = Run(at: "", actor: Identity(name: "", email: ""), policy: PolicySnapshot.absentDigest)
  private var claimed: Digest?
  private var heals = false
  private var namesPolicy = false

  /// - Parameter first: the index of the first line in the message.
  init(lines: [Line], first: Int) {
    self.lines = lines
    self.first = first
  }

  /// - Parameter decode: returns the text of a value that is not ASCII, or nil if it is invalid.
  mutating func read(_ decode: (Piece) -> String?) -> StampBlock {
    var last = -1
    for (index, line) in lines.enumerated() {
      guard let key = line.key else {
        let meant = TrailerKey.meant(by: line.keyText).map { " It is written \($0.rawValue)." } ?? ""
        return faulty("\"\(line.keyText)\" is no key of a stamp.\(meant)", index)
      }
      if key.rank < last || (key.rank == last && !key.mayRepeat) {
        return faulty("\"\(line.keyText)\" occurs twice or out of its order.", index)
      }
      last = key.rank
      guard let value = line.value else {
        return faulty("The value of \"\(line.keyText)\" should be one space and one line of text.", index)
      }
      guard take(key, value, decode) else {
        return faulty("The value of \"\(line.keyText)\" is not written as stamps are.", index)
      }
    }
    guard claimed != nil, !run.at.isEmpty, !run.actor.email.isEmpty, namesPolicy else {
      return faulty("A stamp needs Readiness-Run, -At, -Actor and -Policy.", 0)
    }
    guard heals ? run == run.sortedForHealing : run.isSorted else {
      return faulty("The lines of the stamp are not in their order, or repeat.", 0)
    }
    guard !heals || run.reason != nil else { return faulty("A stamp that heals has a Readiness-Reason.", 0) }
    return StampBlock(lines: first..<(first + lines.count), run: run, claimedID: claimed, heals: heals, fault: nil)
  }

  private func faulty(_ message: String, _ index: Int) -> StampBlock {
    StampBlock(
      lines: first..<(first + lines.count), run: nil, claimedID: claimed, heals: heals,
      fault: (message, first + index + 1))
  }

  private mutating func take(_ key: TrailerKey, _ value: Piece, _ decode: (Piece) -> String?) -> Bool {
    if value.allSatisfy({ $0 < 0x80 }) { return take(key, value) }
    guard let text = decode(value), text.first?.isWhitespace == false, text.last?.isWhitespace == false,
      text.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control })
    else { return false }
    return Array(text.utf8).withUnsafeBufferPointer { take(key, $0[...]) }
  }

  private mutating func take(_ key: TrailerKey, _ value: Piece) -> Bool {
    func text(_ piece: Piece) -> String { String(decoding: piece, as: UTF8.self) }
    switch key {
    case .heals:
      heals = true
      return value.elementsEqual("yes".utf8)
    case .run:
      claimed = Digest(hex: value)
      return claimed != nil
    case .at:
      run.at = text(value)
      return Timestamp.isWellFormed(run.at)
    case .actor:
      guard let actor = Identity(text(value)), !actor.email.isEmpty else { return false }
      run.actor = actor
      return true
    case .policy:
      guard let digest = Digest(tagged: value) else { return false }
      run.policy = digest
      namesPolicy = true
      return true
    case .transition: return takeTransition(value)
    case .edit:
      let parts = Self.split(value, 0x20)
      guard parts.count == 3, let before = optionalDigest(parts[1]), let after = optionalDigest(parts[2]) else {
        return false
      }
      let id = MilestoneID(text(parts[0]))
      guard id.isValid || parts[0].elementsEqual("plan".utf8) else { return false }
      run.edits.append(Run.Edit(milestone: id.isValid ? id : nil, before: before, after: after))
      return true
    case .evidence:
      let parts = Self.split(value, 0x20)
      guard parts.count == 2, let digest = Digest(tagged: parts[1]), let slash = parts[0].firstIndex(of: 0x2F) else {
        return false
      }
      let id = MilestoneID(text(parts[0][..<slash]))
      let criterion = text(parts[0][(slash + 1)...])
      guard id.isValid, ExitCriterion.isValid(id: criterion) else { return false }
      run.evidence.append(Run.EvidenceAdded(milestone: id, criterion: criterion, digest: digest))
      return true
    case .waive:
      guard let waive = Run.Waive(text(value)) else { return false }
      run.waives.append(waive)
      return true
    case .policyChange:
      let parts = Self.split(value, 0x20)
      guard parts.count == 2, let before = optionalDigest(parts[0]), let after = Digest(tagged: parts[1]) else {
        return false
      }
      run.policyChange = Run.PolicyChange(before: before, after: after)
      return true
    case .reason:
      run.reason = text(value)
      return true
    case .signature:
      run.signature = text(value)
      return true
    }
  }

  /// Reads `ID "from" -> "to" before after`.
  private mutating func takeTransition(_ value: Piece) -> Bool {
    let quoted = Self.split(value, 0x22)
    guard quoted.count == 5, quoted[0].last == 0x20, quoted[2].elementsEqual(" -> ".utf8), quoted[4].first == 0x20
    else {
      return false
    }
    let digests = Self.split(quoted[4].dropFirst(), 0x20)
    guard digests.count == 2, let before = optionalDigest(digests[0]), let after = optionalDigest(digests[1]) else {
      return false
    }
    let id = MilestoneID(String(decoding: quoted[0].dropLast(), as: UTF8.self))
    let from = String(decoding: quoted[1], as: UTF8.self)
    let to = String(decoding: quoted[3], as: UTF8.self)
    guard id.isValid, !from.isEmpty, !to.isEmpty else { return false }
    run.transitions.append(
      Run.Transition(
        milestone: id, from: from == "none" ? nil : from, to: to == "none" ? nil : to, before: before, after: after))
    return true
  }

  /// Reads a digest or `none`. The outer optional is nil if the text is neither.
  private func optionalDigest(_ piece: Piece) -> Digest?? {
    if piece.elementsEqual("none".utf8) { return .some(nil) }
    return Digest(tagged: piece).map { .some($0) }
  }

  private static func split(_ piece: Piece, _ separator: UInt8) -> [Piece] {
    piece.split(separator: separator, omittingEmptySubsequences: false)
  }
}
