/// What the judge has against a change, with the place, and what would be legal.
public struct Finding: Sendable, Equatable {
  /// An error refuses; a warning asks for attention; a note only tells, and no exit code counts it (contract 4.1).
  public enum Severity: String, Sendable, CaseIterable, Comparable {
    case error, warning, note

    /// Errors first, notes last.
    public static func < (a: Severity, b: Severity) -> Bool { a.rank < b.rank }

    private var rank: Int {
      switch self {
      case .error: 0
      case .warning: 1
      case .note: 2
      }
    }
  }

  /// The stable code, for programs.
  public let code: ReasonCode
  /// Whether it refuses.
  public var severity: Severity
  /// What happened and why, in sentences.
  public let message: String
  /// What to do next.
  public let hint: String
  /// The milestone, where it is about one.
  public let milestone: MilestoneID?
  /// The file, from the top of the repository.
  public let path: String?
  /// The line in that file, from 1.
  public let line: Int?
  /// The commit, where the finding is about history.
  public var commit: String?

  /// Makes a finding.
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

  /// The same, with another next step.
  public func advising(_ hint: String) -> Finding {
    Finding(
      code, message, hint: hint, severity: severity, milestone: milestone, path: path, line: line, commit: commit)
  }

  /// Begins the part of a hint that undoes an edit which is not committed yet.
  public static let takingBack = "To take an edit by hand back: "

  /// The same, of a commit: nothing is left there to restore.
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

  /// The same, as a warning.
  package func asWarning() -> Finding { with(.warning) }

  /// The same, as a note.
  package func asNote() -> Finding { with(.note) }

  private func with(_ severity: Severity) -> Finding {
    var other = self
    other.severity = severity
    return other
  }
}

/// The judge's answer.
public struct Verdict: Sendable {
  /// What there is to say, errors first, then by milestone and code.
  public var findings: [Finding]
  /// True if there was more to say than is kept of a commit (`FindingLimit`).
  public let isLimited: Bool

  /// Makes a verdict, sorting and dropping what is said twice.
  public init(_ findings: [Finding]) {
    var seen = Set<Finding.Key>()
    let said = findings.filter { finding in
      // Asked of both, so that both are remembered.
      let isNew = finding.keys.map { seen.insert($0).inserted }
      return isNew.allSatisfy(\.self)
    }
    isLimited = said.count > FindingLimit.bound
    self.findings = FindingLimit.applied(to: said.sorted { $0.precedes($1) })
  }

  /// True where nothing refuses.
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

  /// What tells the same thing said by two rules: the same words, or the same place of a milestone.
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

  /// What a change must not do at all comes before what it lacks.
  private var rank: Int { [.illegalTransition, .illegalBirth, .illegalDeletion].contains(code) ? 0 : 1 }
}
