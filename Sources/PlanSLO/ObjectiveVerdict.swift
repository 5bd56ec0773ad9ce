import StrictJSON
public import PlanJudge
import PlanModel

/// The verdict of a capture on an objective: go, no-go, or inconclusive, with every reason.
///
/// Gates, checks and displays use the same function. It depends only on bytes and a time.
public struct ObjectiveVerdict: Sendable {
  /// The burn rates of one row.
  public struct Burn: Sendable {
    /// The row.
    public let row: BurnRow
    /// The error ratio over budget, of the long and of the short window.
    public let long: Double, short: Double
    /// True if both exceed the row's factor, and there are enough events.
    public let isBurning: Bool
  }

  /// The objective's name.
  public let name: String
  /// The verdict.
  public internal(set) var answer: GateDecision.Answer = .inconclusive
  /// The reasons; empty for go.
  public internal(set) var reasons: [GateDecision.Reason] = []
  /// The remaining share of the budget; nil if it is unknown.
  public internal(set) var budgetLeft: Double?
  /// The error ratio over budget, by window; windows without events are omitted.
  public internal(set) var burn: [(window: Window, rate: Double)] = []
  /// The rows, with their burn rates.
  public internal(set) var rows: [Burn] = []
  /// The time of the newest sample, in milliseconds since 1970.
  public internal(set) var newest: Int64?
  /// The recorded share of the period.
  public internal(set) var covered: Double?
  /// The number of events in the period.
  public internal(set) var events: Double?
  /// The time of the capture, in milliseconds since 1970; nil if there is none.
  public internal(set) var capturedAt: Int64?
  /// True if a holder of the role has signed the capture.
  public internal(set) var isSigned = false
  /// False if the capture does not come from the tree.
  public internal(set) var isCommitted = true

  init(name: String) { self.name = name }

  /// The facts behind the verdict, in one line that does not depend on the current time.
  public var summary: String {
    let moment = capturedAt.map { Timestamp.text(millisecondsSince1970: $0) } ?? "never"
    return "\(name) \(answer.rawValue) captured \(moment) budget left \(budgetLeft.map { "\($0)" } ?? "unknown")\n"
  }

  /// The verdict for a gate.
  public var forGate: GateDecision.Objective {
    GateDecision.Objective(
      name: name, answer: answer, reasons: reasons, isOnWordAlone: capturedAt != nil && !isSigned)
  }
}

/// Judges one capture.
struct ObjectiveJudge {
  let file: ObjectiveFile
  let conditions: ObjectiveConditions
  /// The current time, in milliseconds since 1970.
  let now: Int64
  /// Returns true if a capture's signature is valid and by a holder of the role.
  let isSigned: (Capture) throws -> Bool

  /// Judges the capture.
  /// - Parameter bytes: the bytes of the capture; nil if there is none.
  /// - Throws: if a signature cannot be checked.
  func verdict(_ bytes: [UInt8]?) throws -> ObjectiveVerdict {
    var verdict = ObjectiveVerdict(name: file.name)
    guard let objective = file.objective, file.isSound else {
      for finding in file.findings where finding.severity == .error {
        verdict.add(finding.code, "\(file.path): \(finding.message)", isUnknown: true)
      }
      return verdict
    }
    guard let bytes else {
      verdict.add(.sloCaptureMissing, "\(file.name): nothing was captured yet", isUnknown: true)
      return verdict
    }
    let capture: Capture
    do throws(Capture.Fault) {
      capture = try Capture(parsing: bytes)
    } catch {
      verdict.refuse("the capture cannot be used: \(error.message)")
      return verdict
    }
    verdict.capturedAt = capture.at
    verdict.isSigned = try capture.signature != nil && isSigned(capture)
    if !verdict.isSigned, conditions.isSigned || capture.signature != nil {
      let what =
        capture.signature == nil
        ? "the gate asks for a signature by a holder of \(conditions.captureRole), and there is none"
        : "its signature is not of what it says, or its key is no holder's of \(conditions.captureRole)"
      verdict.add(.sloCaptureUnsigned, "\(file.name): \(what)", isUnknown: true)
    }
    if let answers = answers(capture, objective, &verdict) { judge(answers, objective, capture, &verdict) }
    return verdict
  }

  // MARK: - The answers

  /// The answers by name, and the seconds that a covered sample represents.
  private struct Answers {
    let values: [String: QueryAnswer]
    let coverStep: Int

    func number(_ name: String) -> Double? {
      if case .number(let number)? = values[name] { number } else { nil }
    }
  }

