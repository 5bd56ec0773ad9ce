import PlanJudge
import PlanModel

/// A drawing of the graph for a document: layers from left to right, few crossings, edges as curves around the boxes.
/// The same plan gives the same bytes.
struct GraphDrawing {
  private struct Box {
    let x: Int
    let y: Int
  }

  /// A milestone, or a gap where an edge passes through a layer.
  private enum Slot: Hashable {
    case milestone(MilestoneID)
    case passing(from: MilestoneID, to: MilestoneID, layer: Int)
  }

  private static let (width, height, columnGap, rowGap, margin, passHeight) = (204, 56, 60, 18, 20, 12)

  private let report: GraphReport
  private let columns: [[Slot]]
  private let boxes: [Slot: Box]
  private let size: (width: Int, height: Int)

  init(_ report: GraphReport) {
    self.report = report
    columns = Self.ordered(report)
    let heights = columns.map { Self.height(of: $0) }
    let tallest = heights.max() ?? 0
    var boxes: [Slot: Box] = [:]
    for (column, slots) in columns.enumerated() {
      var y = Self.margin + (tallest - heights[column]) / 2
      for slot in slots {
        boxes[slot] = Box(x: Self.margin + column * (Self.width + Self.columnGap), y: y)
        y += Self.height(of: slot) + Self.rowGap
      }
    }
    self.boxes = boxes
    let count = max(1, columns.count)
    size = (
      2 * Self.margin + count * Self.width + (count - 1) * Self.columnGap, max(tallest, 1) + 2 * Self.margin + 36
    )
  }

  private static func height(of slot: Slot) -> Int {
    if case .milestone = slot { height } else { passHeight }
  }

  private static func height(of column: [Slot]) -> Int {
    column.map { height(of: $0) + rowGap }.reduce(-rowGap, +)
  }

  // MARK: - Order within layers

  /// Sorts each layer by the positions of its neighbours: barycenter sweeps (Sugiyama, Tagawa and Toda, 1981).
  private static func ordered(_ report: GraphReport) -> [[Slot]] {
    let layers = report.layers
    var layerOf: [MilestoneID: Int] = [:]
    for (index, layer) in layers.enumerated() { for id in layer { layerOf[id] = index } }
    var columns = layers.map { $0.map(Slot.milestone) }
    var neighbours: [Slot: [Slot]] = [:]
    for edge in report.edges {
      guard let a = layerOf[edge.from], let b = layerOf[edge.to], a < b else { continue }
      var last = Slot.milestone(edge.from)
      for layer in (a + 1)..<max(a + 1, b) {
        let slot = Slot.passing(from: edge.from, to: edge.to, layer: layer)
        columns[layer].append(slot)
        neighbours[last, default: []].append(slot)
        neighbours[slot, default: []].append(last)
        last = slot
      }
      neighbours[last, default: []].append(.milestone(edge.to))
      neighbours[.milestone(edge.to), default: []].append(last)
    }
    for round in 0..<8 {
      let indices = Array(columns.indices)
      for column in round % 2 == 0 ? indices : indices.reversed() {
        let beside = round % 2 == 0 ? column - 1 : column + 1
        guard columns.indices.contains(beside) else { continue }
        let places = Dictionary(uniqueKeysWithValues: columns[beside].enumerated().map { ($1, $0) })
        let weights = columns[column].enumerated().map { index, slot -> (Double, Int) in
          let found = (neighbours[slot] ?? []).compactMap { places[$0] }
          return (found.isEmpty ? Double(index) : Double(found.reduce(0, +)) / Double(found.count), index)
        }
        columns[column] = zip(weights, columns[column]).sorted { $0.0 < $1.0 }.map(\.1)
      }
    }
    return columns
  }

  // MARK: - Drawing

