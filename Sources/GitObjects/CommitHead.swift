import CPure

/// The parts of a commit that a walk needs: its links, and whether the message may contain a stamp.
package struct CommitHead {
  package let tree: ObjectID
  package let parents: [ObjectID]
  /// True if the message may contain a stamp, or a date is outside the years 1970 to 9999.
  package let mayHoldStamp: Bool

  /// Returns the tree, the parents, and the offset of the other headers. A commit begins with one tree, followed by
  /// its parents, as git reads them. Returns nil if the object is not a commit.
  package static func links(_ raw: UnsafeRawBufferPointer) -> (tree: ObjectID, parents: [ObjectID], end: Int)? {
    guard let tree = tree(raw) else { return nil }
    var at = 46
    var parents: [ObjectID] = []
    while let parent = id(in: raw, at: at, after: "parent ") {
      parents.append(parent)
      at += 48
    }
    return (tree, parents, at)
  }

  /// Returns the tree of a commit.
  package static func tree(_ raw: UnsafeRawBufferPointer) -> ObjectID? { id(in: raw, at: 0, after: "tree ") }

  /// Parses a commit. Returns nil if the object does not begin as commits do.
  package init?(_ raw: UnsafeRawBufferPointer) {
    guard let links = Self.links(raw) else { return nil }
    (tree, parents) = (links.tree, links.parents)
    mayHoldStamp = Self.holdsStamp(raw, from: links.end) || !Self.isDated(raw, from: links.end)
  }

  /// The last second of the year 9999.
  private static let end: Int64 = 253_402_300_799

  /// Returns the date after `Name <address>`, in seconds since 1970: 0 if there is none, and the nearest time in the
  /// years 1970 to 9999 if it is outside.
  package static func date(in line: UnsafeRawBufferPointer) -> (seconds: Int64, isInRange: Bool) {
    var at = (line.lastIndex(of: 0x3E) ?? line.count - 1) + 1
    while at < line.count, line[at] == 0x20 { at += 1 }
    if at < line.count, line[at] == 0x2D { return (0, false) }
    var seconds: Int64 = 0
    while at < line.count, (0x30...0x39).contains(line[at]) {
      seconds = seconds * 10 + Int64(line[at] - 0x30)
      if seconds > end { return (end, false) }
      at += 1
    }
    return (seconds, true)
  }

  /// Returns false if the author's or committer's date is outside those years; such a commit is always examined.
  private static func isDated(_ raw: UnsafeRawBufferPointer, from start: Int) -> Bool {
    guard let base = raw.baseAddress else { return true }
    var at = start
    for _ in 0..<2 where at < raw.count {
      guard let newline = memchr(base + at, 0x0A, raw.count - at) else { return true }
      let end = base.distance(to: UnsafeRawPointer(newline))
      if !date(in: UnsafeRawBufferPointer(rebasing: raw[at..<end])).isInRange { return false }
      at = end + 1
    }
    return true
  }

  /// Returns the hexadecimal id between a key and a line end.
  private static func id(in raw: UnsafeRawBufferPointer, at: Int, after key: StaticString) -> ObjectID? {
    let start = at + key.utf8CodeUnitCount
    guard let base = raw.baseAddress, raw.count > start + 40,
      memcmp(base + at, key.utf8Start, key.utf8CodeUnitCount) == 0, raw[start + 40] == 0x0A
    else { return nil }
    return ObjectID(hex: UnsafeRawBufferPointer(rebasing: raw[start..<(start + 40)]))
  }

  /// Returns true if a line begins with `readiness-` in any case. It also checks the header lines, which is harmless.
  private static func holdsStamp(_ raw: UnsafeRawBufferPointer, from start: Int) -> Bool {
    guard let base = raw.baseAddress else { return false }
    let word: StaticString = "readiness-"
    var at = start
    while at < raw.count, let newline = memchr(base + at, 0x0A, raw.count - at) {
      at = base.distance(to: UnsafeRawPointer(newline)) + 1
      guard raw.count - at >= 10 else { return false }
      if raw[at] | 0x20 == 0x72,
        strncasecmp(base.advanced(by: at).assumingMemoryBound(to: CChar.self), word.text, 10) == 0
      {
        return true
      }
    }
    return false
  }
}

extension StaticString {
  fileprivate var text: UnsafePointer<CChar> { UnsafeRawPointer(utf8Start).assumingMemoryBound(to: CChar.self) }
}
