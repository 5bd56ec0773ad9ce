import GitObjects
public import StrictJSON

/// Evidence that a check has left: what was run, on what, and how it ended. Everything in it but moment, duration and
/// attempts comes out the same on another clone of the same commit, where the command is deterministic.
public struct CheckRecord: Sendable {
  /// Of the definition.
  public let command: Digest
  /// Of the profile's settled values; nil where no command ran.
  public let profile: Digest?
  /// Of the inputs, as the commit holds them.
  public let inputs: Digest
  /// The commit that was checked.
  public let commit: String
  /// The commit before the change, where the profile demanded that it is green as well.
  public let before: String?
  /// When it ended, in milliseconds since 1970.
  public let at: Int64
  /// The exit status; nil where no command ran.
  public let exitCode: Int?
  /// Attempts that were made.
  public let attempts: Int
  /// How long the last attempt took.
  public let milliseconds: Int
  /// Of standard output, and behind it standard error; of a summary where no command ran.
  public let output: Digest
  /// Of the output after the check's `normalize`; nil if the check has none.
  public let normalized: Digest?
  /// Of the files that the check leaves, by path; empty if it does not say what has to come out the same.
  public let outputs: [(path: String, digest: Digest)]
  /// Of the files of the programs that the check names.
  public let tools: [(name: String, digest: Digest)]
  /// Where the output was kept.
  public let log: String?

  /// Makes a record.
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

  /// As it stands in the milestone's file.
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

  /// An object of digests, by name.
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