  /// Returns the answers if they belong to the definition's own queries.
  private func answers(_ capture: Capture, _ objective: Objective, _ verdict: inout ObjectiveVerdict) -> Answers? {
    guard capture.slo == file.name else {
      verdict.refuse("the capture is of \(capture.slo)")
      return nil
    }
    guard capture.definition == file.digest else {
      verdict.refuse("it was captured for another definition than \(file.path) holds; capture again")
      return nil
    }
    guard capture.compiler == RuleGroups.compilerVersion else {
      verdict.refuse(
        "its queries are of version \(capture.compiler), and this program's of \(RuleGroups.compilerVersion); capture again"
      )
      return nil
    }
    let sets = [CaptureQueries(objective, isRaw: false), CaptureQueries(objective, isRaw: true)]
    let names = capture.answers.map(\.name)
    guard names.count == Set(names).count, Set(names) == Set(sets[0].queries.map(\.name)) else {
      verdict.refuse("its answers are not one to each query of the definition")
      return nil
    }
    let asked = Dictionary(capture.answers.map { ($0.name, $0.query) }) { first, _ in first }
    let expected = sets.first { set in set.queries.first { $0.name == "covered" }?.text == asked["covered"] } ?? sets[0]
    for query in expected.queries where !(asked[query.name]?.isExactly(query.text) ?? false) {
      verdict.refuse("the query of \(query.name) is not the definition's")
    }
    var values: [String: QueryAnswer] = [:]
    for answer in capture.answers {
      let value = QueryAnswer(answer.body)
      if case .invalid(let why) = value { verdict.refuse("the answer to \(answer.name) cannot be used: \(why)") }
      values[answer.name] = value
    }
    return verdict.reasons.contains { $0.code == .sloCaptureInvalid }
      ? nil : Answers(values: values, coverStep: expected.coverStep)
  }

  private func judge(
    _ answers: Answers, _ objective: Objective, _ capture: Capture, _ verdict: inout ObjectiveVerdict
  ) {
    let total = answers.number("total:period")
    let newest = answers.number("newest")
    if total == nil || newest == nil {
      // Seconds after the first sample both are also empty, because windows are evaluated only periodically.
      let what =
        total != nil
        ? "no sample of the last 6 h yet"
        : newest == nil
          ? "no sample of \(file.name)" : "samples, and has recorded none of them over \(objective.period.text) yet"
      verdict.add(.sloSeriesMissing, "\(file.name): the server has \(what)", isUnknown: true)
    }
    let rows = objective.rows.filter { conditions.refuseWhileBurning.contains($0.severity.rawValue) }
    let used =
      ["bad:period", "total:period", "covered", "newest"]
      + Set(rows.flatMap { [$0.long.rawValue, $0.short.rawValue] }).sorted().flatMap { ["bad:\($0)", "total:\($0)"] }
    let infinite = used.filter { answers.number($0).map { !$0.isFinite } ?? false }
    if !infinite.isEmpty {
      verdict.add(
        .sloNotANumber, "\(file.name): the answer to \(infinite.joined(separator: ", ")) is no finite number",
        isUnknown: true)
    } else {
      checkRatios(
        answers, (total == nil ? [] : ["period"]) + rows.flatMap { [$0.long.rawValue, $0.short.rawValue] }, &verdict)
    }
    if let newest, newest.isFinite { checkAge(newest, capture, &verdict) } else { checkAge(nil, capture, &verdict) }
    let covered = answers.number("covered") ?? 0
    if covered.isFinite {
      verdict.covered = covered * Double(answers.coverStep) / Double(objective.period.seconds)
    }
    if let total, total.isFinite { verdict.events = total }
    if total != nil, let share = verdict.covered, share < conditions.minCoverage {
      verdict.add(
        .sloTooShort,
        "\(file.name): \(Words.percent(share)) of \(objective.period.text) is recorded, \(Words.percent(conditions.minCoverage)) is asked for",
        isUnknown: true)
    }
    if let total, total.isFinite, total < Double(conditions.minEvents) {
      verdict.add(
        .sloTooFewEvents,
        "\(file.name): \(Words.count(total)) events in \(objective.period.text), \(Words.count(Double(conditions.minEvents))) are asked for",
        isUnknown: true)
    }
    addNumbers(answers, objective, &verdict)
    if verdict.reasons.isEmpty { decide(objective, capture, &verdict) }
  }

  private func checkRatios(_ answers: Answers, _ windows: [String], _ verdict: inout ObjectiveVerdict) {
    var seen = Set<String>()
    for window in windows where seen.insert(window).inserted {
      let (bad, total) = (answers.number("bad:\(window)") ?? 0, answers.number("total:\(window)") ?? 0)
      let isSound = total == 0 ? abs(bad) < 1e-9 : total > 0 && (-1e-9...1 + 1e-9).contains(bad / total)
      guard !isSound else { continue }
      verdict.add(
        .sloImplausible, "\(file.name): \(Words.count(bad)) of \(Words.count(total)) events over \(window) are bad",
        isUnknown: true)
    }
  }

