import GitObjects
public import StrictJSON

/// The automated check of an exit criterion (`doc/guides/checks.md`).
public struct CheckDefinition: Sendable {
  /// The kinds of check.
  public enum Kind: Sendable {
    /// A command runs and ends as expected.
    case command(Command)
    /// A regular file exists.
    case file(path: String)
    /// Every valid example matches a schema, and no invalid one does.
    case schema(schema: String, valid: [PathPattern], invalid: [PathPattern])
    /// At least `count` holders of a role have approved the milestone's text.
    case approval(role: String, count: Int)
    /// A milestone of another repository is in a category, at a commit.
    case milestone(repository: String, commit: String, milestone: MilestoneID, category: Category)
    /// A JUnit XML test report has at least `minTests` tests and at most `maxFailures` failures.
    case junit(path: String, minTests: Int, maxFailures: Int)
    /// A SARIF report has at least one run and at most `maxFailures` errors.
    case sarif(path: String, maxFailures: Int)
    /// The latest capture shows that a service-level objective is met.
    case slo(name: String)
  }

  /// A command and its expected result.
  public struct Command: Sendable {
    /// The arguments; the first names the program. No shell reads them.
    public let arguments: [String]
    /// The profile in `ssot/runtime.config.json` under which the command runs.
    public let profile: String
    /// The files that the result depends on.
    public let inputs: [PathPattern]
    /// The files that must exist after the command has ended.
    public let outputs: [String]
    /// The expected exit status.
    public let exitCode: Int
    /// A regular expression that must match in standard output.
    public let stdoutMatches: String?
    /// A JSON Schema that standard output must match.
    public let stdoutSchema: JSONValue?
    /// The parts of the result that must be identical on another run; nil if the definition does not say.
    public let repetition: Repetition?
    /// The programs whose file digests the evidence records.
    public let tools: [String]
  }

  /// The kind of check.
  public let kind: Kind
  /// The number of days for which the evidence counts; nil if it never expires.
  public let validFor: Int?
  /// The definition as JSON.
  public let json: JSONValue

  /// The digest of the definition's RFC 8785 form, which evidence records and trust refers to.
  public var digest: Digest { Digest(of: json.canonicalBytes) }

  /// The files that the result depends on. Never includes the plan itself.
  public var inputs: [PathPattern] {
    switch kind {
    case .command(let command): command.inputs
    case .file(let path), .junit(let path, _, _), .sarif(let path, _): [PathPattern(literal: path)]
    case .schema(let schema, let valid, let invalid): [PathPattern(literal: schema)] + valid + invalid
    case .approval, .milestone: []
    case .slo(let name):
      [PathPattern(literal: PlanPaths.objective(name)), PathPattern(literal: PlanPaths.capture(name))]
    }
  }

  /// The name of the kind.
  public var name: String { json["kind"]?.string ?? "command" }

  /// The kinds that a definition can name; a command needs none.
  static let kinds = ["file", "schema", "approval", "milestone", "junit", "sarif", "slo"]
}

extension CheckDefinition {
  init?(_ value: JSONValue, _ faults: FaultList) {
    json = value
    let known: [String: [StaticString]] = [
      "command": ["command", "profile", "inputs", "outputs", "expect", "reproduce", "tools"], "file": ["path"],
      "schema": ["schema", "valid", "invalid"], "approval": ["role", "count"],
      "milestone": ["repository", "commit", "milestone", "category"], "junit": ["path", "minTests", "maxFailures"],
      "sarif": ["path", "maxFailures"], "slo": ["slo"],
    ]
    guard value.object != nil else {
      faults.add("\"check\" should be an object, not \(value.typeName).", at: value)
      return nil
    }
    let name = value["kind"].map { $0.string ?? "" } ?? "command"
    guard let properties = known[name], value["kind"] == nil || name != "command" else {
      faults.add(
        "\"kind\" should be one of \(Self.kinds.joined(separator: ", ")); a command needs none.",
        at: value["kind"] ?? value)
      return nil
    }
    guard let reader = ObjectReader(value, "The check", known: ["kind", "validFor"] + properties, faults) else {
      return nil
    }
    validFor = reader.count("validFor", 1...36_500)
    guard let kind = Self.kind(name, reader) else { return nil }
    self.kind = kind
  }

  private static func kind(_ name: String, _ reader: ObjectReader) -> Kind? {
    switch name {
    case "file": return reader.path("path").map(Kind.file)
    case "schema":
      let valid = reader.patterns("valid", required: true)
      let invalid = reader.patterns("invalid", required: false)
      return reader.path("schema").map { .schema(schema: $0, valid: valid, invalid: invalid) }
    case "approval":
      guard let role = reader.text("role"), let count = reader.requiredCount("count", 1...1_000) else { return nil }
      return .approval(role: role, count: count)
    case "milestone": return milestone(reader)
    case "junit":
      let (least, most) = (reader.count("minTests", 1...1_000_000_000), reader.count("maxFailures", 0...1_000_000_000))
      return reader.path("path").map { .junit(path: $0, minTests: least ?? 1, maxFailures: most ?? 0) }
    case "sarif":
      let most = reader.count("maxFailures", 0...1_000_000_000)
      return reader.path("path").map { .sarif(path: $0, maxFailures: most ?? 0) }
    case "slo":
      guard let name = reader.text("slo") else { return nil }
      guard ExitCriterion.isValid(id: name) else {
        reader.faults.add("\"slo\" should be the name of an SLO.", at: reader.value["slo"] ?? reader.value)
        return nil
      }
      return .slo(name: name)
    default: return command(reader)
    }
  }

