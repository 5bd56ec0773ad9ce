public import StrictJSON

/// A profile with every value settled: flag before environment before repository before what the program brings along.
public struct RuntimeProfile: Sendable {
  /// Where a value came from.
  public enum Origin: Sendable, Equatable {
    /// A flag of the command line, as it was typed.
    case flag(String)
    /// A variable of the environment.
    case environment(String)
    /// A profile of a file.
    case file(String, line: Int, profile: String)
    /// A profile that the program brings along.
    case builtIn(profile: String)
    /// What stands where nobody says anything.
    case standard
  }

  /// One settled value.
  public struct Value: Sendable {
    /// The setting.
    public let setting: RuntimeSetting
    /// What it holds.
    public let json: JSONValue
    /// Where it came from.
    public let origin: Origin
  }

  /// Why a profile cannot be settled.
  public enum Failure: Error, Sendable, Equatable {
    /// No file has a profile of that name; the names that there are.
    case unknownProfile(String, known: [String])
    /// A profile extends one that no file has.
    case unknownBase(String, of: String, file: String, line: Int, known: [String])
    /// Profiles of several files lead back to themselves.
    case circle([String])
    /// A flag names no setting; the names that there are.
    case unknownSetting(String, known: [String])
    /// A flag or a variable holds what is not legal.
    case illegalValue(String, value: String, legal: String)
  }

  /// Its name.
  public let name: String
  /// Every setting, in the order of `RuntimeSetting.all`.
  public let values: [Value]

  /// Settles a profile.
  /// - Parameters:
  ///   - files: the repository's own first, then the built-in one.
  ///   - environment: of the process.
  ///   - flags: settings with what the command line says of them.
  /// - Throws: `Failure`. O(profiles × settings).
  public init(
    _ name: String, files: [RuntimeConfiguration], environment: [String: String] = [:],
    flags: [(name: String, value: String)] = []
  ) throws(Failure) {
    self.name = name
    let known = files.flatMap(\.names).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
    guard known.contains(name) else { throw .unknownProfile(name, known: known) }
    for flag in flags where RuntimeSetting.named(flag.name) == nil {
      throw .unknownSetting(flag.name, known: RuntimeSetting.all.map(\.name))
    }
    let chain = try Self.chain(of: name, files, known)
    var values: [Value] = []
    for setting in RuntimeSetting.all {
      values.append(try Self.value(of: setting, chain, environment, flags))
    }
    self.values = values
  }

  private typealias Link = (file: RuntimeConfiguration, profile: RuntimeConfiguration.Profile)

  /// The profiles that are asked in turn: of each file, the profile and what it extends.
  private static func chain(of name: String, _ files: [RuntimeConfiguration], _ known: [String]) throws(Failure)
    -> [Link]
  {
    var chain: [Link] = []
    func follow(_ name: String, _ trail: [String]) throws(Failure) {
      for file in files {
        guard let profile = file.profile(name) else { continue }
        chain.append((file, profile))
        guard let base = profile.extends else { continue }
        guard known.contains(base) else {
          throw .unknownBase(base, of: name, file: file.file, line: profile.line, known: known)
        }
        if trail.contains(base) { throw .circle(trail + [base]) }
        try follow(base, trail + [base])
      }
    }
    try follow(name, [name])
    return chain
  }

  private static func value(
    of setting: RuntimeSetting, _ chain: [Link], _ environment: [String: String],
    _ flags: [(name: String, value: String)]
  ) throws(Failure) -> Value {
    if let flag = flags.last(where: { $0.name == setting.name }) {
      let shown = "--set \(flag.name)=\(flag.value)"
      guard let json = setting.value(of: flag.value) else {
        throw .illegalValue("--set \(flag.name)", value: flag.value, legal: setting.legal)
      }
      return Value(setting: setting, json: json, origin: .flag(shown))
    }
    if let text = environment[setting.variable] {
      guard let json = setting.value(of: text) else {
        throw .illegalValue(setting.variable, value: text, legal: setting.legal)
      }
      return Value(setting: setting, json: json, origin: .environment(setting.variable))
    }
    for link in chain {
      guard let json = link.profile.values[setting.name] else { continue }
      let origin: Origin =
        link.file.isBuiltIn
        ? .builtIn(profile: link.profile.name)
        : .file(link.file.file, line: link.file.line(of: json), profile: link.profile.name)
      return Value(setting: setting, json: json, origin: origin)
    }
    return Value(setting: setting, json: setting.standard, origin: .standard)
  }

