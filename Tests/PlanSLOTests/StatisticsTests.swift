import Testing

@testable import PlanSLO

/// The expected values come from scipy 1.17.1, or from counting all subsets if scipy lacks the form.
@Suite("Statistics")
struct StatisticsTests {
  struct Case: Sendable {
    let first: [Double], second: [Double]
    let u: Double, exact: Double?, normal: Double?, delta: Double, shift: Double?
  }

  @Test(
    "two groups of samples, with ties and without",
    arguments: [
      Case(
        first: [1.1, 1.2, 1.3, 1.4, 1.5], second: [1.0, 1.05, 1.15, 1.25, 1.35], u: 19, exact: 0.1111111111111111,
        normal: nil, delta: 0.52, shift: 0.15),
      Case(first: [5, 6, 7], second: [1, 2, 3], u: 9, exact: 0.05, normal: nil, delta: 1, shift: 4),
      Case(
        first: [0, 1, 2, 1, 0, 0], second: [0, 0, 0, 0, 0, 0], u: 27, exact: 0.09090909090909091,
        normal: 0.03656989982945446, delta: 0.5, shift: 0.5),
      Case(
        first: [100, 100, 100, 100, 100, 100, 100, 1, 1, 1], second: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1], u: 85,
        exact: 0.0015479876160990713, normal: 0.000808386415310303, delta: 0.7, shift: 99),
      Case(
        first: [12, 14, 14, 15, 18, 19, 20, 21, 22, 30], second: [10, 11, 12, 12, 13, 14, 14, 15, 16, 17], u: 82.5,
        exact: 0.005899673082335621, normal: 0.007492736830462878, delta: 0.65, shift: 4.5),
      Case(
        first: [1, 2, 2, 3, 4], second: [1, 1, 2, 2, 3], u: 16.5, exact: 0.26587301587301587, normal: nil, delta: 0.32,
        shift: nil),
      Case(
        first: [1, 1, 1, 2, 2], second: [1, 1, 1, 1, 1], u: 17.5, exact: 0.2222222222222222, normal: nil, delta: 0.4,
        shift: nil),
    ])
  func mannWhitney(_ example: Case) throws {
    let found = try #require(MannWhitney(example.first, against: example.second))
    #expect(found.u == example.u && abs(found.delta - example.delta) < 1e-12)
    if let exact = example.exact { #expect(abs(found.pValue - exact) < 1e-12, "\(found.pValue)") }
    if let shift = example.shift { #expect(abs(found.shift - shift) < 1e-12, "\(found.shift)") }
    let normal = try #require(MannWhitney(example.first, against: example.second, isExact: false))
    if let expected = example.normal { #expect(abs(normal.pValue - expected) < 1e-12, "\(normal.pValue)") }
  }

  @Test("no samples, infinite ones, and samples without any difference")
  func edges() throws {
    #expect(MannWhitney([], against: [1]) == nil && MannWhitney([.nan], against: [1]) == nil)
    #expect(try #require(MannWhitney([1, 1], against: [1, 1], isExact: false)).pValue == 1)
    #expect(try #require(MannWhitney([1, 1], against: [1, 1])).pValue == 1)
  }

  @Test(
    "bad events of two groups",
    arguments: [
      (5, 100, 1, 1000, 3.15104009226e-05), (3, 1000, 3, 9000, 0.0158171925753), (2, 1000, 0, 9000, 0.00999099909991),
      (12, 1200, 4, 4800, 3.18092809839e-06), (0, 50, 0, 500, 1), (50, 50, 50, 50, 1), (0, 0, 3, 9, 1),
    ])
  func fisher(_ bad: Int, _ total: Int, _ otherBad: Int, _ otherTotal: Int, _ expected: Double) throws {
    let found = try #require(FisherExact.pValue(bad: bad, of: total, against: otherBad, of: otherTotal))
    #expect(abs(found - expected) <= 1e-9 * expected, "\(found)")
  }

  @Test("more bad events than events are none")
  func impossible() {
    #expect(FisherExact.pValue(bad: 2, of: 1, against: 0, of: 1) == nil)
    #expect(FisherExact.pValue(bad: -1, of: 1, against: 0, of: 1) == nil)
  }
}
