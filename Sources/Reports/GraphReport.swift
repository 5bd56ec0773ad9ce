public import PlanJudge
import PlanModel
public import StrictJSON

/// The dependency graph in layers, in the formats that people paste into documents.
public struct GraphReport {
  /// The formats.
  public enum Form: String, CaseIterable, Sendable { case text, mermaid, dot, svg }

  let overview: PlanOverview

  /// Creates a report.
  public init(_ overview: PlanOverview) { self.overview = overview }

  /// The layers, followed by the milestones in a cycle.
  var layers: [[MilestoneID]] {
    let layers = overview.graph.layers()
    let placed = Set(layers.joined())
    let circular = overview.ids.filter { !placed.contains($0) }
    return circular.isEmpty ? layers : layers + [circular]
  }

  /// The edges from each dependency to its dependent.
  var edges: [(from: MilestoneID, to: MilestoneID)] {
    overview.entries.flatMap { entry in
      entry.dependsOn.filter { overview[$0] != nil }.sorted().map { ($0, entry.id) }
    }
  }

  /// Renders the graph in a format.
  public func render(_ form: Form, width: Int, _ style: Style) -> String {
    switch form {
    case .text: text(width: width, style)
    case .mermaid: mermaid
    case .dot: dot
    case .svg: GraphDrawing(self).svg
    }
  }

  private func text(width: Int, _ style: Style) -> String {
    let widest = overview.ids.map(\.text.columns).max() ?? 4
    var lines: [String] = []
    for (index, layer) in layers.enumerated() {
      if index > 0 { lines.append("") }
      lines.append(style("layer \(index + 1)", .quiet))
      for id in layer {
        guard let entry = overview[id] else { continue }
        let mark = style(Self.mark(entry.category), StatusReport.role(entry) ?? .quiet)
        let dependencies = entry.dependsOn.map(\.text).joined(separator: ", ")
        let room = max(12, min(width, 80) - widest - 6 - dependencies.columns - (dependencies.isEmpty ? 0 : 5))
        let suffix = Self.marks(entry).map { " (\($0))" } ?? ""
        let name = entry.workstream.printable.cut(to: max(12, room - suffix.columns))
        lines.append(
          "  \(mark) " + style(id.text.padded(to: widest), .strong) + "  \(name)" + style(suffix, .warn)
            + (dependencies.isEmpty ? "" : style("  <- \(dependencies)", .quiet)))
      }
    }
    lines += ["", style("[x] done  [~] under way  [!] blocked  [ ] not started", .quiet)]
    return lines.joined(separator: "\n")
  }

  /// Returns the marks of a state with reservations, such as `suspect`. Nil if there are none.
  static func marks(_ entry: PlanOverview.Entry) -> String? {
    let words = (entry.suspect.isEmpty ? [] : ["suspect"]) + (entry.waived.isEmpty ? [] : ["waived"])
    return words.isEmpty ? nil : words.joined(separator: ", ")
  }

  private static func mark(_ category: Category?) -> String {
    switch category {
    case .done: "[x]"
    case .active, .review: "[~]"
    case .blocked: "[!]"
    default: "[ ]"
    }
  }

  /// The graph as a Mermaid flowchart.
  private var mermaid: String {
    func name(_ id: MilestoneID) -> String { id.text.replacing("-", with: "_") }
    var lines = ["flowchart LR"]
    for entry in overview.entries {
      let id = entry.id
      let label =
        "<b>\(MermaidText.label(id.text))</b><br/>" + MermaidText.label(entry.workstream)
        + (Self.marks(entry).map { "<br/>\(MermaidText.label($0))" } ?? "")
      lines.append("  \(name(id))[\"\(label)\"]:::\(entry.category?.rawValue ?? "pending")")
    }
    for edge in edges { lines.append("  \(name(edge.from)) --> \(name(edge.to))") }
    for category in Category.allCases {
      let colors = Palette.colors(category)
      lines.append("  classDef \(category.rawValue) fill:\(colors.fill),stroke:\(colors.line),color:\(colors.text)")
    }
    return lines.joined(separator: "\n")
  }

  /// The graph for Graphviz.
  private var dot: String {
    var lines = [
      "digraph readiness {", "  rankdir=LR;",
      "  node [shape=box, style=\"rounded,filled\", fontname=\"Helvetica,Arial,sans-serif\", fontsize=11];",
      "  edge [color=\"#8b949e\", arrowsize=0.7];",
    ]
    for entry in overview.entries {
      let colors = Palette.colors(entry.category ?? .pending)
      let label = DotText.label([entry.id.text, entry.workstream] + (Self.marks(entry).map { ["(\($0))"] } ?? []))
      lines.append(
        "  \(DotText.name(entry.id.text)) [label=\(label), fillcolor=\"\(colors.fill)\", color=\"\(colors.line)\", fontcolor=\"\(colors.text)\"];"
      )
    }
    for edge in edges { lines.append("  \(DotText.name(edge.from.text)) -> \(DotText.name(edge.to.text));") }
    return (lines + ["}"]).joined(separator: "\n")
  }

  /// The answer `graph`: `nodes[]` (`id, workstream, status, category, layer`), `edges[]` as `[dependency, dependent]`.
  public var json: JSONValue {
    let nodes = layers.enumerated().flatMap { index, layer in
      layer.compactMap { id in
        overview[id].map { entry -> JSONValue in
          [
            "id": .text(id.text), "workstream": .text(entry.workstream),
            "status": .text(entry.status), "category": entry.category.map { .text($0.rawValue) } ?? nil,
            "layer": .int(index + 1), "suspect": .texts(entry.suspect), "waived": .texts(entry.waived.map(\.id)),
          ]
        }
      }
    }
    return Envelope.json(
      "graph",
      [
        JSONMember("nodes", JSONValue(.array(nodes))),
        JSONMember("edges", JSONValue(.array(edges.map { .texts([$0.from.text, $0.to.text]) }))),
      ])
  }
}

/// The colours of the categories, readable on a light background.
enum Palette {
  static func colors(_ category: Category) -> (fill: String, line: String, text: String) {
    switch category {
    case .pending: ("#f6f8fa", "#8c959f", "#24292f")
    case .active: ("#ddf4ff", "#0969da", "#0a3069")
    case .blocked: ("#ffebe9", "#cf222e", "#82071e")
    case .review: ("#fff8c5", "#9a6700", "#4d2d00")
    case .done: ("#dafbe1", "#1a7f37", "#044f1e")
    }
  }
}
