public import StrictJSON

/// A profile with every value resolved: flag before environment before repository before built-in.
public struct RuntimeProfile: Sendable {
  /// The origin of a value.
  public enum Origin: Sendable, Equatable {
    /// A command-line flag, as typed.
    case flag(String)
    /// A variable of the environment.
    case environment(String)
    /// A profile in a file.
    case file(String, line: Int, profile: String)
    /// A built-in profile.
    case builtIn(profile: String)
    /// The default of the setting.
    case standard
  }

  /// One resolved value.
  public struct Value: Sendable {
    /// The setting.
    public let setting: RuntimeSetting
    /// The value.
    public let json: JSONValue
    /// The origin of the value.
    public let origin: Origin
  }

  /// The reason why a profile cannot be resolved.
  public enum Failure: Error, Sendable, Equatable {
    /// No file has a profile of that name; `known` lists the existing names.
    case unknownProfile(String, known: [String])
    /// A profile extends one that no file has.
    case unknownBase(String, of: String, file: String, line: Int, known: [String])
    /// Profiles of several files extend each other in a cycle.
    case circle([String])
    /// A flag names an unknown setting; `known` lists the existing names.
    case unknownSetting(String, known: [String])
    /// The value of a flag or a variable is not legal.
    case illegalValue(String, value: String, legal: String)
  }

  /// The name.
  public let name: String
  /// Every setting, in the order of `RuntimeSetting.all`.
  public let values: [Value]

  /// Resolves a profile.
  /// - Parameters:
  ///   - files: the repository's own first, then the built-in one.
  ///   - environment: of the process.
  ///   - flags: settings with what the command line says of them.
  /// - Throws: `Failure`. O(levels × settings): each file bounds its levels.
  public init(
    _ name: String, files: [RuntimeConfiguration], environment: [String: String] = [:],
    flags: [(name: String, value: String)] = []
  ) throws(Failure) {
    self.name = name
    guard files.contains(where: { $0.profile(name) != nil }) else {
      throw .unknownProfile(name, known: files.uniqueNames)
    }
    for flag in flags where RuntimeSetting.named(flag.name) == nil {
      throw .unknownSetting(flag.name, known: RuntimeSetting.all.map(\.name))
    }
    let chain = try Self.chain(of: name, files)
    var values: [Value] = []
    for setting in RuntimeSetting.all {
      values.append(try Self.value(of: setting, chain, environment, flags))
    }
    self.values = values
  }

  private typealias Link = (file: RuntimeConfiguration, profile: RuntimeConfiguration.Profile)

  /// Returns the profiles in order of precedence: for each file, the profile and the profiles that it extends.
  private static func chain(of name: String, _ files: [RuntimeConfiguration]) throws(Failure) -> [Link] {
    var chain: [Link] = []
    func follow(_ name: String, _ trail: [String]) throws(Failure) {
      for file in files {
        guard let profile = file.profile(name) else { continue }
        chain.append((file, profile))
        guard let base = profile.extends else { continue }
        guard files.contains(where: { $0.profile(base) != nil }) else {
          throw .unknownBase(base, of: name, file: file.file, line: profile.line, known: files.uniqueNames)
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

  /// The values as one object, nested as in the file. A profile's digest is that of the RFC 8785 form.
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

  /// Returns the value of a setting. Every setting has a value, so it is never nil.
  private func value(_ name: String) -> JSONValue? { values.first { $0.setting.name == name }?.json }
  private func number(_ name: String) -> Double {
    if let number = value(name)?.number { return number.double }
    return 0
  }
  private func integer(_ name: String) -> Int { Int(number(name)) }
  private func milliseconds(_ name: String) -> Int { Int(number(name) * 1000) }
  private func text(_ name: String) -> String { value(name)?.string ?? "" }
  private func texts(_ name: String) -> [String] { value(name)?.array?.compactMap(\.string) ?? [] }

  /// The timeout of one attempt.
  public var timeoutMilliseconds: Int { milliseconds("timeoutSeconds") }
  /// The time between the request to end and the kill of a check.
  public var killGraceMilliseconds: Int { milliseconds("killGraceSeconds") }
  /// True if a check must be green before and after the change.
  public var demandsBefore: Bool { text("demands") == "before-and-after" }
  /// True if the first failure stops all checks that have not started.
  public var failsFast: Bool { value("failFast")?.bool ?? false }
  /// The policy for retries of a check.
  public var retry: RetryPolicy {
    RetryPolicy(
      attempts: integer("retry.attempts"), firstDelay: integer("retry.firstDelayMilliseconds"),
      maxDelay: integer("retry.maxDelayMilliseconds"), budget: integer("retry.budgetMilliseconds"),
      multiplier: number("retry.multiplier"),
      jitter: RetryPolicy.Jitter(rawValue: text("retry.jitter")) ?? .full)
  }
  /// The outcomes that are retried: `timeout`, `exit`, `signal`, `spawn`.
  public var retriedOutcomes: Set<String> { Set(texts("retry.on")) }
  /// The policy for suspending a check that keeps failing.
  public var breaker: CircuitBreaker.Policy {
    CircuitBreaker.Policy(
      failures: integer("breaker.failures"), window: milliseconds("breaker.windowSeconds"),
      coolDown: milliseconds("breaker.coolDownSeconds"), halfOpenTrials: integer("breaker.halfOpenTrials"))
  }
  /// The number of parallel checks.
  public var parallelism: Int { integer("parallelism") }
  /// The variables that a check sees.
  public var environment: [String] { texts("environment") }
  /// True if a check runs in the repository's own work tree.
  public var usesWorkTree: Bool { text("workingArea") == "worktree" }
  /// The paths that a check may read: relative to its folder, absolute, or in the home folder with `~/`.
  public var readablePaths: [String] { texts("paths.read") }
  /// The paths that a check may write, in the same notation.
  public var writablePaths: [String] { texts("paths.write") }
  /// The bound on each output stream of a check.
  public var maxOutputBytes: Int { integer("maxOutputBytes") }
  /// The bound on any one file that a check writes.
  public var maxFileBytes: Int { integer("maxFileBytes") }
}

extension [RuntimeConfiguration] {
  /// The names of all profiles, each once, in the order of the files.
  public var uniqueNames: [String] {
    var seen = Set<String>()
    return flatMap(\.names).filter { seen.insert($0).inserted }
  }
}

extension RuntimeProfile.Origin: CustomStringConvertible {
  /// The text for people, such as `ssot/runtime.config.json:7 (tdd)`.
  public var description: String {
    switch self {
    case .flag(let typed): "flag \(typed)"
    case .environment(let name): "environment \(name)"
    case .file(let file, let line, let profile): "\(file):\(line) (\(profile))"
    case .builtIn(let profile): "built in (\(profile))"
    case .standard: "default"
    }
  }

  /// The word for programs: flag, environment, repository or default.
  public var kind: String {
    switch self {
    case .flag: "flag"
    case .environment: "environment"
    case .file: "repository"
    case .builtIn, .standard: "default"
    }
  }
}
