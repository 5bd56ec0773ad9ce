import StrictJSON

/// The meaning of a state to the rules. Teams choose the names of states; categories are fixed (contract 2.2).
public enum Category: String, Sendable, CaseIterable {
  case pending, active, blocked, review, done

  /// True for `review` and `done`, in which the reviewed text must not change unnoticed.
  package var isFrozen: Bool { self == .review || self == .done }
}

/// A precondition of a workflow edge.
public enum Guard: String, Sendable, CaseIterable {
  case dependenciesDone = "dependencies-done"
  case ownerAssigned = "owner-assigned"
  case blockedReason = "blocked-reason"
  case reason
  case criteriaMet = "criteria-met"
  case deliverablesPresent = "deliverables-present"
  case noDoneDependents = "no-done-dependents"

  /// True if the guard depends only on the resulting tree, and so can be checked over several steps (contract 2.3).
  package var isOfState: Bool { self != .reason && self != .noDoneDependents }
}

/// A state of the workflow.
public struct State: Sendable, Equatable {
  /// The name in milestones' `status`.
  public let name: String
  /// The category.
  public let category: Category
}

/// An edge of the workflow.
public struct Edge: Sendable {
  /// The source state.
  public let from: String
  /// The target state.
  public let to: String
  /// The guards that must be met.
  public let guards: [Guard]
}

/// The states and the edges between them.
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

  /// Returns the state with a name, compared by bytes.
  public func state(_ name: String) -> State? {
    guard let state = byName[name], state.name.isExactly(name) else { return nil }
    return state
  }

  /// Returns the category of a state, or nil if the workflow has no such state.
  public func category(_ name: String) -> Category? { state(name)?.category }

  /// Returns the edge between two states, or nil if there is none.
  public func edge(from: String, to: String) -> Edge? {
    edges.first { $0.from == from && $0.to == to }
  }

  /// Returns the states that can follow.
  public func successors(of name: String) -> [String] { edges.filter { $0.from == name }.map(\.to) }

  /// The state of new milestones: the first `pending` one.
  public var initial: State { states.first { $0.category == .pending } ?? states[0] }

  /// Returns the state that a person means: ignores case, and reads `-` and `_` as spaces (contract 4).
  public func state(meant text: String) -> State? {
    func folded(_ name: String) -> String {
      String(name.lowercased().map { $0 == "-" || $0 == "_" ? " " : $0 })
    }
    return state(text) ?? states.first { folded($0.name) == folded(text) }
  }

  /// Returns a state's name as one word of a command line, which `state(meant:)` accepts.
  public static func word(for state: String) -> String {
    state.lowercased().split(separator: " ").joined(separator: "-")
  }

  /// Returns the shortest sequence of states back to a pending one, over edges without guards of state.
  /// - Returns: an empty array if the state is pending; nil if there is no such sequence.
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

  /// Returns the edges that can end a path between two states; the path may be one edge.
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
  /// Reads `workflow.json`. Returns nil and adds faults if it is invalid.
  init?(_ root: JSONValue, _ faults: FaultList) {
    let known: [StaticString] = ["$schema", "version", "states", "transitions"]
    guard let reader = ObjectReader(root, "The workflow", known: known, extensible: true, faults) else { return nil }
    reader.checkVersion()
    var states: [State] = []
    for element in reader.elements("states", required: true) {
      guard let state = State(element, faults) else { continue }
      // Names that differ only by case would be confused.
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
  /// Reads a state. Its name has 1 to 64 characters without quotes, backslash or control characters, is trimmed, and is
  /// not `none` (contract 2.2).
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
  /// Checks that the version is 1; a later one may have rules that would silently not apply.
  func checkVersion() { _ = version(upTo: 1) }

  /// Returns the version of a format, from 1 to `newest`. Adds a fault if it is missing or invalid.
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
