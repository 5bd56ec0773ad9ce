import StrictJSON

/// What a state means to the rules; names are the team's, categories are fixed (contract 2.2).
public enum Category: String, Sendable, CaseIterable {
  case pending, active, blocked, review, done

  /// For `review` and `done`, what was reviewed must not change unseen.
  package var isFrozen: Bool { self == .review || self == .done }
}

/// What an edge of the workflow asks for.
public enum Guard: String, Sendable, CaseIterable {
  case dependenciesDone = "dependencies-done"
  case ownerAssigned = "owner-assigned"
  case blockedReason = "blocked-reason"
  case reason
  case criteriaMet = "criteria-met"
  case deliverablesPresent = "deliverables-present"
  case noDoneDependents = "no-done-dependents"

  /// Guards that look only at the resulting tree, and so can be asked of several steps at once (contract 2.3).
  package var isOfState: Bool { self != .reason && self != .noDoneDependents }
}

/// A state of the workflow.
public struct State: Sendable, Equatable {
  /// The name that milestones carry.
  public let name: String
  /// What it means to the rules.
  public let category: Category
}

/// An edge of the workflow.
public struct Edge: Sendable {
  /// The state before.
  public let from: String
  /// The state after.
  public let to: String
  /// What has to hold.
  public let guards: [Guard]
}

/// States and the edges between them.
public struct Workflow: Sendable {
  /// The states, in the team's order.
  public let states: [State]
  /// The edges.
  public let edges: [Edge]
  private let byName: [String: State]

  init(states: [State], edges: [Edge]) {
    self.states = states
    self.edges = edges
    byName = Dictionary(states.map { ($0.name, $0) }) { first, _ in first }
  }

  /// The state of that name, compared to the byte.
  public func state(_ name: String) -> State? {
    guard let state = byName[name], state.name.isExactly(name) else { return nil }
    return state
  }

  /// The category of a state's name; nil where the workflow has no such state.
  public func category(_ name: String) -> Category? { state(name)?.category }

  /// The categories of those that can be read. Neighbours mostly have the same state.
  package func categories(of rows: MilestoneRows) -> [Category?] {
    var (last, category): (String?, Category?) = (nil, nil)
    return rows.readable.map { place in
      let status = rows.rows[place].status
      if last?.isExactly(status) != true { (last, category) = (status, self.category(status)) }
      return category
    }
  }

  /// The edge between two states.
  public func edge(from: String, to: String) -> Edge? {
    edges.first { $0.from == from && $0.to == to }
  }

  /// The states that can follow.
  public func successors(of name: String) -> [String] { edges.filter { $0.from == name }.map(\.to) }

  /// The state in which milestones are born: the first `pending` one.
  public var initial: State { states.first { $0.category == .pending } ?? states[0] }

  /// The state that a person means: case does not count, `-` and `_` stand for a space (contract 4).
  public func state(meant text: String) -> State? {
    func folded(_ name: String) -> String {
      String(name.lowercased().map { $0 == "-" || $0 == "_" ? " " : $0 })
    }
    return state(text) ?? states.first { folded($0.name) == folded(text) }
  }

  /// A state's name as one word of a command line, which `state(meant:)` takes back.
  public static func word(for state: String) -> String {
    state.lowercased().split(separator: " ").joined(separator: "-")
  }

  /// The states that lead back to a pending one, the shortest way, over edges that ask for a reason at most.
  /// - Returns: none where the state is pending already; nil where no such way is.
  public func wayBack(from name: String) -> [String]? {
    var ways: [[String]] = [[]]
    var seen: Set<String> = [name]
    while !ways.isEmpty {
      var longer: [[String]] = []
      for way in ways {
        let at = way.last ?? name
        if category(at) == .pending { return way }
        for edge in edges where edge.from == at && !edge.guards.contains(where: { $0.isOfState }) {
          if seen.insert(edge.to).inserted { longer.append(way + [edge.to]) }
        }
      }
      ways = longer
    }
    return nil
  }

  /// Edges that can be the last of a path between two states, which may be one edge long.
  package func lastEdges(from: String, to: String) -> [Edge] {
    var reached: Set<String> = [from]
    var frontier = [from]
    while let name = frontier.popLast() {
      for next in successors(of: name) where reached.insert(next).inserted { frontier.append(next) }
    }
    return edges.filter { $0.to == to && reached.contains($0.from) }
  }
}

