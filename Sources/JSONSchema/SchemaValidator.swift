public import StrictJSON

/// The position and the reason of a mismatch between an instance and its schema.
public struct SchemaViolation: Sendable {
  /// The JSON Pointer of the invalid part of the instance (RFC 6901).
  public let pointer: String
  /// The byte offset of the invalid part in its document.
  public let offset: Int
  /// The keyword that failed; `false` for a boolean schema.
  public let keyword: String
  /// One sentence for a person.
  public let message: String
}

/// Validates instances by one schema of a registry, by JSON Schema draft 2020-12.
public struct SchemaValidator {
  let registry: SchemaRegistry
  let root: SchemaNode

  /// Checks the whole schema: every reference has a target, and every pattern compiles.
  /// - Throws: `SchemaError` for the first fault.
  public func check() throws { try registry.check(root.resource.document) }

  /// Returns the violations of an instance; empty if it is valid.
  /// - Throws: `SchemaError` if a reference has no target or a pattern is invalid, `PatternTooCostly` if a pattern
  ///   exceeds its budget, `PatternsTooCostly` if all texts together exceed the allowance.
  public func violations(of instance: JSONValue) throws -> [SchemaViolation] {
    var evaluation = Evaluation(registry: registry, budget: PatternBudget(forBytes: instance.range.count))
    // An evaluation that ends at its bound has the highest cost, so it is settled too.
    let applied = Result { try evaluation.apply(root, to: instance, at: .root) }
    try evaluation.settle()
    _ = try applied.get()
    return evaluation.violations
  }
}

/// The position in an instance, as a list from the leaf up: cheap to extend, formatted only for a violation.
indirect enum InstancePath {
  case root
  case key(String, InstancePath)
  case index(Int, InstancePath)

  var pointer: String {
    switch self {
    case .root: return ""
    case .key(let key, let parent):
      var escaped = ""
      for character in key {
        switch character {
        case "~": escaped += "~0"
        case "/": escaped += "~1"
        default: escaped.append(character)
        }
      }
      return parent.pointer + "/" + escaped
    case .index(let index, let parent): return parent.pointer + "/\(index)"
    }
  }
}

/// The members or elements of one instance that some schema has evaluated (core, section 11).
struct Evaluated {
  var indices: Set<Int> = []
  var all = false

  mutating func formUnion(_ other: Evaluated) {
    all = all || other.all
    indices.formUnion(other.indices)
  }

  func contains(_ index: Int) -> Bool { all || indices.contains(index) }
}

/// One validation in progress.
struct Evaluation {
  let registry: SchemaRegistry
  /// The first violations, up to a readable number.
  private(set) var violations: [SchemaViolation] = []
  /// The total number of violations.
  private var failures = 0
  /// The number of probes in progress, whose violations are not reported.
  private var probes = 0
  /// The resources on the path to here, outermost first: the dynamic scope (core, section 7.1).
  private var scope: [SchemaResource] = []
  private var depth = 0
  private var steps = 0

  /// The remaining budget for patterns.
  var budget: PatternBudget

  init(registry: SchemaRegistry, budget: PatternBudget) {
    self.registry = registry
    self.budget = budget
  }

  /// A schema can double its work with each line; a plan's largest file takes a few thousand steps.
  private static let stepBound = 250_000
  private static let shownBound = 100

  /// Counts steps of a schema's work.
  /// - Throws: `SchemaError` beyond the bound.
  mutating func charge(_ count: Int, at node: SchemaNode) throws {
    steps += count
    guard steps <= Self.stepBound else {
      throw SchemaError(
        message: "The schema takes more than \(Self.stepBound) steps on one value.",
        position: node.resource.document.document.position(of: node.json))
    }
  }

  /// The steps that are free because ordinary schemas stay below them, and the cost of each further step in pattern
  /// steps, by time.
  private static let (ordinarySteps, weight) = (20_000, 8)

  /// Deducts the steps of schema and patterns beyond the ordinary from the allowance of the process.
  /// - Throws: `PatternsTooCostly` if the allowance is exhausted.
  func settle() throws {
    try budget.settle()
    try PatternAllowance.process.take(Self.weight * (steps - Self.ordinarySteps))
  }

