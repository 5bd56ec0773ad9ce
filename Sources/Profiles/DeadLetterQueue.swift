public import StrictJSON
public import ReadinessSystem

/// The dead letters on disk: one file for each sink and event, so that there are no duplicates. `put` returns after a
/// letter is completely written and synced.
public struct DeadLetterQueue: Sendable {
  /// An event that a sink did not accept.
  public struct Letter: Sendable {
    /// The sink's name.
    public let sink: String
    /// The event's id, which is the run ID.
    public let event: String
    /// The reason, in a sentence.
    public let reason: String
    /// The number of attempts.
    public let attempts: Int
    /// The time at which it was added (RFC 3339).
    public let at: String
    /// The event.
    public let body: JSONValue

    /// Creates a letter.
    public init(sink: String, event: String, reason: String, attempts: Int, at: String, body: JSONValue) {
      self.sink = sink
      self.event = event
      self.reason = reason
      self.attempts = attempts
      self.at = at
      self.body = body
    }

    /// The content of the letter's file.
    public var json: JSONValue {
      [
        "sink": .text(sink), "event": .text(event), "reason": .text(reason), "attempts": .int(attempts),
        "at": .text(at), "body": body,
      ]
    }
  }

  private let folder: String

  /// - Parameter folder: the folder of the letters; it is created with the first one.
  public init(folder: String) { self.folder = folder }

  private func path(_ sink: String, _ event: String) -> String { "\(folder)/\(sink)/\(event).json" }

  /// Writes a letter, and replaces an older one of the same sink and event.
  /// - Throws: `SystemError`.
  public func put(_ letter: Letter) throws(SystemError) {
    try FileSystem.makeFolders("\(folder)/\(letter.sink)", own: 3)
    try FileSystem.write(letter.json.layoutBytes, to: path(letter.sink, letter.event))
  }

  /// Removes a letter. Does nothing if it does not exist.
  /// - Throws: `SystemError`.
  public func drop(sink: String, event: String) throws(SystemError) {
    try FileSystem.remove(path(sink, event))
  }

  /// Returns all letters, by sink and time, and the paths of files that are not letters.
  /// - Throws: `SystemError`. O(letters).
  public func letters() throws(SystemError) -> (letters: [Letter], unreadable: [String]) {
    var (letters, unreadable): ([Letter], [String]) = ([], [])
    for sink in try FileSystem.names(in: folder).sorted() {
      for name in try FileSystem.names(in: "\(folder)/\(sink)").sorted() where name.hasSuffix(".json") {
        let file = "\(folder)/\(sink)/\(name)"
        guard let bytes = try FileSystem.readIfPresent(file) else { continue }
        if let letter = Self.letter(bytes) { letters.append(letter) } else { unreadable.append(file) }
      }
    }
    letters.sort { ($0.sink, $0.at, $0.event) < ($1.sink, $1.at, $1.event) }
    return (letters, unreadable)
  }

  private static func letter(_ bytes: [UInt8]) -> Letter? {
    let root: JSONValue
    do { root = try JSONDocument(parsing: bytes, limits: .general).root } catch { return nil }
    guard let sink = root["sink"]?.string, let event = root["event"]?.string, let reason = root["reason"]?.string,
      let attempts = root["attempts"]?.integer, let at = root["at"]?.string, let body = root["body"]
    else { return nil }
    return Letter(sink: sink, event: event, reason: reason, attempts: attempts, at: at, body: body)
  }
}
