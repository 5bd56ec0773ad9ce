import CPure

/// Fisher's exact test, one-sided: the probability that the first group has at least as many bad events as observed,
/// if both groups fail equally often.
public enum FisherExact {
  /// Returns the p-value. Returns nil for counts below 0, or more bad events than events.
  /// - Complexity: O(bad events).
  public static func pValue(bad: Int, of total: Int, against otherBad: Int, of otherTotal: Int) -> Double? {
    guard bad >= 0, otherBad >= 0, bad <= total, otherBad <= otherTotal else { return nil }
    let (allBad, all) = (bad + otherBad, total + otherTotal)
    func logChoose(_ n: Int, _ k: Int) -> Double {
      lgamma(Double(n) + 1) - lgamma(Double(k) + 1) - lgamma(Double(n - k) + 1)
    }
    let scale = logChoose(all, total)
    var sum = 0.0
    for count in max(bad, total + allBad - all)...max(bad, min(allBad, total)) where count <= min(allBad, total) {
      sum += exp(logChoose(allBad, count) + logChoose(all - allBad, total - count) - scale)
    }
    return min(1, sum)
  }
}

/// The Mann–Whitney test, one-sided: the probability of a difference at least this large, if both groups have one
/// distribution. Ties get midranks.
public struct MannWhitney: Sendable {
  /// The U statistic of the first group: the number of pairs in which the first is larger, ties counted half.
  public let u: Double
  /// The p-value: exact for up to 60 samples, even with ties; above that, by the normal approximation.
  public let pValue: Double
  /// Cliff's delta: from -1 (always smaller) to 1 (always larger).
  public let delta: Double
  /// The median of all pairwise differences (Hodges–Lehmann).
  public let shift: Double

  /// The total number of samples up to which the p-value is exact.
  public static let exactBound = 60

  /// Compares two groups. Returns nil if a group is empty, or a sample is not finite.
  /// - Complexity: O(m·n·log(m·n)), and O(N³) for an exact p-value.
  public init?(_ first: [Double], against second: [Double], isExact: Bool? = nil) {
    guard !first.isEmpty, !second.isEmpty, (first + second).allSatisfy(\.isFinite) else { return nil }
    let (m, n) = (first.count, second.count)
    // Ranks are doubled, so that midranks are whole numbers.
    let (ranks, ties) = Self.doubledRanks(first + second)
    let sum = ranks[..<m].reduce(0, +)
    u = Double(sum) / 2 - Double(m * (m + 1)) / 2
    delta = 2 * u / Double(m * n) - 1
    let differences = first.flatMap { a in second.map { a - $0 } }.sorted()
    let middle = differences.count / 2
    shift =
      differences.count % 2 == 1 ? differences[middle] : (differences[middle - 1] + differences[middle]) / 2
    pValue =
      isExact ?? (m + n <= Self.exactBound)
      ? Self.exact(ranks, m, atLeast: sum) : Self.normal(u, m, n, ties)
  }

  /// Returns doubled midranks in the order of the samples, and the number of samples for each value.
  private static func doubledRanks(_ samples: [Double]) -> (ranks: [Int], ties: [Int]) {
    let order = samples.indices.sorted { samples[$0] < samples[$1] }
    var (ranks, ties) = ([Int](repeating: 0, count: samples.count), [Int]())
    var start = 0
    while start < order.count {
      var end = start
      while end + 1 < order.count, samples[order[end + 1]] == samples[order[start]] { end += 1 }
      for place in start...end { ranks[order[place]] = start + end + 2 }
      ties.append(end - start + 1)
      start = end + 1
    }
    return (ranks, ties)
  }

  /// Returns the share of subsets of a size with a rank sum of at least the observed one.
  private static func exact(_ ranks: [Int], _ size: Int, atLeast seen: Int) -> Double {
    let most = ranks.reduce(0, +)
    var counts = [[Double]](repeating: [Double](repeating: 0, count: most + 1), count: size + 1)
    counts[0][0] = 1
    for (place, rank) in ranks.enumerated() {
      for taken in stride(from: min(size, place + 1), through: 1, by: -1) {
        for sum in stride(from: most, through: rank, by: -1) { counts[taken][sum] += counts[taken - 1][sum - rank] }
      }
    }
    return counts[size][seen...].reduce(0, +) / counts[size].reduce(0, +)
  }

  private static func normal(_ u: Double, _ m: Int, _ n: Int, _ ties: [Int]) -> Double {
    let (product, all) = (Double(m * n), Double(m + n))
    let tied = ties.map { pow(Double($0), 3) - Double($0) }.reduce(0, +)
    let variance = product / 12 * (all + 1 - tied / (all * (all - 1)))
    guard variance > 0 else { return 1 }
    return erfc((u - product / 2 - 0.5) / variance.squareRoot() / 2.0.squareRoot()) / 2
  }
}