  // MARK: - As values of the program

  /// The values as one object, members nested as in the file. Its RFC 8785 form is what a profile's digest is of.
  public var json: JSONValue {
    var members: [JSONMember] = []
    for value in values {
      let path = value.setting.path
      guard path.count > 1 else {
        members.append(JSONMember(path[0], value.json))
        continue
      }
      let inner = JSONMember(path[1], value.json)
      if let place = members.firstIndex(where: { $0.key == path[0] }) {
        members[place] = JSONMember(path[0], JSONValue(.object((members[place].value.object ?? []) + [inner])))
      } else {
        members.append(JSONMember(path[0], JSONValue(.object([inner]))))
      }
    }
    return JSONValue(.object(members))
  }

  /// Every setting has a value, so none of these is ever in want of one.
  private func value(_ name: String) -> JSONValue? { values.first { $0.setting.name == name }?.json }
  private func number(_ name: String) -> Double {
    if let number = value(name)?.number { return number.double }
    return 0
  }
  private func integer(_ name: String) -> Int { Int(number(name)) }
  private func milliseconds(_ name: String) -> Int { Int(number(name) * 1000) }
  private func text(_ name: String) -> String { value(name)?.string ?? "" }
  private func texts(_ name: String) -> [String] { value(name)?.array?.compactMap(\.string) ?? [] }

  /// How long one attempt may take.
  public var timeoutMilliseconds: Int { milliseconds("timeoutSeconds") }
  /// Between asking a check to end and ending it.
  public var killGraceMilliseconds: Int { milliseconds("killGraceSeconds") }
  /// True where a check is green before and after the change.
  public var demandsBefore: Bool { text("demands") == "before-and-after" }
  /// True where the first failure stops what has not begun.
  public var failsFast: Bool { value("failFast")?.bool ?? false }
  /// When and how often a check is tried again.
  public var retry: RetryPolicy {
    RetryPolicy(
      attempts: integer("retry.attempts"), firstDelay: integer("retry.firstDelayMilliseconds"),
      maxDelay: integer("retry.maxDelayMilliseconds"), budget: integer("retry.budgetMilliseconds"),
      multiplier: number("retry.multiplier"),
      jitter: RetryPolicy.Jitter(rawValue: text("retry.jitter")) ?? .full)
  }
  /// The outcomes that are tried again: `timeout`, `exit`, `signal`, `spawn`.
  public var retriedOutcomes: Set<String> { Set(texts("retry.on")) }
  /// When a check that keeps failing is left alone.
  public var breaker: CircuitBreaker.Policy {
    CircuitBreaker.Policy(
      failures: integer("breaker.failures"), window: milliseconds("breaker.windowSeconds"),
      coolDown: milliseconds("breaker.coolDownSeconds"), halfOpenTrials: integer("breaker.halfOpenTrials"))
  }
  /// Checks at a time.
  public var parallelism: Int { integer("parallelism") }
  /// The variables that a check sees.
  public var environment: [String] { texts("environment") }
  /// True where a check runs in the repository's own work tree.
  public var usesWorkTree: Bool { text("workingArea") == "worktree" }
  /// What a check may read: relative to its folder, absolute, or from the home folder by `~/`.
  public var readablePaths: [String] { texts("paths.read") }
  /// What a check may write; written alike.
  public var writablePaths: [String] { texts("paths.write") }
  /// Of what a check prints, on each stream.
  public var maxOutputBytes: Int { integer("maxOutputBytes") }
  /// Of any one file that a check writes.
  public var maxFileBytes: Int { integer("maxFileBytes") }
}

extension RuntimeProfile.Origin: CustomStringConvertible {
  /// For people: `ssot/runtime.config.json:7 (tdd)`.
  public var description: String {
    switch self {
    case .flag(let typed): "flag \(typed)"
    case .environment(let name): "environment \(name)"
    case .file(let file, let line, let profile): "\(file):\(line) (\(profile))"
    case .builtIn(let profile): "built in (\(profile))"
    case .standard: "default"
    }
  }

  /// For programs: flag, environment, repository or default.
  public var kind: String {
    switch self {
    case .flag: "flag"
    case .environment: "environment"
    case .file: "repository"
    case .builtIn, .standard: "default"
    }
  }
}
