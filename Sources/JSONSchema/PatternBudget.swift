import Synchronization

/// Bounds the work of matching patterns against one text or one document.
///
/// A pattern can be written that takes exponential time. Whoever may propose a policy may propose such a pattern, so
/// matching stops at a bound and answers "could not judge". The bound counts steps, never time: the same pattern and the
/// same text give the same answer on every machine (specification, bounds).
public struct PatternBudget: Sendable {
  /// The steps that are left: a step tries one item of a pattern at one place.
  var steps: Int
  private let all: Int
  private let ordinary: Int

  /// Makes a budget for matching patterns against one text or document.
  ///
  /// An ordinary pattern takes a step for some characters; the budget is for a million and four for each byte, and for
  /// thirty million at most, some second.
  /// - Parameters:
  ///   - count: the bytes in all; those of a text that is searched by several patterns count for each.
  ///   - size: the bytes of the text itself.
  public init(forBytes count: Int, ofText size: Int? = nil) {
    all = min(1_000_000 + 4 * count, 30_000_000)
    steps = all
    ordinary = 20_000 + (size ?? count) / 4
  }

  /// Takes what was spent beyond what an ordinary text needs from an allowance, that of this process by default.
  /// - Throws: `PatternsTooCostly` if nothing is left of it.
  public func settle(with allowance: PatternAllowance? = nil) throws {
    try (allowance ?? .process).take(all - steps - ordinary)
  }
}

/// Bounds what schemas and patterns cost on all texts together, for a process that judges what a stranger pushes.
///
/// A push of few bytes may hold hundreds of texts, each just within its own budget. What an ordinary text takes is not
/// counted, so neither the size of a plan nor the length of its history uses the allowance up. It counts steps too, and
/// depends on the push alone (specification, bounds).
public final class PatternAllowance: Sendable {
  /// That of this process, without a bound until `bound` is called.
  static let process = PatternAllowance(steps: Int.max)
  private let left: Atomic<Int>

  init(steps: Int) { left = Atomic(steps) }

  /// Bounds this process from here on: forty million steps, a second or two. Call it before any thread is started.
  public static func bound() { process.left.store(40_000_000, ordering: .relaxed) }

  /// Takes steps from what is left; a number below 1 takes nothing.
  func take(_ steps: Int) throws {
    guard steps > 0 else { return }
    guard left.subtract(steps, ordering: .relaxed).newValue > 0 else { throw PatternsTooCostly() }
  }
}

/// Says that the patterns of a policy take more steps on all that is pushed than the bound allows.
public struct PatternsTooCostly: Error, Sendable, Equatable {}

/// Says that a pattern takes more steps on a text than the bound allows: neither a match nor the lack of one is known.
public struct PatternTooCostly: Error, Sendable, Equatable {
  /// The pattern as it was written.
  public let pattern: String
}
