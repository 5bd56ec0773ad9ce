import GitObjects
import StrictJSON

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
  /// Where the output was kept.
  public let log: String?

  /// Makes a record.
  public init(
    command: Digest, profile: Digest?, inputs: Digest, commit: String, before: String?, at: Int64, exitCode: Int?,
    attempts: Int, milliseconds: Int, output: Digest, log: String?
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
    if let log { members.append(JSONMember("log", .text(log))) }
    return JSONValue(.object(members))
  }
}

extension CheckRecord {
  init?(_ value: JSONValue, _ faults: FaultList) {
    let known: [StaticString] = [
      "kind", "command", "profile", "inputs", "commit", "before", "at", "exitCode", "attempts", "milliseconds",
      "output", "log",
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

  fileprivate func commit(_ key: StaticString, required isRequired: Bool) -> String? {
    guard let text = isRequired ? text(key) : optionalText(key) else { return nil }
    guard ObjectID(hex: text) != nil, !text.contains(where: \.isUppercase) else {
      faults.add("\"\(key)\" should be 40 lower-case hexadecimal digits.", at: self[key] ?? value)
      return nil
    }
    return text
  }
}
