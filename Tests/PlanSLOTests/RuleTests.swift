import PlanModel
import TestSupport
import StrictJSON
import Testing

@testable import PlanSLO

@Suite("Compiled rules")
struct RuleTests {
  private func objective(_ old: String = "30d", _ new: String = "30d") throws -> Objective {
    try #require(ObjectiveFixture.file(ObjectiveFixture.edited(old, new)).objective)
  }

  @Test(
    "factors and thresholds are exact, and rounded half to even where they never end",
    arguments: [
      ("30d", ["14.4", "6", "3", "1"], ["0.0144", "0.006", "0.003", "0.001"]),
      ("28d", ["13.44", "5.6", "2.8", "1"], ["0.01344", "0.0056", "0.0028", "0.001"]),
      ("7d", ["3.36", "1.4", "1", "1"], ["0.00336", "0.0014", "0.001", "0.001"]),
      ("90d", ["43.2", "18", "9", "3"], ["0.0432", "0.018", "0.009", "0.003"]),
      ("35d", ["16.8", "7", "3.5", "1.1667"], ["0.0168", "0.007", "0.0035", "0.0011667"]),
      ("4w", ["13.44", "5.6", "2.8", "1"], ["0.01344", "0.0056", "0.0028", "0.001"]),
    ])
  func arithmetic(_ period: String, _ factors: [String], _ thresholds: [String]) throws {
    let rows = try objective("30d", period).rows
    #expect(rows.map(\.factor.text) == factors)
    #expect(rows.map(\.threshold.text) == thresholds)
  }

  @Test("99.9 % over 30 days pages after 51.84 s of nothing but errors, and after 30 min at twice the threshold")
  func detection() throws {
    let row = try #require(try objective().rows.first)
    #expect(abs(row.detectionSeconds(atRatio: 1) - 51.84) < 1e-9)
    #expect(abs(row.detectionSeconds(atRatio: 0.0288) - 1800) < 1e-6)
  }

  @Test(
    "the target below which the first row is unreachable",
    arguments: [("30d", "0.930555", "0.930556"), ("7d", "0.70238", "0.702381")])
  func unreachable(_ period: String, _ below: String, _ above: String) throws {
    let text = ObjectiveFixture.edited("30d", period)
    let low = try #require(ObjectiveFixture.file(text.replacing("0.999", with: below)).objective)
    let high = try #require(ObjectiveFixture.file(text.replacing("0.999", with: above)).objective)
    #expect(high.rows.count == low.rows.count + 1)
  }

  @Test("twenty rules in two groups, the same bytes each time, with the names that users of sloth know")
  func rules() throws {
    let objective = try objective()
    #expect(RuleGroups(objective).count == 20)
    let text = RuleFile.rules([objective], as: .yaml)
    #expect(text == RuleFile.rules([try self.objective()], as: .yaml))
    let total = #"sum(rate(http_requests_total{job=\"checkout\"}[5m]))"#
    let bad = #"sum(rate(http_requests_total{job=\"checkout\",code=~\"5..\"}[5m]))"#
    for line in [
      #"expr: "(\#(bad) or 0 * \#(total))""#, #"expr: "(\#(bad) or 0 * \#(total)) / (\#(total) > 0)""#,
      #"record: "slo:sli_error:ratio_rate30d""#, #"expr: "vector(0.999)""#,
      #"expr: "1 - slo:sli_error:ratio_rate30d{service=\"checkout\",slo=\"checkout-availability\"} / 0.001""#,
      #"expr: "absent(slo:sli_total:rate5m{service=\"checkout\",slo=\"checkout-availability\"})""#,
    ] {
      #expect(text.contains(line + "\n"), "\(line)")
    }
    let m = #"{service=\"checkout\",slo=\"checkout-availability\"}"#
    func row(_ long: String, _ short: String, _ limit: String) -> String {
      "(slo:sli_error:ratio_rate\(long)\(m) > \(limit) and slo:sli_error:ratio_rate\(short)\(m) > \(limit) and slo:sli_total:increase\(long)\(m) >= 100)"
    }
    #expect(text.contains("\"\(row("1h", "5m", "0.0144")) or \(row("6h", "30m", "0.006"))\""))
  }

  @Test("the same rules as JSON, and as an object of the operator")
  func formats() throws {
    let objective = try objective()
    let json = try JSONDocument(parsing: Array(RuleFile.rules([objective], as: .json).utf8), limits: .general).root
    #expect(json["groups"]?.array?.count == 2)
    let object = RuleFile.rules([objective], as: .operator)
    #expect(object.hasPrefix("apiVersion: \"monitoring.coreos.com/v1\"\nkind: \"PrometheusRule\"\n"))
    #expect(
      RuleFile.files(objective, as: .yaml).map(\.name) == [
        "checkout-availability.rules.yml", "checkout-availability.test.yml",
      ])
  }

  @Test("texts of a definition are data in templates and in YAML")
  func escapes() throws {
    let text = try objective("Checkout answers", #"a {{ \"b\" }} \u0085 \u2028"#)
    let rules = RuleFile.rules([text], as: .yaml)
    #expect(rules.contains(#"a {{\"{{\"}} \"b\" }} \u0085 \u2028"#))
  }

  @Test(
    "patterns of labels give a text that they match, and are left alone where they cannot be read",
    arguments: [
      ("5..", "500", "200"), ("4..|5..", "400", "200"), ("(get|put)", "get", "post"), ("a.*", "a0", "b"),
      ("1|1\\.0", "1", "10"), ("[a-c]x?", "ax", "dx"), ("\\d+", "0", "x"), ("", "", "x"),
    ])
  func patterns(_ pattern: String, _ sample: String, _ other: String) throws {
    let read = try #require(LabelPattern(pattern))
    #expect(read.sample == sample && read.matches(sample) && !read.matches(other))
    #expect(LabelPattern("^" + pattern) == nil && LabelPattern(pattern + "(?i)") == nil)
  }

  @Test("fixtures are made up from the selectors, and only what needs no series where they cannot be")
  func fixtures() throws {
    let test = RuleFile.files(try objective(), as: .yaml)[1].text
    #expect(test.contains(#"series: "http_requests_total{code=\"500\",job=\"checkout\"}""#))
    #expect(test.contains(#"series: "http_requests_total{code=\"200\",job=\"checkout\"}""#))
    let odd = try #require(
      ObjectiveFixture.file(ObjectiveFixture.edited("5..", "(?i)err")).objective)
    let stub = RuleFile.files(odd, as: .yaml)[1].text
    #expect(stub.hasPrefix("# ") && stub.contains("nothing is scraped") && !stub.contains("- series: "))
  }
}
