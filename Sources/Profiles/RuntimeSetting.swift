public import StrictJSON

/// One setting of profiles: its name, its legal values, and its default. A new setting needs an entry of `all`, a
/// property of `ssot/schemas/runtime.config.schema.json`, and a test.
public struct RuntimeSetting: Sendable {
  /// The legal values of a setting.
  public enum Values: Sendable {
    /// A number within bounds, such as seconds or a factor; `orEqual` includes the lower bound.
    case number(over: Double, orEqual: Bool, atMost: Double)
    /// A whole number within bounds.
    case integer(ClosedRange<Int>)
    /// One word of a list.
    case choice([String])
    /// A list of different words of a list.
    case choices([String])
    /// True or false.
    case flag
    /// A list of variable names.
    case variables
    /// A list of files and folders.
    case paths
  }

  /// The name, with a dot between an object and its member: `retry.attempts`.
  public let name: String
  /// The legal values.
  public let values: Values
  /// The default.
  public let standard: JSONValue
  /// A short description.
  public let text: String

  /// The environment variable that sets it, such as `READINESS_RETRY_MAX_DELAY_MILLISECONDS`.
  public var variable: String {
    "READINESS_"
      + name.map { character in
        character == "." ? "_" : character.isUppercase ? "_\(character)" : character.uppercased()
      }.joined()
  }

  /// The member names on the path to it.
  var path: [String] { name.split(separator: ".").map(String.init) }

  /// All settings, in the order of a profile.
  public static let all: [RuntimeSetting] = [
    RuntimeSetting(
      name: "timeoutSeconds", values: .number(over: 0, orEqual: false, atMost: 86_400), standard: 600,
      text: "how long one attempt may take"),
    RuntimeSetting(
      name: "killGraceSeconds", values: .number(over: 0, orEqual: true, atMost: 3_600), standard: 5,
      text: "between asking it to end and ending it"),
    RuntimeSetting(
      name: "demands", values: .choice(["after", "before-and-after"]), standard: "after",
      text: "on which commits a check is green"),
    RuntimeSetting(
      name: "failFast", values: .flag, standard: false, text: "whether the first failure stops what has not begun"),
    RuntimeSetting(name: "retry.attempts", values: .integer(1...100), standard: 1, text: "attempts, the first counted"),
    RuntimeSetting(
      name: "retry.firstDelayMilliseconds", values: .integer(0...3_600_000), standard: 200,
      text: "before the second attempt"),
    RuntimeSetting(
      name: "retry.maxDelayMilliseconds", values: .integer(0...3_600_000), standard: 10_000,
      text: "which no delay exceeds"),
    RuntimeSetting(
      name: "retry.budgetMilliseconds", values: .integer(0...86_400_000), standard: 3_600_000,
      text: "over all attempts and delays"),
    RuntimeSetting(
      name: "retry.multiplier", values: .number(over: 1, orEqual: true, atMost: 100), standard: 2,
      text: "from one delay to the next"),
    RuntimeSetting(
      name: "retry.jitter", values: .choice(["none", "full", "decorrelated"]), standard: "full",
      text: "how delays are scattered"),
    RuntimeSetting(
      name: "retry.on", values: .choices(["timeout", "exit", "signal", "spawn"]),
      standard: ["timeout", "signal", "spawn"], text: "the outcomes that are tried again"),
    RuntimeSetting(
      name: "breaker.failures", values: .integer(1...1_000_000), standard: 5, text: "within the window, which open it"),
    RuntimeSetting(
      name: "breaker.windowSeconds", values: .number(over: 0, orEqual: false, atMost: 86_400), standard: 60,
      text: "in which failures count"),
    RuntimeSetting(
      name: "breaker.coolDownSeconds", values: .number(over: 0, orEqual: true, atMost: 86_400), standard: 30,
      text: "from open to half-open"),
    RuntimeSetting(
      name: "breaker.halfOpenTrials", values: .integer(1...1_000), standard: 1, text: "that must succeed to close it"),
    RuntimeSetting(name: "parallelism", values: .integer(1...1_024), standard: 2, text: "checks at a time"),
    RuntimeSetting(
      name: "environment", values: .variables, standard: ["HOME", "LANG", "PATH"], text: "the variables a check sees"),
    RuntimeSetting(
      name: "workingArea", values: .choice(["worktree", "export"]), standard: "export",
      text: "the work tree, or a clean copy of the commit"),
    RuntimeSetting(name: "paths.read", values: .paths, standard: ["/"], text: "what a check may read"),
    RuntimeSetting(name: "paths.write", values: .paths, standard: ["."], text: "what a check may write"),
    RuntimeSetting(
      name: "maxOutputBytes", values: .integer(0...1_073_741_824), standard: 16_777_216,
      text: "of what it prints, on each stream"),
    RuntimeSetting(
      name: "maxFileBytes", values: .integer(0...1_099_511_627_776), standard: 4_294_967_296,
      text: "of any one file it writes"),
  ]

