public import StrictJSON
public import ReadinessSystem

/// What is kept about the spool beside its lines.
extension Spool {
  /// Returns how many bytes of the file that is being sent need not be sent again.
  public func cursor(of signal: Signal) -> Int { number(in: cursorPath(of: signal), "offset") }

  /// Keeps that count; it is on the disk when this returns.
  /// - Throws: `SystemError`.
  public func keepCursor(_ offset: Int, of signal: Signal) throws(SystemError) {
    let json: JSONValue = ["version": 1, "offset": .int(offset)]
    try FileSystem.write(json.layoutBytes, to: cursorPath(of: signal))
  }

  /// Returns how many lines had to go since the spool began.
  public func dropped(_ signal: Signal) -> Int { number(in: droppedPath, signal.rawValue) }

  /// Counts lines that had to go. The caller holds the lock of the spool.
  /// - Throws: `SystemError`.
  public func addDropped(_ count: Int, _ signal: Signal) throws(SystemError) {
    guard count > 0 else { return }
    var counts = Dictionary(uniqueKeysWithValues: Signal.allCases.map { ($0, dropped($0)) })
    counts[signal, default: 0] += count
    let members = Signal.allCases.map { JSONMember($0.rawValue, .int(counts[$0] ?? 0)) }
    try FileSystem.write(JSONValue(.object([JSONMember("version", 1)] + members)).layoutBytes, to: droppedPath)
  }

  /// A number that cannot be read is 0: sent twice is better than not at all.
  private func number(in path: String, _ name: String) -> Int {
    do {
      guard let bytes = try FileSystem.readIfPresent(path) else { return 0 }
      return max(0, try JSONDocument(parsing: bytes).root[name]?.integer ?? 0)
    } catch {
      return 0
    }
  }

  /// Returns the bytes of all files of a signal, oldest first, as far as they have not been sent; empty if there are none.
  /// - Throws: `SystemError`. O(bytes).
  public func unsent(_ signal: Signal) throws(SystemError) -> [[UInt8]] {
    let old = try FileSystem.readIfPresent(sendingPath(of: signal)) ?? []
    let new = try FileSystem.readIfPresent(path(of: signal)) ?? []
    return [Array(old[min(cursor(of: signal), old.count)...]), new].filter { !$0.isEmpty }
  }
}

/// One line of the spool, read back.
public struct SpoolLine: Sendable {
  /// The object; nil if nothing in the line is one.
  public let json: JSONValue?
  /// The bytes of that object, without a line end.
  public let bytes: ArraySlice<UInt8>
  /// True if something was skipped: a writer's disk was full, or its power went.
  public let isTorn: Bool

  /// Reads a line.
  ///
  /// A torn line has no end, so the next writer's whole line follows it: that one is found by its beginning.
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

  /// Its spans or records, each with the attributes of the process that wrote it.
  public func records(of signal: Signal) -> [(record: JSONValue, resource: JSONValue)] {
    (json?[signal.member]?.array ?? []).flatMap { part in
      (part[signal.scope]?.array ?? []).flatMap { $0[signal.records]?.array ?? [] }
        .map { ($0, part["resource"] ?? [:]) }
    }
  }
}
