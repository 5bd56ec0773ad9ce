public import StrictJSON

/// The sinks that receive runs, by name (`doc/guides/events.md`).
public struct Sinks: Sendable {
  /// A sink.
  public struct Sink: Sendable {
    /// The kind of delivery.
    public enum Kind: Sendable {
      /// Appends a line of JSON to a file; a relative path starts at the top of the work tree.
      case file(path: String)
      /// Runs a program with the event on standard input.
      case command([String])
      /// Sends an HTTP POST. A header value `$NAME` is replaced by that variable's value.
      case webhook(url: String, headers: [(name: String, value: String)])
    }

    /// The kind of delivery.
    public let kind: Kind
    /// The runtime profile that sets timeout, retries and breaker; nil for the default of deliveries.
    public let profile: String?
    /// The sink as JSON.
    public let json: JSONValue
  }

  /// The sinks, by name.
  public let sinks: [String: Sink]

  /// No sink.
  static let none = Sinks(sinks: [:])

  private init(sinks: [String: Sink]) { self.sinks = sinks }

  /// Reads `sinks.json`. Returns nil and adds faults if it is invalid.
  init?(_ root: JSONValue, _ faults: FaultList) {
    let known: [StaticString] = ["$schema", "version", "sinks"]
    guard let reader = ObjectReader(root, "The sinks file", known: known, extensible: true, faults) else { return nil }
    reader.checkVersion()
    var sinks: [String: Sink] = [:]
    if let found = reader.required("sinks") {
      if found.object == nil { faults.add("\"sinks\" should be an object that maps names to sinks.", at: found) }
      for member in found.object ?? [] {
        if !Self.isName(member.key) {
          faults.add(
            "\"\(member.key)\" is no name of a sink: lower-case letters, digits and hyphens, a letter first, at most 63.",
            atKey: member)
        }
        sinks[member.key] = Sink(member.value, faults)
      }
    }
    self.sinks = sinks
    guard faults.faults.isEmpty else { return nil }
  }

  /// Returns true if a name is valid. Names are used as file names too.
  private static func isName(_ name: String) -> Bool {
    guard let first = name.utf8.first, (0x61...0x7A).contains(first) else { return false }
    return ExitCriterion.isValid(id: name)
  }
}

extension Sinks.Sink {
  fileprivate init?(_ value: JSONValue, _ faults: FaultList) {
    json = value
    let properties: [String: [StaticString]] = [
      "file": ["path"], "command": ["command"], "webhook": ["url", "headers"],
    ]
    let name = value["kind"]?.string ?? ""
    guard value.object == nil || properties[name] != nil else {
      faults.add("\"kind\" should be one of file, command, webhook.", at: value["kind"] ?? value)
      return nil
    }
    let known: [StaticString] = ["kind", "profile"] + (properties[name] ?? [])
    guard let reader = ObjectReader(value, "The sink", known: known, extensible: true, faults) else { return nil }
    profile = value["profile"] == nil ? nil : reader.text("profile")
    switch name {
    case "file":
      guard let path = reader.text("path") else { return nil }
      kind = .file(path: path)
    case "command":
      let words = reader.elements("command", required: true).compactMap(\.string)
      guard let first = words.first, !first.isEmpty, words.count == value["command"]?.array?.count else {
        faults.add("\"command\" should hold texts, the first of them a program.", at: value["command"] ?? value)
        return nil
      }
      kind = .command(words)
    default:
      guard let url = reader.text("url") else { return nil }
      guard ["http://", "https://"].contains(where: url.hasPrefix), url.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
      else {
        faults.add("\"url\" should begin with http:// or https:// and hold no space.", at: value["url"] ?? value)
        return nil
      }
      guard let headers = Self.headers(value, faults) else { return nil }
      kind = .webhook(url: url, headers: headers)
    }
  }

  private static func headers(_ value: JSONValue, _ faults: FaultList) -> [(name: String, value: String)]? {
    guard let found = value["headers"] else { return [] }
    guard let members = found.object else {
      faults.add("\"headers\" should be an object that maps names to values.", at: found)
      return nil
    }
    var headers: [(name: String, value: String)] = []
    for member in members {
      let isToken =
        !member.key.isEmpty
        && member.key.utf8.allSatisfy { byte in
          (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x2D
        }
      guard isToken, let text = member.value.string, text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
        faults.add("A header is a name of letters, digits and hyphens, and a text of one line.", at: member.value)
        return nil
      }
      headers.append((member.key, text))
    }
    return headers
  }
}