  private static func milestone(_ reader: ObjectReader) -> Kind? {
    let repository = reader.text("repository")
    let commit = reader.text("commit")
    let id = reader.text("milestone")
    let names = Category.allCases.map(\.rawValue)
    let category = reader.value["category"] == nil ? .done : reader.choice("category", of: names).flatMap(Category.init)
    if let commit, ObjectID(hex: commit) == nil || commit.contains(where: \.isUppercase) {
      reader.faults.add(
        "\"commit\" should be 40 lower-case hexadecimal digits.", at: reader.value["commit"] ?? reader.value)
      return nil
    }
    if let id, !MilestoneID(id).isValid {
      reader.faults.add(
        "\"\(id)\" is no milestone id; an id looks like M-04.", at: reader.value["milestone"] ?? reader.value)
      return nil
    }
    guard let repository, let commit, let id, let category else { return nil }
    return .milestone(repository: repository, commit: commit, milestone: MilestoneID(id), category: category)
  }

  private static func command(_ reader: ObjectReader) -> Kind? {
    let words = reader.texts("command", required: true)
    if let first = words.first, first.isEmpty {
      reader.faults.add("The first word of \"command\" names a program.", at: reader.value["command"] ?? reader.value)
    }
    let profile = reader.text("profile")
    let inputs = reader.patterns("inputs", required: true)
    let outputs = reader.texts("outputs", required: false)
    for (path, place) in zip(outputs, reader.value["outputs"]?.array ?? []) {
      RepositoryPath.check(path, at: place, reader.faults)
    }
    var expected: (exit: Int?, matches: String?, schema: JSONValue?) = (nil, nil, nil)
    if let value = reader.value["expect"],
      let inner = ObjectReader(value, "\"expect\"", known: ["exitCode", "stdoutMatches", "json"], reader.faults)
    {
      expected.exit = inner.count("exitCode", 0...255)
      expected.matches = inner.optionalText("stdoutMatches", mayBeEmpty: false)
      expected.schema = value["json"]
      if let schema = value["json"], schema.object == nil, schema.bool == nil {
        reader.faults.add("\"json\" should be a JSON Schema: an object, true or false.", at: schema)
      }
    }
    let repetition = reader.value["reproduce"].flatMap { Repetition($0, reader.faults) }
    let tools = reader.texts("tools", required: false)
    if tools.count > 16 || tools.contains(where: { $0.isEmpty || $0.utf8.contains(0x2F) }) {
      reader.faults.add(
        "\"tools\" should hold at most 16 names of programs, without a slash.",
        at: reader.value["tools"] ?? reader.value)
    }
    guard let profile else { return nil }
    return .command(
      Command(
        arguments: words, profile: profile, inputs: inputs, outputs: outputs, exitCode: expected.exit ?? 0,
        stdoutMatches: expected.matches, stdoutSchema: expected.schema, repetition: repetition, tools: tools))
  }
}

extension ObjectReader {
  /// Reads an optional integer within bounds.
  func count(_ key: StaticString, _ range: ClosedRange<Int>) -> Int? {
    guard let found = self[key] else { return nil }
    guard let number = found.number, number.isIntegral, number.double >= Double(range.lowerBound),
      number.double <= Double(range.upperBound)
    else {
      faults.add(
        "\"\(key)\" should be a whole number from \(range.lowerBound) to \(range.upperBound).", at: found)
      return nil
    }
    return Int(number.double)
  }

  fileprivate func requiredCount(_ key: StaticString, _ range: ClosedRange<Int>) -> Int? {
    required(key) == nil ? nil : count(key, range)
  }

  fileprivate func path(_ key: StaticString) -> String? {
    guard let path = text(key) else { return nil }
    RepositoryPath.check(path, at: self[key] ?? value, faults)
    return path
  }

  /// Reads an array of texts; a required array has at least one.
  fileprivate func texts(_ key: StaticString, required isRequired: Bool) -> [String] {
    let elements = elements(key, required: isRequired)
    if isRequired, let place = self[key], place.array?.isEmpty ?? false {
      faults.add("\"\(key)\" should hold at least one text.", at: place)
    }
    return elements.compactMap { element in
      if element.string == nil { faults.add("\"\(key)\" should hold texts, not \(element.typeName).", at: element) }
      return element.string
    }
  }

  fileprivate func patterns(_ key: StaticString, required isRequired: Bool) -> [PathPattern] {
    zip(texts(key, required: isRequired), self[key]?.array ?? []).compactMap { text, place in
      if let fault = PathPattern.fault(in: text) {
        faults.add(fault, at: place)
        return nil
      }
      return PathPattern(text)
    }
  }
}
