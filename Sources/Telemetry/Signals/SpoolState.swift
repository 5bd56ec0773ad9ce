public import StrictJSON
public import ReadinessSystem

/// The state of the spool apart from its lines.
extension Spool {
  /// Returns the number of bytes already sent of the file that is being sent.
  public func cursor(of signal: Signal) -> Int { number(in: cursorPath(of: signal), "offset") }

  /// Stores that number, synced.
  /// - Throws: `SystemError`.
  public func keepCursor(_ offset: Int, of signal: Signal) throws(SystemError) {
    let json: JSONValue = ["version": 1, "offset": .int(offset)]
    try FileSystem.write(json.layoutBytes, to: cursorPath(of: signal))
  }

  /// Returns the number of lines dropped since the spool was created.
  public func dropped(_ signal: Signal) -> Int { number(in: droppedPath, signal.rawValue) }

  /// Adds to the number of dropped lines. The caller holds the lock of the spool.
  /// - Throws: `SystemError`.
  public func addDropped(_ count: Int, _ signal: Signal) throws(SystemError) {
    guard count > 0 else { return }
    var counts = Dictionary(uniqueKeysWithValues: Signal.allCases.map { ($0, dropped($0)) })
    counts[signal, default: 0] += count
    let members = Signal.allCases.map { JSONMember($0.rawValue, .int(counts[$0] ?? 0)) }
    try FileSystem.write(JSONValue(.object([JSONMember("version", 1)] + members)).layoutBytes, to: droppedPath)
  }

  /// Returns a number; 0 if it is malformed, because duplicates are better than losses.
  private func number(in path: String, _ name: String) -> Int {
    do {
      guard let bytes = try FileSystem.readIfPresent(path) else { return 0 }
      return max(0, try JSONDocument(parsing: bytes).root[name]?.integer ?? 0)
    } catch {
      return 0
    }
  }

  /// Returns the unsent bytes of all files of a signal, oldest first; empty if there are none.
  /// - Throws: `SystemError`. O(bytes).
  public func unsent(_ signal: Signal) throws(SystemError) -> [[UInt8]] {
    let old = try FileSystem.readIfPresent(sendingPath(of: signal)) ?? []
    let new = try FileSystem.readIfPresent(path(of: signal)) ?? []
    return [Array(old[min(cursor(of: signal), old.count)...]), new].filter { !$0.isEmpty }
  }
}

/// One parsed line of the spool.
public struct SpoolLine: Sendable {
  /// The object; nil if the line contains none.
  public let json: JSONValue?
  /// The bytes of the object, without a line end.
  public let bytes: ArraySlice<UInt8>
  /// True if bytes were skipped, because a full disk or a power cut damaged the line.
  public let isTorn: Bool

  /// Parses a line.
  ///
  /// A damaged line has no end, so the next writer's whole line follows it, and is found by its prefix.
  public init(_ line: ArraySlice<UInt8>, of signal: Signal) {
    if let json = Self.parse(line, signal) {
      (self.json, bytes, isTorn) = (json, line, false)
      return
    }
    let head = Array("{\"\(signal.member)\":[".utf8)
    var at = line.endIndex - head.count
    while at > line.startIndex {
      if line[at] == head[0], line[at..<at + head.count].elementsEqual(head), let json = Self.parse(line[at...], signal)
      {
        (self.json, bytes, isTorn) = (json, line[at...], true)
        return
      }
      at -= 1
    }
    json = .none
    (bytes, isTorn) = (line.prefix(0), true)
  }

  private static func parse(_ line: ArraySlice<UInt8>, _ signal: Signal) -> JSONValue? {
    do {
      let root = try JSONDocument(parsing: Array(line), limits: .general).root
      guard root[signal.member]?.array != nil else { return nil }
      return root
    } catch {
      return nil
    }
  }

  /// Returns the spans or log records, each with the resource of its process.
  public func records(of signal: Signal) -> [(record: JSONValue, resource: JSONValue)] {
    (json?[signal.member]?.array ?? []).flatMap { part in
      (part[signal.scope]?.array ?? []).flatMap { $0[signal.records]?.array ?? [] }
        .map { ($0, part["resource"] ?? [:]) }
    }
  }
}
