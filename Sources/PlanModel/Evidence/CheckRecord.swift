import GitObjects
public import StrictJSON

/// Evidence of a check: the command, its inputs and its result. If the command is deterministic, another clone of the
/// commit records the same values, except for `at`, `milliseconds` and `attempts`.
public struct CheckRecord: Sendable {
  /// The digest of the definition.
  public let command: Digest
  /// The digest of the profile's resolved values; nil if no command ran.
  public let profile: Digest?
  /// The digest of the inputs in the commit.
  public let inputs: Digest
  /// The commit that was checked.
  public let commit: String
  /// The commit before the change; nil unless the profile requires that it passes too.
  public let before: String?
  /// The time at which the check ended, in milliseconds since 1970.
  public let at: Int64
  /// The exit status; nil if no command ran.
  public let exitCode: Int?
  /// The number of attempts.
  public let attempts: Int
  /// The duration of the last attempt, in milliseconds.
  public let milliseconds: Int
  /// The digest of standard output followed by standard error, or of a summary if no command ran.
  public let output: Digest
  /// The digest of the output after the check's `normalize`; nil if the check has none.
  public let normalized: Digest?
  /// The digests of the check's output files, by path; empty if the check does not define `reproduce`.
  public let outputs: [(path: String, digest: Digest)]
  /// The digests of the program files that the check names.
  public let tools: [(name: String, digest: Digest)]
  /// The path of the stored output; nil if it was not stored.
  public let log: String?

  /// Creates a record.
  public init(
    command: Digest, profile: Digest?, inputs: Digest, commit: String, before: String?, at: Int64, exitCode: Int?,
    attempts: Int, milliseconds: Int, output: Digest, normalized: Digest? = nil,
    outputs: [(path: String, digest: Digest)] = [], tools: [(name: String, digest: Digest)] = [], log: String?
  ) {
    self.command = command
    self.profile = profile
    self.inputs = inputs
    self.commit = commit
    self.before = before
    self.at = at
    self.exitCode = exitCode
    self.attempts = attempts
    self.milliseconds = milliseconds
    self.output = output
    self.normalized = normalized
    self.outputs = outputs
    self.tools = tools
    self.log = log
  }

  /// The record as written in the milestone's file.
  public var json: JSONValue {
    var members = [JSONMember("kind", "check"), JSONMember("command", .text(command.tagged))]
    if let profile { members.append(JSONMember("profile", .text(profile.tagged))) }
    members += [JSONMember("inputs", .text(inputs.tagged)), JSONMember("commit", .text(commit))]
    if let before { members.append(JSONMember("before", .text(before))) }
    members.append(JSONMember("at", .text(Timestamp.text(millisecondsSince1970: at))))
    if let exitCode { members.append(JSONMember("exitCode", .int(exitCode))) }
    members += [
      JSONMember("attempts", .int(attempts)), JSONMember("milliseconds", .int(milliseconds)),
      JSONMember("output", .text(output.tagged)),
    ]
    if let normalized { members.append(JSONMember("normalized", .text(normalized.tagged))) }
    func object(_ digests: [(String, Digest)]) -> JSONValue {
      JSONValue(.object(digests.map { JSONMember($0, .text($1.tagged)) }))
    }
    if !outputs.isEmpty { members.append(JSONMember("outputs", object(outputs.map { ($0.path, $0.digest) }))) }
    if !tools.isEmpty { members.append(JSONMember("tools", object(tools.map { ($0.name, $0.digest) }))) }
    if let log { members.append(JSONMember("log", .text(log))) }
    return JSONValue(.object(members))
  }
}

extension CheckRecord {
  init?(_ value: JSONValue, _ faults: FaultList) {
    let known: [StaticString] = [
      "kind", "command", "profile", "inputs", "commit", "before", "at", "exitCode", "attempts", "milliseconds",
      "output", "normalized", "outputs", "tools", "log",
    ]
    guard let reader = ObjectReader(value, "The evidence", known: known, faults) else { return nil }
    let command = reader.digest("command", required: true)
    let profile = reader.digest("profile", required: false)
    let inputs = reader.digest("inputs", required: true)
    let output = reader.digest("output", required: true)
    let commit = reader.commit("commit", required: true)
    before = reader.commit("before", required: false)
    let moment = reader.text("at")
    var at: Int64?
    if let moment {
      at = Timestamp.isWellFormed(moment) ? Timestamp.milliseconds(of: moment) : nil
      if at == nil {
        faults.add("\"at\" should be a moment like 2026-11-22T19:00:00.123Z.", at: value["at"] ?? value)
      }
    }
    exitCode = reader.count("exitCode", 0...255)
    let attempts = reader.required("attempts").flatMap { _ in reader.count("attempts", 1...1_000) }
    let milliseconds = reader.required("milliseconds").flatMap { _ in
      reader.count("milliseconds", 0...1_000_000_000_000)
    }
    normalized = reader.digest("normalized", required: false)
    outputs = reader.digests("outputs").map { ($0.key, $0.digest) }
    tools = reader.digests("tools").map { ($0.key, $0.digest) }
    log = reader.optionalText("log", mayBeEmpty: false)
    if let log { RepositoryPath.check(log, at: value["log"] ?? value, faults) }
    guard let command, let inputs, let output, let commit, let at, let attempts, let milliseconds else { return nil }
    self.command = command
    self.profile = profile
    self.inputs = inputs
    self.output = output
    self.commit = commit
    self.at = at
    self.attempts = attempts
    self.milliseconds = milliseconds
  }
}

extension ObjectReader {
  fileprivate func digest(_ key: StaticString, required isRequired: Bool) -> Digest? {
    guard let text = isRequired ? text(key) : optionalText(key) else { return nil }
    let digest = Digest(tagged: text)
    if digest == nil {
      faults.add("\"\(key)\" should be sha256: and 64 lower-case hexadecimal digits.", at: self[key] ?? value)
    }
    return digest
  }

  /// Reads an object of digests, by name.
  fileprivate func digests(_ key: StaticString) -> [(key: String, digest: Digest)] {
    guard let found = self[key] else { return [] }
    guard let members = found.object else {
      faults.add("\"\(key)\" should be an object of digests, not \(found.typeName).", at: found)
      return []
    }
    return members.compactMap { member in
      guard let digest = member.value.string.flatMap({ Digest(tagged: $0) }) else {
        faults.add("\"\(member.key)\" should be sha256: and 64 lower-case hexadecimal digits.", at: member.value)
        return nil
      }
      return (member.key, digest)
    }
  }

  fileprivate func commit(_ key: StaticString, required isRequired: Bool) -> String? {
    guard let text = isRequired ? text(key) : optionalText(key) else { return nil }
    guard ObjectID(hex: text) != nil, !text.contains(where: \.isUppercase) else {
      faults.add("\"\(key)\" should be 40 lower-case hexadecimal digits.", at: self[key] ?? value)
      return nil
    }
    return text
  }
}