  /// - Parameter newest: the time of the newest sample, in seconds since 1970.
  private func checkAge(_ newest: Double?, _ capture: Capture, _ verdict: inout ObjectiveVerdict) {
    let allowed = Int64(conditions.maxAgeMinutes) * 60_000
    if capture.at > now + 60_000 {
      verdict.add(
        .sloStale, "\(file.name): the capture is dated \(Words.age(capture.at - now)) in the future", isUnknown: true)
      return
    }
    if let newest, abs(newest) < 1e12 {
      let moment = Int64((newest * 1000).rounded())
      verdict.newest = moment
      if now - moment > allowed {
        verdict.add(
          .sloStale,
          "\(file.name): the newest sample is \(Words.age(now - moment)) old, \(conditions.maxAgeMinutes) min are allowed",
          isUnknown: true)
        return
      }
    }
    if now - capture.at > allowed {
      verdict.add(
        .sloStale,
        "\(file.name): the capture is \(Words.age(now - capture.at)) old, \(conditions.maxAgeMinutes) min are allowed",
        isUnknown: true)
    }
  }

  // MARK: - The budget

  private func addNumbers(_ answers: Answers, _ objective: Objective, _ verdict: inout ObjectiveVerdict) {
    let budget = objective.budget.double
    func ratio(_ window: String) -> Double? {
      guard let total = answers.number("total:\(window)"), total.isFinite, total > 0 else { return nil }
      let bad = answers.number("bad:\(window)") ?? 0
      return bad.isFinite ? bad / total : nil
    }
    verdict.budgetLeft = ratio("period").map { 1 - $0 / budget }
    verdict.burn = objective.windows.compactMap { window in
      ratio(window.rawValue).map { (window, $0 / budget) }
    }
    verdict.rows = objective.rows.map { row in
      let (long, short) = (ratio(row.long.rawValue), ratio(row.short.rawValue))
      let events = answers.number("total:\(row.long.rawValue)") ?? 0
      let threshold = row.threshold.double
      // Both sides are error ratios: dividing by the budget first would lose equality to rounding.
      let isBurning =
        long.map { $0 > threshold } ?? false && short.map { $0 > threshold } ?? false
        && events >= Double(objective.minimumEvents ?? 0)
      return ObjectiveVerdict.Burn(
        row: row, long: (long ?? 0) / budget, short: (short ?? 0) / budget, isBurning: isBurning)
    }
  }

  private func decide(_ objective: Objective, _ capture: Capture, _ verdict: inout ObjectiveVerdict) {
    verdict.answer = .go
    // No events means no bad events; minEvents decides whether that suffices.
    let left = verdict.budgetLeft ?? 1
    if left <= conditions.minBudgetRemaining {
      let asked =
        conditions.minBudgetRemaining == 0
        ? "" : "; more than \(Words.percent(conditions.minBudgetRemaining)) is asked for"
      verdict.add(
        .sloBudgetSpent,
        "\(file.name): \(Words.percent(left)) of the budget of \(objective.period.text) is left\(asked)\(captured(capture))",
        isUnknown: false)
    }
    for burn in verdict.rows
    where burn.isBurning && conditions.refuseWhileBurning.contains(burn.row.severity.rawValue) {
      let row = burn.row
      verdict.add(
        .sloBurning,
        "\(file.name) burns \(Words.rate(burn.long)) x over \(row.long.rawValue) and \(Words.rate(burn.short)) x over "
          + "\(row.short.rawValue); the limit is \(row.factor.text)\(captured(capture))",
        isUnknown: false)
    }
  }

  private func captured(_ capture: Capture) -> String {
    let clock = Timestamp.text(millisecondsSince1970: capture.at).dropFirst(11).prefix(8)
    return " (captured \(clock)Z, \(Words.age(now - capture.at)) ago)"
  }
}

extension ObjectiveVerdict {
  fileprivate mutating func refuse(_ what: String) { add(.sloCaptureInvalid, "\(name): \(what)", isUnknown: true) }

  /// - Parameter isUnknown: true if the result is inconclusive, false if it is no-go.
  fileprivate mutating func add(_ code: ReasonCode, _ sentence: String, isUnknown: Bool) {
    let end = sentence.hasSuffix(".") ? String(sentence.dropLast()) : sentence
    let message = isUnknown ? "\(end) (\(code.id))." : "\(end)."
    reasons.append(GateDecision.Reason(code: code, message: message, milestone: nil))
    answer = isUnknown ? .inconclusive : .noGo
  }
}
