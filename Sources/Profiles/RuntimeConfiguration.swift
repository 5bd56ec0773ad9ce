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

  /// Says that a file exceeds `RuntimeConfiguration.bound`.
  public static func tooLarge(_ file: String) -> ConfigurationError {
    ConfigurationError(faults: [
      ConfigurationFault(
        file: file, line: 1, pointer: "", message: "The file is too large.",
        legal: "It has at most \(RuntimeConfiguration.bound) bytes.")
    ])
  }
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

  /// The most profiles of one file that a profile may extend, one through the other.
  static let levelBound = 16
  /// The most bytes that a file may have.
  public static let bound = JSONLimits.plan.size
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
  private let positions: [String: Int]
  private let lines: LineTable

  func profile(_ name: String) -> Profile? { positions[name].map { profiles[$0] } }

  func line(of value: JSONValue) -> Int { lines.line(of: value.range.lowerBound) }

  /// Parses and validates a file.
  /// - Parameter file: its name, for messages.
  /// - Throws: `ConfigurationError` with every fault. O(bytes).
  public init(parsing bytes: [UInt8], file: String, isBuiltIn: Bool = false) throws(ConfigurationError) {
    self.file = file
    self.isBuiltIn = isBuiltIn
    let document: JSONDocument
    do {
      document = try JSONDocument(parsing: bytes, limits: .plan)
    } catch {
      throw ConfigurationError(faults: [
        ConfigurationFault(
          file: file, line: error.position.line, pointer: "", message: error.message,
          legal: "The file is one JSON object with \"version\" and \"profiles\".")
      ])
    }
    lines = LineTable(document.bytes)
    var reader = ConfigurationReader(file: file, root: document.root, lines: lines)
    let read = reader.read()
    profiles = read
    positions = Dictionary(read.indices.map { (read[$0].name, $0) }) { first, _ in first }
    guard reader.faults.isEmpty else { throw ConfigurationError(faults: reader.faults) }
  }
}

/// The lines of a text by offset, each in O(log lines).
private struct LineTable: Sendable {
  private let starts: [Int]

  init(_ bytes: [UInt8]) { starts = TextPosition.lineStarts(in: bytes) }

  func line(of offset: Int) -> Int {
    var (low, high) = (0, starts.count)
    while low < high {
      let middle = (low + high) / 2
      if starts[middle] <= offset { low = middle + 1 } else { high = middle }
    }
    return low + 1
  }
}

/// Reads a file of profiles and collects all faults, so that a person sees them together.
private struct ConfigurationReader {
  let file: String
  let root: JSONValue
  let lines: LineTable
  var faults: [ConfigurationFault] = []

  mutating func read() -> [RuntimeConfiguration.Profile] {
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
    refuseLongChains(read)
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
      name: member.key, extends: extends, values: values, line: lines.line(of: member.keyRange.lowerBound))
  }

  /// Profiles of the same file that lead back to themselves, or over more levels than are followed. A name of another
  /// file is looked up when it is used. O(profiles).
  private mutating func refuseLongChains(_ profiles: [RuntimeConfiguration.Profile]) {
    let positions = Dictionary(profiles.indices.map { (profiles[$0].name, $0) }) { first, _ in first }
    // How many levels a profile has below itself, once that is known.
    var levels = [Int?](repeating: nil, count: profiles.count)
    for start in profiles.indices where levels[start] == nil {
      var trail: [Int] = []
      var places: [Int: Int] = [:]
      var at: Int? = start
      while let position = at, levels[position] == nil, places[position] == nil {
        places[position] = trail.count
        trail.append(position)
        at = profiles[position].extends.flatMap { positions[$0] }
      }
      if let position = at, let place = places[position] {
        refuseCircle(trail[place...], profiles)
        for member in trail { levels[member] = 0 }
        continue
      }
      var level = at.flatMap { levels[$0] }.map { $0 + 1 } ?? 0
      for member in trail.reversed() {
        levels[member] = level
        if level == RuntimeConfiguration.levelBound + 1 { refuseLevels(profiles[member]) }
        level += 1
      }
    }
  }

  /// Told once, at the member of the circle that stands first.
  private mutating func refuseCircle(_ circle: ArraySlice<Int>, _ profiles: [RuntimeConfiguration.Profile]) {
    guard let first = circle.min(), let place = circle.firstIndex(of: first) else { return }
    let names = (circle[place...] + circle[..<place] + [first]).map { profiles[$0].name }
    let shown = names.count > 20 ? names.prefix(10) + ["…"] + names.suffix(1) : names[...]
    addAtExtends(
      profiles[first], "The profiles extend one another in a circle: \(shown.joined(separator: " -> ")).",
      "Take one \"extends\" of these away.")
  }

  private mutating func refuseLevels(_ profile: RuntimeConfiguration.Profile) {
    addAtExtends(
      profile, "\"\(profile.name)\" extends over more than \(RuntimeConfiguration.levelBound) levels.",
      "A profile leads over at most \(RuntimeConfiguration.levelBound) others to the end of its chain.")
  }

  private mutating func addAtExtends(_ profile: RuntimeConfiguration.Profile, _ message: String, _ legal: String) {
    let place = root["profiles"]?[profile.name]?["extends"] ?? root
    add(place, "/profiles/\(escaped(profile.name))/extends", message, legal)
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
        file: file, line: lines.line(of: value.range.lowerBound), pointer: pointer, message: message, legal: legal))
  }

  private mutating func addKey(_ member: JSONMember, _ pointer: String, _ message: String, _ legal: String) {
    faults.append(
      ConfigurationFault(
        file: file, line: lines.line(of: member.keyRange.lowerBound), pointer: pointer, message: message,
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