  /// Applies a schema and collects violations. Returns the evaluated children, none if the schema failed.
  @discardableResult
  mutating func apply(_ node: SchemaNode, to instance: JSONValue, at path: InstancePath) throws -> Evaluated {
    depth += 1
    defer { depth -= 1 }
    guard depth <= 512 else {
      throw SchemaError(
        message: "The schema refers to itself without end.",
        position: node.resource.document.document.position(of: node.json))
    }
    try charge(1, at: node)
    scope.append(node.resource)
    defer { scope.removeLast() }
    let before = failures
    guard case .object(let keywords) = node.json.kind else {
      if node.json.bool == false { report(instance, path, "false", "Nothing may stand here.") }
      return Evaluated()
    }
    var evaluated = Evaluated()
    let disabled = node.resource.disabledKeywords
    var deferred: [JSONMember] = []
    for keyword in keywords {
      if !disabled.isEmpty, disabled.contains(keyword.key) { continue }
      if keyword.key.hasPrefix("unevaluated") {
        deferred.append(keyword)
      } else if try !applyInPlace(keyword, of: node, to: instance, at: path, evaluated: &evaluated),
        try !applyToChildren(keyword, of: node, to: instance, at: path, evaluated: &evaluated)
      {
        try assert(keyword, of: node, on: instance, at: path)
      }
    }
    for keyword in deferred {
      try applyUnevaluated(keyword, of: node, to: instance, at: path, evaluated: &evaluated)
    }
    return failures == before ? evaluated : Evaluated()
  }

  /// Applies a schema without reporting its violations.
  mutating func probe(_ node: SchemaNode, _ instance: JSONValue, _ path: InstancePath) throws
    -> (fits: Bool, evaluated: Evaluated)
  {
    let before = failures
    probes += 1
    defer { probes -= 1 }
    let evaluated = try apply(node, to: instance, at: path)
    let fits = failures == before
    failures = before
    return (fits, evaluated)
  }

  mutating func report(
    _ instance: JSONValue, _ path: InstancePath, _ keyword: String, _ message: @autoclosure () -> String
  ) {
    failures += 1
    guard probes == 0, violations.count < Self.shownBound else { return }
    violations.append(
      SchemaViolation(
        pointer: path.pointer, offset: instance.range.lowerBound, keyword: keyword, message: message()))
  }

  // MARK: - Keywords that apply other schemas to the same instance

  private mutating func applyInPlace(
    _ keyword: JSONMember, of node: SchemaNode, to instance: JSONValue, at path: InstancePath,
    evaluated: inout Evaluated
  ) throws -> Bool {
    switch keyword.key {
    case "$ref":
      evaluated.formUnion(try apply(try target(of: keyword, from: node), to: instance, at: path))
    case "$dynamicRef":
      evaluated.formUnion(try apply(try dynamicTarget(of: keyword, from: node), to: instance, at: path))
    case "allOf":
      for schema in keyword.value.array ?? [] {
        evaluated.formUnion(try apply(node.child(schema), to: instance, at: path))
      }
    case "anyOf", "oneOf":
      var fitting = 0
      for schema in keyword.value.array ?? [] {
        let outcome = try probe(node.child(schema), instance, path)
        guard outcome.fits else { continue }
        fitting += 1
        evaluated.formUnion(outcome.evaluated)
        if keyword.key == "anyOf", !registry.tracksEvaluation { break }
      }
      if fitting == 0 {
        report(instance, path, keyword.key, "The value fits none of the alternatives that the schema allows.")
      } else if fitting > 1, keyword.key == "oneOf" {
        report(instance, path, keyword.key, "The value fits \(fitting) alternatives of which only one may hold.")
      }
    case "not":
      if try probe(node.child(keyword.value), instance, path).fits {
        report(instance, path, "not", "The value is of a form that the schema rules out.")
      }
    case "if":
      let condition = try probe(node.child(keyword.value), instance, path)
      if condition.fits { evaluated.formUnion(condition.evaluated) }
      if let branch = node.json[condition.fits ? "then" : "else"] {
        evaluated.formUnion(try apply(node.child(branch), to: instance, at: path))
      }
    case "dependentSchemas":
      for entry in keyword.value.object ?? [] where instance[entry.key] != nil {
        evaluated.formUnion(try apply(node.child(entry.value), to: instance, at: path))
      }
    default: return false
    }
    return true
  }

  private func target(of keyword: JSONMember, from node: SchemaNode) throws -> SchemaNode {
    let reference = keyword.value.string ?? ""
    if let known = node.targets[reference] { return known }
    let target = try registry.resolve(reference, from: node)
    node.targets[reference] = target
    return target
  }

  /// Resolves a dynamic reference. If the first target is a dynamic anchor, the outermost anchor of that name in
  /// scope wins (core, section 8.2.3.2).
  private func dynamicTarget(of keyword: JSONMember, from node: SchemaNode) throws -> SchemaNode {
    let target = try target(of: keyword, from: node)
    guard let name = URIReference(keyword.value.string ?? "").fragment,
      target.resource.dynamicAnchors[name] === target
    else { return target }
    for resource in scope {
      if let outermost = resource.dynamicAnchors[name] { return outermost }
    }
    return target
  }
}
