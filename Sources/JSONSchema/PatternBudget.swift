/// Bounds the work of matching patterns against one text or one document.
///
/// A pattern can be written that takes exponential time. Whoever may propose a policy may propose such a pattern, so
/// matching stops at a bound and answers "could not judge". The bound counts steps, never time: the same pattern and the
/// same text give the same answer on every machine (specification, bounds).
public struct PatternBudget: Sendable {
  /// The steps that are left: a step tries one item of a pattern at one place.
  var steps: Int

  /// Makes a budget for matching patterns against so many bytes in all.
  ///
  /// An ordinary pattern takes a step for some characters; the budget is for a million, some 30 ms.
  public init(forBytes count: Int) { steps = 1_000_000 + 4 * count }
}

/// Says that a pattern takes more steps on a text than the bound allows: neither a match nor the lack of one is known.
public struct PatternTooCostly: Error, Sendable, Equatable {
  /// The pattern as it was written.
  public let pattern: String
}