extension Workflow {
  /// Reads `workflow.json`; nil, with faults, where it is none.
  init?(_ root: JSONValue, _ faults: FaultList) {
    let known: [StaticString] = ["$schema", "version", "states", "transitions"]
    guard let reader = ObjectReader(root, "The workflow", known: known, extensible: true, faults) else { return nil }
    reader.checkVersion()
    var states: [State] = []
    for element in reader.elements("states", required: true) {
      guard let state = State(element, faults) else { continue }
      // Names that only look alike would make two states of one.
      if states.contains(where: { $0.name.lowercased() == state.name.lowercased() }) {
        faults.add("The state \"\(state.name)\" occurs twice.", at: element)
      }
      states.append(state)
    }
    if !states.contains(where: { $0.category == .pending }), let place = root["states"] {
      faults.add(
        "No state has the category pending, so no milestone could begin. Give one of them \"category\": \"pending\".",
        at: place)
    }
    var edges: [Edge] = []
    for element in reader.elements("transitions", required: true) {
      guard let edge = Edge(element, states, faults) else { continue }
      if edges.contains(where: { $0.from == edge.from && $0.to == edge.to }) {
        faults.add("The edge from \"\(edge.from)\" to \"\(edge.to)\" occurs twice.", at: element)
      }
      edges.append(edge)
    }
    guard faults.faults.isEmpty else { return nil }
    self.init(states: states, edges: edges)
  }
}

extension State {
  /// 1 to 64 characters without quotes, backslash or control characters, trimmed, not `none` (contract 2.2).
  fileprivate init?(_ value: JSONValue, _ faults: FaultList) {
    let known: [StaticString] = ["name", "category"]
    guard let reader = ObjectReader(value, "The state", known: known, extensible: true, faults) else { return nil }
    let name = reader.text("name")
    let category = reader.choice("category", of: Category.allCases.map(\.rawValue)).flatMap(Category.init)
    guard let name, let category else { return nil }
    let isClean = name.unicodeScalars.allSatisfy {
      $0 != "\"" && $0 != "\\" && $0.properties.generalCategory != .control
        && $0.properties.generalCategory != .lineSeparator && $0.properties.generalCategory != .paragraphSeparator
    }
    let isTrimmed =
      name.unicodeScalars.first?.properties.isWhitespace == false
      && name.unicodeScalars.last?.properties.isWhitespace == false
    guard isClean, isTrimmed, name.unicodeScalars.count <= 64, name != "none" else {
      faults.add(
        "A state's name has 1 to 64 characters, no quotes, backslash or control characters, no space at its ends, and is not \"none\".",
        at: value["name"] ?? value)
      return nil
    }
    self.init(name: name, category: category)
  }
}

extension Edge {
  fileprivate init?(_ value: JSONValue, _ states: [State], _ faults: FaultList) {
    let known: [StaticString] = ["from", "to", "guards"]
    guard let reader = ObjectReader(value, "The transition", known: known, extensible: true, faults) else { return nil }
    let names = states.map(\.name)
    let from = reader.choice("from", of: names)
    let to = reader.choice("to", of: names)
    let guards = reader.uniqueTexts("guards").compactMap { text, element -> Guard? in
      guard let asked = Guard(rawValue: text) else {
        let legal = Guard.allCases.map(\.rawValue).joined(separator: ", ")
        faults.add("\"\(text)\" is no guard. The guards are \(legal).", at: element)
        return nil
      }
      return asked
    }
    guard let from, let to else { return nil }
    if from == to { faults.add("An edge leads from one state to another, not back to itself.", at: value) }
    self.init(from: from, to: to, guards: guards)
  }
}

extension ObjectReader {
  /// Version 1 is known; a later one may hold rules that would silently not apply.
  func checkVersion() { _ = version(upTo: 1) }

  /// The version of a format whose versions from 1 on are known; 1 where there is a fault.
  func version(upTo newest: Int) -> Int {
    guard let version = required("version") else { return 1 }
    guard let number = version.integer, number >= 1 else {
      faults.add("\"version\" should be \(newest == 1 ? "1" : "1 to \(newest)").", at: version)
      return 1
    }
    guard number <= newest else {
      let known = newest == 1 ? "version 1" : "versions 1 to \(newest)"
      faults.add("This is version \(number); this program knows \(known).", at: version, code: .policyTooNew)
      return newest
    }
    return number
  }
}
