import StrictJSON

/// A fault in a file of profiles, with its position and the legal values.
public struct ConfigurationFault: Sendable, Equatable {
  /// The file.
  public let file: String
  /// The line, from 1.
  public let line: Int
  /// The JSON Pointer of the value (RFC 6901).
  public let pointer: String
  /// The fault, in a sentence.
  public let message: String
  /// The legal values, in a sentence.
  public let legal: String
}

/// The error for an invalid file of profiles, with every fault found.
public struct ConfigurationError: Error, Sendable {
  /// The faults, at least one.
  public let faults: [ConfigurationFault]
}

/// A file of profiles: `ssot/runtime.config.json`, or the built-in one. Its contract is
/// `ssot/schemas/runtime.config.schema.json`.
public struct RuntimeConfiguration: Sendable {
  /// One profile of the file.
  struct Profile: Sendable {
    let name: String
    let extends: String?
    /// The values by setting name.
    let values: [String: JSONValue]
    let line: Int
  }

  /// The file.
  public let file: String
  /// True if the program embeds the file.
  public let isBuiltIn: Bool
  /// The profile of deliveries if a sink names none; a repository's own `delivery` overlays it.
  public static let delivery = """
    { "version": 1, "profiles": { "delivery": {
      "timeoutSeconds": 10, "killGraceSeconds": 2, "workingArea": "worktree",
      "retry": { "attempts": 5, "firstDelayMilliseconds": 200, "maxDelayMilliseconds": 10000,
        "budgetMilliseconds": 120000, "on": ["timeout", "exit", "signal", "spawn"] } } } }
    """

  /// The names of its profiles, in the order of the file.
  public var names: [String] { profiles.map(\.name) }
  let profiles: [Profile]
  private let document: JSONDocument

  func profile(_ name: String) -> Profile? { profiles.first { $0.name == name } }

  func line(of value: JSONValue) -> Int { document.position(of: value).line }

  /// Parses and validates a file.
  /// - Parameter file: its name, for messages.
  /// - Throws: `ConfigurationError` with every fault. O(bytes).
  public init(parsing bytes: [UInt8], file: String, isBuiltIn: Bool = false) throws(ConfigurationError) {
    self.file = file
    self.isBuiltIn = isBuiltIn
    do {
      document = try JSONDocument(parsing: bytes)
    } catch {
      throw ConfigurationError(faults: [
        ConfigurationFault(
          file: file, line: error.position.line, pointer: "", message: error.message,
          legal: "The file is one JSON object with \"version\" and \"profiles\".")
      ])
    }
    var reader = ConfigurationReader(file: file, document: document)
    profiles = reader.read()
    guard reader.faults.isEmpty else { throw ConfigurationError(faults: reader.faults) }
  }
}

/// Reads a file of profiles and collects all faults, so that a person sees them together.
private struct ConfigurationReader {
  let file: String
  let document: JSONDocument
  var faults: [ConfigurationFault] = []

  mutating func read() -> [RuntimeConfiguration.Profile] {
    let root = document.root
    guard let members = object(root, "", "The file") else { return [] }
    refuseUnknown(members, "", known: ["$schema", "version", "profiles"])
    if let schema = root["$schema"], schema.string == nil {
      add(schema, "/$schema", "\"$schema\" is \(schema.typeName).", "It is a text: the path of the schema.")
    }
    if root["version"]?.number != JSONNumber(1) {
      add(root["version"] ?? root, "/version", "The version is missing or another one.", "\"version\": 1")
    }
    guard let found = root["profiles"] else {
      add(root, "/profiles", "\"profiles\" is missing.", "An object that maps names to profiles.")
      return []
    }
    guard let profiles = object(found, "/profiles", "\"profiles\"") else { return [] }
    if profiles.isEmpty { add(found, "/profiles", "There is no profile.", "At least one, by its name.") }
    let read = profiles.compactMap { profile($0) }
    refuseCycles(read)
    return read
  }

