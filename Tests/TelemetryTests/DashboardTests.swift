import StrictJSON
import Telemetry
import Testing

@Suite("Dashboards")
struct DashboardTests {
  /// All metrics of the program; each needs an alert, a panel, or a reader named here.
  private static let metrics: Set<String> = {
    var facts = RepositoryFacts()
    facts.milestones = [("done", 1)]
    facts.gates = [.init(name: "release", answer: "go")]
    facts.suspectSince = (0...PlanMetrics.seriesBound).map { .init(milestone: "M-\($0)", at: 1) }
    facts.evidenceEnds = [.init(milestone: "M-1", at: 1)]
    facts.waiverEnds = [.init(milestone: "M-1", at: 1)]
    facts.objectives = [.init(name: "s", budgetLeft: 1, capturedAt: 1)]
    facts.sinks = [.init(name: "s", deadLetters: 0, behind: 0)]
    facts.audit = .init(errors: 0, warnings: 0, notes: 0)
    facts.promotions = [.init(stage: "s", phase: "held", at: 1, deadline: 2)]
    let families = PlanMetrics.families(facts, repository: "a", version: "1", collectedAt: 1)
    return Set(families.filter { !$0.samples.isEmpty }.map(\.name))
  }()

  private static func queries(_ dashboard: Dashboard) -> [String] {
    (dashboard.json["panels"]?.array ?? []).flatMap { panel in
      (panel["targets"]?.array ?? []).compactMap { $0["expr"]?.string }
    }
  }

  @Test("every metric has a panel, and a panel asks for no other metric of the program")
  func readers() throws {
    #expect(Self.metrics.count == 17)
    let text = Dashboard.all.flatMap(Self.queries).joined(separator: " ")
    let asked = Set(text.matches(of: /readiness_[a-z_]+/).map { String($0.output) })
    let commands: Set = ["readiness_commands_total", "readiness_command_duration_seconds_bucket"]
    #expect(asked == Self.metrics.union(commands))
  }

  @Test("panels have ids of their own, a unit, and places within 24 columns that do not overlap")
  func layout() throws {
    for dashboard in Dashboard.all {
      let panels = Array(try #require(dashboard.json["panels"]?.array))
      #expect(Set(panels.compactMap { $0["id"]?.integer }).count == panels.count)
      var cells: Set<[Int]> = []
      for panel in panels {
        let place = try #require(panel["gridPos"])
        let x = try #require(place["x"]?.integer)
        let y = try #require(place["y"]?.integer)
        let width = try #require(place["w"]?.integer)
        let height = try #require(place["h"]?.integer)
        #expect(x >= 0 && x + width <= 24)
        for column in x..<(x + width) {
          for row in y..<(y + height) { #expect(cells.insert([column, row]).inserted) }
        }
        #expect(panel["fieldConfig"]?["defaults"]?["unit"]?.string?.isEmpty == false)
        #expect(["stat", "timeseries", "table"].contains(panel["type"]?.string ?? ""))
      }
    }
  }

  @Test("each has its data source and repositories as variables, and a uid of its own")
  func variables() throws {
    #expect(Set(Dashboard.all.compactMap { $0.json["uid"]?.string }).count == 2)
    for dashboard in Dashboard.all {
      let names = (dashboard.json["templating"]?["list"]?.array ?? []).compactMap { $0["name"]?.string }
      #expect(names == ["datasource", "repository"] && dashboard.json["schemaVersion"]?.integer == 39)
    }
  }
}