  /// Returns the setting of a name. Returns nil if there is none.
  public static func named(_ name: String) -> RuntimeSetting? { all.first { $0.name == name } }
}

extension RuntimeSetting {
  /// The legal values, as the end of a sentence: "a whole number from 1 to 100".
  public var legal: String {
    switch values {
    case .number(let low, let orEqual, let high):
      orEqual ? "a number from \(short(low)) to \(short(high))" : "a number above \(short(low)), at most \(short(high))"
    case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
    case .choice(let words): "one of " + words.joined(separator: ", ")
    case .choices(let words): "a list of different words among " + words.joined(separator: ", ")
    case .flag: "true or false"
    case .variables: "a list of different names of variables: letters, digits and _"
    case .paths: "a list of files and folders, none of them empty"
    }
  }

  private func short(_ number: Double) -> String {
    number.rounded() == number ? String(Int(number)) : String(number)
  }

  /// Returns true if the value is legal. A test checks that the schema agrees.
  func accepts(_ value: JSONValue) -> Bool {
    switch values {
    case .number(let low, let orEqual, let high):
      guard let number = value.number?.double else { return false }
      return (orEqual ? number >= low : number > low) && number <= high
    case .integer(let range):
      guard let number = value.number, number.isIntegral else { return false }
      return number.double >= Double(range.lowerBound) && number.double <= Double(range.upperBound)
    case .choice(let words): return value.string.map { text in words.contains { $0.isExactly(text) } } ?? false
    case .choices(let words): return isList(value) { text in words.contains { $0.isExactly(text) } }
    case .flag: return value.bool != nil
    case .variables: return isList(value, Self.isVariable)
    case .paths: return value.array?.allSatisfy { $0.string.map { !$0.isEmpty } ?? false } ?? false
    }
  }

  private func isList(_ value: JSONValue, _ accepts: (String) -> Bool) -> Bool {
    guard let elements = value.array else { return false }
    let texts = elements.compactMap(\.string)
    guard texts.count == elements.count, texts.allSatisfy(accepts) else { return false }
    return Set(texts).count == texts.count
  }

  private static func isVariable(_ name: String) -> Bool {
    var isFirst = true
    for byte in name.utf8 {
      let isLetter = (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x5F
      guard isLetter || (!isFirst && (0x30...0x39).contains(byte)) else { return false }
      isFirst = false
    }
    return !isFirst
  }

  /// Parses the value of a flag or a variable, with commas between the words of a list. Returns nil if it is not
  /// legal.
  func value(of text: String) -> JSONValue? {
    let value: JSONValue
    switch values {
    case .number, .integer:
      guard let read = try? JSONDocument(parsing: Array(text.utf8)).root, read.number != nil else { return nil }
      value = read
    case .choice: value = .text(text)
    case .flag: value = JSONValue(text == "true" ? .bool(true) : text == "false" ? .bool(false) : .null)
    case .choices, .variables, .paths: value = .texts(text.split(separator: ",").map(String.init))
    }
    // A bare nil would be JSON's null.
    return accepts(value) ? value : JSONValue?.none
  }
}