  private mutating func profile(_ member: JSONMember) -> RuntimeConfiguration.Profile? {
    let pointer = "/profiles/" + escaped(member.key)
    if !isName(member.key) {
      addKey(
        member, pointer, "\"\(member.key)\" is no name of a profile.",
        "Lower-case letters, digits and hyphens, a letter first, at most 63.")
    }
    guard let members = object(member.value, pointer, "A profile") else { return nil }
    let settings = RuntimeSetting.all
    let groups = Set(settings.filter { $0.path.count > 1 }.map { $0.path[0] })
    refuseUnknown(members, pointer, known: ["extends"] + settings.filter { $0.path.count == 1 }.map(\.name) + groups)
    var values: [String: JSONValue] = [:]
    for group in groups.sorted() {
      guard let found = member.value[group], let inner = object(found, pointer + "/" + group, "\"\(group)\"") else {
        continue
      }
      let known = settings.filter { $0.path.count > 1 && $0.path[0] == group }.map { $0.path[1] }
      refuseUnknown(inner, pointer + "/" + group, known: known, extensible: false)
    }
    for setting in settings {
      let found =
        setting.path.count == 1 ? member.value[setting.name] : member.value[setting.path[0]]?[setting.path[1]]
      guard let found else { continue }
      if setting.accepts(found) {
        values[setting.name] = found
      } else {
        add(
          found, pointer + "/" + setting.path.joined(separator: "/"),
          "\"\(setting.name)\" is \(shown(found)).", "It is \(setting.legal).")
      }
    }
    var extends: String?
    if let found = member.value["extends"] {
      extends = found.string
      if extends?.isEmpty ?? true {
        add(found, pointer + "/extends", "\"extends\" is \(shown(found)).", "It is the name of a profile.")
      }
    }
    return RuntimeConfiguration.Profile(
      name: member.key, extends: extends, values: values, line: document.position(of: member.keyRange.lowerBound).line)
  }

  /// Rejects cycles of profiles in this file. A name from another file is resolved on use.
  private mutating func refuseCycles(_ profiles: [RuntimeConfiguration.Profile]) {
    for profile in profiles {
      var (seen, at) = ([profile.name], profile.extends)
      while let name = at, let next = profiles.first(where: { $0.name == name }) {
        if name == profile.name {
          // Each cycle is reported once, at its first member in the file.
          guard profiles.first(where: { seen.contains($0.name) })?.name == profile.name else { break }
          let place = document.root["profiles"]?[profile.name]?["extends"] ?? document.root
          add(
            place, "/profiles/\(escaped(profile.name))/extends",
            "The profiles extend one another in a circle: \((seen + [name]).joined(separator: " -> ")).",
            "Take one \"extends\" of these away.")
          break
        }
        if seen.contains(name) { break }
        seen.append(name)
        at = next.extends
      }
    }
  }

  // MARK: - Faults

  private mutating func object(_ value: JSONValue, _ pointer: String, _ subject: String) -> [JSONMember]? {
    if let members = value.object { return members }
    add(value, pointer, "\(subject) is \(value.typeName).", "It is an object.")
    return nil
  }

  private mutating func refuseUnknown(
    _ members: [JSONMember], _ pointer: String, known: [String], extensible: Bool = true
  ) {
    for member in members where !known.contains(where: { $0.isExactly(member.key) }) {
      if extensible, member.key.hasPrefix("x-") { continue }
      addKey(
        member, pointer + "/" + escaped(member.key), "\"\(member.key)\" is not known here.",
        "Known are \(known.sorted().joined(separator: ", "))\(extensible ? "; a field of your own begins with x-" : "")."
      )
    }
  }

  private mutating func add(_ value: JSONValue, _ pointer: String, _ message: String, _ legal: String) {
    faults.append(
      ConfigurationFault(
        file: file, line: document.position(of: value).line, pointer: pointer, message: message, legal: legal))
  }

  private mutating func addKey(_ member: JSONMember, _ pointer: String, _ message: String, _ legal: String) {
    faults.append(
      ConfigurationFault(
        file: file, line: document.position(of: member.keyRange.lowerBound).line, pointer: pointer, message: message,
        legal: legal))
  }

  private func shown(_ value: JSONValue) -> String {
    switch value.kind {
    case .object, .array: value.typeName
    default: String(decoding: value.canonicalBytes, as: UTF8.self)
    }
  }

  private func escaped(_ key: String) -> String {
    key.split(separator: "~", omittingEmptySubsequences: false).joined(separator: "~0")
      .split(separator: "/", omittingEmptySubsequences: false).joined(separator: "~1")
  }

  private func isName(_ name: String) -> Bool {
    let bytes = name.utf8
    guard (1...63).contains(bytes.count), let first = bytes.first, (0x61...0x7A).contains(first) else { return false }
    return bytes.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
  }
}
