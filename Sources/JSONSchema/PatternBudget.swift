import Synchronization

/// Bounds the work of matching patterns against one text or one document.
///
/// A pattern can take exponential time, and anyone who may propose a policy may propose such a pattern. So matching
/// stops at a bound with "could not judge". The bound counts steps, never time: a pattern and a text give equal
/// results on every machine (specification, bounds).
public struct PatternBudget: Sendable {
  /// The steps that are left. A step tries one item of a pattern at one position.
  var steps: Int
  private let all: Int
  private let ordinary: Int

  /// Creates a budget for matching patterns against one text or document.
  ///
  /// An ordinary pattern takes one step for several characters. The budget is a million steps plus four for each
  /// byte, at most thirty million, about a second.
  /// - Parameters:
  ///   - count: the total number of bytes; a text counts once for each pattern.
  ///   - size: the number of bytes of the text itself.
  public init(forBytes count: Int, ofText size: Int? = nil) {
    all = min(1_000_000 + 4 * count, 30_000_000)
    steps = all
    ordinary = 20_000 + (size ?? count) / 4
  }

  /// Deducts the steps beyond those of an ordinary text from an allowance, by default this process's.
  /// - Throws: `PatternsTooCostly` if the allowance is exhausted.
  public func settle(with allowance: PatternAllowance? = nil) throws {
    try (allowance ?? .process).take(all - steps - ordinary)
  }
}

/// Bounds the cost of schemas and patterns over all texts, for a process that judges a stranger's push.
///
/// A small push may contain hundreds of texts, each just within its own budget. The steps of an ordinary text are
/// free, so neither the size of a plan nor its history consumes the allowance. It also counts steps, so the result
/// depends only on the push (specification, bounds).
public final class PatternAllowance: Sendable {
  /// The allowance of this process, unbounded until `bound` is called.
  static let process = PatternAllowance(steps: Int.max)
  private let left: Atomic<Int>

  init(steps: Int) { left = Atomic(steps) }

  /// Bounds this process from now on: forty million steps, a second or two. Must be called before any thread starts.
  public static func bound() { process.left.store(40_000_000, ordering: .relaxed) }

  /// Deducts steps; a number below 1 deducts nothing.
  func take(_ steps: Int) throws {
    guard steps > 0 else { return }
    guard left.subtract(steps, ordering: .relaxed).newValue > 0 else { throw PatternsTooCostly() }
  }
}

/// The error if the patterns of a policy exceed the allowance over the whole push.
public struct PatternsTooCostly: Error, Sendable, Equatable {}

/// The error if a pattern exceeds its budget on a text, so that the result is unknown.
public struct PatternTooCostly: Error, Sendable, Equatable {
  /// The pattern in its source form.
  public let pattern: String
}