  var svg: String {
    let title = XMLText.line(report.overview.plan?.title ?? "Plan")
    var lines = [
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(size.width) \(size.height)\" width=\"\(size.width)\" height=\"\(size.height)\" role=\"img\" font-family=\"system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif\">",
      "<title>\(title)</title>", "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>",
      "<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\"><path d=\"M0,0 L8,4 L0,8 Z\" fill=\"#8c959f\"/></marker></defs>",
      "<g fill=\"none\" stroke=\"#8c959f\" stroke-width=\"1.25\">",
    ]
    lines += report.edges.compactMap(path)
    lines.append("</g>")
    for entry in report.overview.entries { lines += box(entry) }
    lines += legend
    return (lines + ["</svg>"]).joined(separator: "\n")
  }

  /// Returns the path from the right side of the dependency through the gaps to the left side of the dependent.
  private func path(_ edge: (from: MilestoneID, to: MilestoneID)) -> String? {
    guard let start = boxes[.milestone(edge.from)], let end = boxes[.milestone(edge.to)], start.x < end.x else {
      return nil
    }
    let passing = columns.indices.compactMap { boxes[.passing(from: edge.from, to: edge.to, layer: $0)] }
    var (x, y) = (start.x + Self.width, start.y + Self.height / 2)
    var path = "M\(x),\(y)"
    func curve(to endX: Int, _ endY: Int) {
      let bend = (endX - x) / 2
      path += " C\(x + bend),\(y) \(endX - bend),\(endY) \(endX),\(endY)"
      (x, y) = (endX, endY)
    }
    for place in passing {
      curve(to: place.x, place.y + Self.passHeight / 2)
      path += " H\(place.x + Self.width)"
      x = place.x + Self.width
    }
    curve(to: end.x - 1, end.y + Self.height / 2)
    return
      "<path d=\"\(path)\" marker-end=\"url(#tip)\"><title>\(XMLText.line("\(edge.to) depends on \(edge.from)"))</title></path>"
  }

  private func box(_ entry: PlanOverview.Entry) -> [String] {
    guard let box = boxes[.milestone(entry.id)] else { return [] }
    let colors = Palette.colors(entry.category ?? .pending)
    let status = entry.status + (GraphReport.marks(entry).map { " (\($0))" } ?? "")
    func text(_ dy: Int, _ size: Int, _ text: String, bold: Bool = false) -> String {
      "<text x=\"\(box.x + 12)\" y=\"\(box.y + dy)\" font-size=\"\(size)\"\(bold ? " font-weight=\"600\"" : "") fill=\"\(colors.text)\">\(XMLText.line(text))</text>"
    }
    return [
      "<g><title>\(XMLText.line("\(entry.id) \(entry.workstream): \(entry.outcome)"))</title>",
      "<rect x=\"\(box.x)\" y=\"\(box.y)\" width=\"\(Self.width)\" height=\"\(Self.height)\" rx=\"8\" fill=\"\(colors.fill)\" stroke=\"\(colors.line)\"\(entry.suspect.isEmpty ? "" : " stroke-dasharray=\"5 3\"")/>",
      text(20, 12, "\(entry.id)  \(status)".cut(to: 26), bold: true),
      text(40, 12, entry.workstream.cut(to: 29)),
      "</g>",
    ]
  }

  private var legend: [String] {
    let used = Set(report.overview.entries.compactMap(\.category))
    var x = Self.margin
    let y = size.height - 20
    return report.overview.policy.workflow.states.filter { used.contains($0.category) }.map { state in
      let colors = Palette.colors(state.category)
      let line =
        "<rect x=\"\(x)\" y=\"\(y - 9)\" width=\"12\" height=\"12\" rx=\"3\" fill=\"\(colors.fill)\" stroke=\"\(colors.line)\"/><text x=\"\(x + 18)\" y=\"\(y + 1)\" font-size=\"11\" fill=\"#57606a\">\(XMLText.line(state.name))</text>"
      x += 34 + 7 * state.name.columns
      return line
    }
  }
}
