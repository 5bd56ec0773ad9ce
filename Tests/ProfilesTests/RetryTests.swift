import Profiles
import TestSupport
import Testing

private func policy(
  _ jitter: RetryPolicy.Jitter, attempts: Int = 8, first: Int = 100, max: Int = 5_000, budget: Int = 1_000_000,
  multiplier: Double = 2
) -> RetryPolicy {
  RetryPolicy(
    attempts: attempts, firstDelay: first, maxDelay: max, budget: budget, multiplier: multiplier, jitter: jitter)
}

/// Returns the delays of an operation that always fails, on a clock that only the delays advance.
private func delays(_ policy: RetryPolicy, _ random: inout SplitMix, each: Int = 0) -> [Int] {
  var (now, found): (Int, [Int]) = (0, [])
  var schedule = RetrySchedule(policy, now: now)
  while let delay = schedule.next(now: now + each, using: &random) {
    found.append(delay)
    now += each + delay
  }
  return found
}

@Suite("Retry")
struct RetryTests {
  @Test("without jitter a delay grows by the multiplier up to the cap")
  func plain() {
    var random = SplitMix(1)
    #expect(delays(policy(.none), &random) == [100, 200, 400, 800, 1600, 3200, 5000])
    #expect(delays(policy(.none, attempts: 1), &random) == [])
    #expect(delays(policy(.none, attempts: 3, first: 0), &random) == [0, 0])
  }

  @Test("full jitter spreads evenly from nothing to the plain delay, over 20,000 undertakings")
  func full() {
    var random = SplitMix(20_261_123)
    let bounds = [100, 200, 400, 800, 1600, 3200, 5000]
    var sums = [Double](repeating: 0, count: bounds.count)
    var quarters = [[Int]](repeating: [0, 0, 0, 0], count: bounds.count)
    let rounds = 20_000
    for _ in 0..<rounds {
      let found = delays(policy(.full), &random)
      #expect(found.count == bounds.count)
      for (index, delay) in found.enumerated() {
        #expect((0...bounds[index]).contains(delay))
        sums[index] += Double(delay)
        quarters[index][min(3, delay * 4 / bounds[index])] += 1
      }
    }
    for index in bounds.indices {
      let mean = sums[index] / Double(rounds)
      #expect(abs(mean - Double(bounds[index]) / 2) < 0.02 * Double(bounds[index]), "delay \(index): mean \(mean)")
      for share in quarters[index] { #expect(abs(Double(share) / Double(rounds) - 0.25) < 0.02) }
    }
  }

  @Test("decorrelated jitter stays between the first delay and the last one times the multiplier")
  func decorrelated() {
    var random = SplitMix(7)
    var (reachedCap, differing) = (false, Set<Int>())
    for _ in 0..<20_000 {
      var last = 100
      for delay in delays(policy(.decorrelated, attempts: 12, multiplier: 3), &random) {
        #expect(delay >= 100 && delay <= min(5_000, last * 3))
        reachedCap = reachedCap || delay > 4_500
        differing.insert(delay)
        last = max(delay, 1)
      }
    }
    #expect(reachedCap && differing.count > 4_000)
  }

  @Test("attempts are never exceeded, and nothing begins after the budget, for every jitter and 3,000 policies")
  func bounds() {
    var random = SplitMix(42)
    for _ in 0..<3_000 {
      let attempts = Int.random(in: 1...20, using: &random)
      let budget = Int.random(in: 0...20_000, using: &random)
      let each = Int.random(in: 0...500, using: &random)
      let jitter = RetryPolicy.Jitter.allCases[Int.random(in: 0..<3, using: &random)]
      let chosen = policy(
        jitter, attempts: attempts, first: Int.random(in: 0...3_000, using: &random),
        max: Int.random(in: 0...6_000, using: &random), budget: budget,
        multiplier: Double.random(in: 1...10, using: &random))
      let found = delays(chosen, &random, each: each)
      #expect(found.count < attempts)
      #expect(found.allSatisfy { $0 <= chosen.maxDelay })
      #expect(found.isEmpty || found.reduce(0, +) + each * found.count <= budget)
    }
  }

  @Test("what the other side asks for is waited, beyond the cap and within the budget")
  func retryAfter() {
    var random = SplitMix(3)
    var schedule = RetrySchedule(policy(.none, budget: 30_000), now: 0)
    let first = schedule.next(now: 0, least: 20_000, using: &random)
    #expect(first == 20_000)
    let second = schedule.next(now: 20_000, least: 20_000, using: &random)
    #expect(second == nil)
  }
}

@Suite("Circuit breaker")
struct CircuitBreakerTests {
  private let rule = CircuitBreaker.Policy(failures: 3, window: 1_000, coolDown: 500, halfOpenTrials: 2)

  private func expect(_ isPermitted: Bool, of breaker: inout CircuitBreaker, at now: Int) {
    let answer = breaker.permits(at: now)
    #expect(answer == isPermitted, "at \(now)")
  }

  @Test("it opens at the third failure within the window, and not where the failures are far apart")
  func opens() {
    var breaker = CircuitBreaker(rule)
    for now in [0, 600, 1_200, 1_800] {
      expect(true, of: &breaker, at: now)
      breaker.record(success: false, at: now)
    }
    #expect(breaker.state == .closed)
    breaker.record(success: false, at: 1_900)
    #expect(breaker.state == .open(until: 2_400))
    expect(false, of: &breaker, at: 2_399)
  }

  @Test("after the cool-down one trial at a time is let through, and enough of them close it")
  func closes() {
    var breaker = CircuitBreaker(rule)
    for _ in 0..<3 { breaker.record(success: false, at: 0) }
    expect(true, of: &breaker, at: 500)
    expect(false, of: &breaker, at: 500)
    breaker.record(success: true, at: 510)
    #expect(breaker.state == .halfOpen(succeeded: 1))
    expect(true, of: &breaker, at: 520)
    breaker.record(success: true, at: 530)
    #expect(breaker.state == .closed)
    // Earlier failures are forgotten.
    breaker.record(success: false, at: 540)
    breaker.record(success: false, at: 541)
    #expect(breaker.state == .closed)
  }

  @Test("a trial that fails opens it again, for a whole cool-down")
  func opensAgain() {
    var breaker = CircuitBreaker(rule)
    for _ in 0..<3 { breaker.record(success: false, at: 0) }
    expect(true, of: &breaker, at: 600)
    breaker.record(success: false, at: 650)
    #expect(breaker.state == .open(until: 1_150))
    expect(false, of: &breaker, at: 1_149)
    expect(true, of: &breaker, at: 1_150)
  }

  @Test("over 10,000 random outcomes nothing is let through while it is open")
  func never() {
    var random = SplitMix(99)
    var (breaker, now, opened, halfOpened) = (CircuitBreaker(rule), 0, 0, 0)
    for _ in 0..<10_000 {
      now += Int.random(in: 0...200, using: &random)
      let before = breaker.state
      let isPermitted = breaker.permits(at: now)
      if case .open(let until) = before { #expect(isPermitted == (now >= until)) }
      guard isPermitted else { continue }
      if case .halfOpen = breaker.state { halfOpened += 1 }
      breaker.record(success: Bool.random(using: &random), at: now)
      if case .open = breaker.state { opened += 1 }
    }
    #expect(opened > 100 && halfOpened > 100)
  }
}
