/// A rule's objection to a change, with its location and the legal alternative.
public struct Finding: Sendable, Equatable {
  /// The severity: an error rejects, a warning needs attention, and a note affects no exit code (contract 4.1).
  public enum Severity: String, Sendable, CaseIterable, Comparable {
    case error, warning, note

    /// Sorts errors first and notes last.
    public static func < (a: Severity, b: Severity) -> Bool { a.rank < b.rank }

    private var rank: Int {
      switch self {
      case .error: 0
      case .warning: 1
      case .note: 2
      }
    }
  }

  /// The stable reason code.
  public let code: ReasonCode
  /// The severity, which decides whether the finding rejects the change.
  public var severity: Severity
  /// The event and its reason, in sentences.
  public let message: String
  /// The next step.
  public let hint: String
  /// The milestone; nil if the finding concerns none.
  public let milestone: MilestoneID?
  /// The path of the file, relative to the top of the repository.
  public let path: String?
  /// The line in that file, from 1.
  public let line: Int?
  /// The commit; nil unless the finding concerns history.
  public var commit: String?

  /// Creates a finding.
  public init(
    _ code: ReasonCode, _ message: String, hint: String? = nil, severity: Severity = .error,
    milestone: MilestoneID? = nil, path: String? = nil, line: Int? = nil, commit: String? = nil
  ) {
    self.code = code
    self.severity = severity
    self.message = message
    self.hint = hint ?? code.remedy
    self.milestone = milestone
    self.path = path
    self.line = line
    self.commit = commit
  }

  /// Returns a copy with another hint.
  public func advising(_ hint: String) -> Finding {
    Finding(
      code, message, hint: hint, severity: severity, milestone: milestone, path: path, line: line, commit: commit)
  }

  /// The words that begin the part of a hint about undoing an uncommitted edit.
  public static let takingBack = "To take an edit by hand back: "

  /// Returns a copy for a commit, without the hint about undoing an uncommitted edit.
  package func inHistory(_ commit: String) -> Finding {
    var kept = hint
    if let undo = hint.firstRange(of: Self.takingBack) {
      kept = String(hint[..<undo.lowerBound])
      while kept.last == " " { kept.removeLast() }
      if kept.isEmpty { kept = code.remedy }
    }
    var finding = advising(kept)
    finding.commit = commit
    return finding
  }

  /// Returns a copy as a warning.
  package func asWarning() -> Finding { with(.warning) }

  /// Returns a copy as a note.
  package func asNote() -> Finding { with(.note) }

  private func with(_ severity: Severity) -> Finding {
    var other = self
    other.severity = severity
    return other
  }
}

/// The result of judging a proposal.
public struct Verdict: Sendable {
  /// The findings, errors first, then by milestone and code.
  public var findings: [Finding]
  /// True if findings were dropped (`FindingLimit`).
  public let isLimited: Bool

  /// Creates a verdict of sorted findings without duplicates.
  public init(_ findings: [Finding]) {
    var seen = Set<Finding.Key>()
    let said = findings.filter { finding in
      // All keys are inserted, even after the first duplicate.
      let isNew = finding.keys.map { seen.insert($0).inserted }
      return isNew.allSatisfy(\.self)
    }
    isLimited = said.count > FindingLimit.bound
    self.findings = FindingLimit.applied(to: said.sorted { $0.precedes($1) })
  }

  /// True if no finding is an error.
  public var isAccepted: Bool { !findings.contains { $0.severity == .error } }
}

extension Finding {
  fileprivate struct Key: Hashable {
    let code: ReasonCode
    let severity: Severity
    let milestone: MilestoneID?
    let commit: String?
    let words: String?
    let place: String?
  }

  /// The keys by which two rules' findings are duplicates: the same message, or the same position in a milestone.
  fileprivate var keys: [Key] {
    func key(_ words: String?, _ place: String?) -> Key {
      Key(code: code, severity: severity, milestone: milestone, commit: commit, words: words, place: place)
    }
    return [key(message, nil)] + (milestone == nil ? [] : [key(nil, "\(path ?? ""):\(line ?? 0)")])
  }

  fileprivate func precedes(_ other: Finding) -> Bool {
    if severity != other.severity { return severity < other.severity }
    switch (milestone, other.milestone) {
    case (let a?, let b?) where a != b: return a < b
    case (nil, _?): return false
    case (_?, nil): return true
    default:
      return (rank, code.id, line ?? 0, message) < (other.rank, other.code.id, other.line ?? 0, other.message)
    }
  }

  /// The rank: forbidden changes precede missing parts.
  private var rank: Int { [.illegalTransition, .illegalBirth, .illegalDeletion].contains(code) ? 0 : 1 }
}
