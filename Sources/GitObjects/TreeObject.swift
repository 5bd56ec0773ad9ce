import CPure

/// The error for bytes that are not a tree.
package struct MalformedTree: Error {}

/// A tree as git's own bytes: mode, space, name, zero, twenty bytes of id, by name. A folder of ten thousand files is
/// compared and searched without creating ten thousand values.
package final class TreeObject {
  /// The bytes of the tree.
  package let bytes: [UInt8]
  /// The offset of each entry, and the end offset.
  private let starts: [Int32]
  /// False if the entries are not in git's order, or one occurs twice: then the tree cannot be searched.
  package let isSorted: Bool

  /// - Throws: `MalformedTree` if the bytes are not a tree.
  package init(_ bytes: [UInt8]) throws(MalformedTree) {
    self.bytes = bytes
    guard let (starts, isSorted) = bytes.withUnsafeBytes(Self.scan) else { throw MalformedTree() }
    (self.starts, self.isSorted) = (starts, isSorted)
  }

  private static func scan(_ raw: UnsafeRawBufferPointer) -> (starts: [Int32], isSorted: Bool)? {
    var starts: [Int32] = []
    var isSorted = true
    guard let base = raw.baseAddress else { return ([0], true) }
    var at = 0
    while at < raw.count {
      guard let zero = memchr(base + at, 0, raw.count - at),
        case let end = base.distance(to: UnsafeRawPointer(zero)), raw.count >= end + 21, end - at > 6, isSound(raw, at)
      else { return nil }
      if let last = starts.last, isSorted { isSorted = order(raw, Int(last), raw, at) < 0 }
      starts.append(Int32(at))
      at = end + 21
    }
    starts.append(Int32(at))
    return (starts, isSorted)
  }

  /// True if the folder is as git writes folders: sorted, without duplicate names, each name valid for a file.
  package lazy var isWellFormed: Bool = {
    isSorted
      && bytes.withUnsafeBytes { raw in
        (0..<count).allSatisfy { index in
          let (start, end) = (Int(starts[index]), Int(starts[index + 1]))
          let name = raw[Self.name(raw, start)..<(end - 21)]
          // A file and a folder of the same name have different positions in git's order, so sorting does not detect
          // the duplicate.
          if Self.isFolder(raw, start), find(Array(name), endingIn: 0, in: raw) != nil { return false }
          // A valid name is rarely short or begins with a dot.
          guard name.count > 4 || name.first == 0x2E || name.isEmpty else { return !name.contains(0x2F) }
          let text = String(decoding: name, as: UTF8.self).lowercased()
          return !["", ".", "..", ".git"].contains(text) && !name.contains(0x2F)
        }
      }
  }()

  /// True if the stem of a `.json` file does not have the form of an id, as `M-04.json` has.
  package lazy var holdsIrregularName: Bool = {
    bytes.withUnsafeBytes { raw in
      (0..<count).contains { index in
        let (start, end) = (Int(starts[index]), Int(starts[index + 1]))
        let at = Self.name(raw, start)
        return Self.endsInJSON(raw, at, end - 21 - at) && !Self.isRegular(raw[at..<(end - 26)])
      }
    }
  }()

  /// `[A-Z][A-Z0-9]{0,15}-[0-9]{1,6}`.
  private static func isRegular(_ stem: Slice<UnsafeRawBufferPointer>) -> Bool {
    func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    func isLetter(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte) }
    guard let dash = stem.lastIndex(of: 0x2D), let first = stem.first, isLetter(first) else { return false }
    let (prefix, number) = (stem[..<dash], stem[(dash + 1)...])
    return prefix.count <= 16 && prefix.allSatisfy { isLetter($0) || isDigit($0) } && (1...6).contains(number.count)
      && number.allSatisfy(isDigit)
  }

  package var count: Int { starts.count - 1 }

  /// Returns the offset of an entry's name, after its mode: six digits for files, five for folders, which old
  /// programs padded with a zero.
  package static func name(_ raw: UnsafeRawBufferPointer, _ start: Int) -> Int {
    let isLong = raw[start] != 0x34
    return start + (isLong ? 7 : 6)
  }

  private static func isFolder(_ raw: UnsafeRawBufferPointer, _ start: Int) -> Bool {
    raw[start] == 0x34 || (raw[start] == 0x30 && raw[start + 1] == 0x34)
  }

  /// Returns true if a mode has the length that git writes.
  package static func isSound(_ raw: UnsafeRawBufferPointer, _ start: Int) -> Bool { raw[name(raw, start) - 1] == 0x20 }

  /// Returns the entry of a name in the bytes of a tree; the first one if there are several.
  package static func entry(_ wanted: UnsafeBufferPointer<UInt8>, in raw: UnsafeRawBufferPointer) -> FileIdentity? {
    guard let base = raw.baseAddress else { return nil }
    var at = 0
    while raw.count - at > 27, let zero = memchr(base + at, 0, raw.count - at) {
      let end = base.distance(to: UnsafeRawPointer(zero)) + 21
      guard end <= raw.count else { return nil }
      let start = name(raw, at)
      if end - 21 - start == wanted.count, let key = wanted.baseAddress, memcmp(base + start, key, wanted.count) == 0 {
        return identity(raw, at, end)
      }
      at = end
    }
    return nil
  }

  /// Visits each name with its identity, in git's order.
  package func forEach(_ body: (String, FileIdentity) -> Void) {
    bytes.withUnsafeBytes { raw in
      for index in 0..<count {
        let (start, end) = (Int(starts[index]), Int(starts[index + 1]))
        let name = String(decoding: raw[Self.name(raw, start)..<(end - 21)], as: UTF8.self)
        body(name, Self.identity(raw, start, end))
      }
    }
  }

  /// Visits the stem of each `*.json` file with its identity, in git's order.
  package func forEachStem(_ body: (String, FileIdentity) -> Void) {
    bytes.withUnsafeBytes { raw in
      for index in 0..<count {
        let (start, end) = (Int(starts[index]), Int(starts[index + 1]))
        if let stem = Self.stem(raw, start, end) { body(stem, Self.identity(raw, start, end)) }
      }
    }
  }

  /// Visits each entry as git wrote it: mode, name and object, in git's order.
  package func forEachRaw(_ body: (_ mode: String, _ name: [UInt8], _ id: ObjectID, _ isFolder: Bool) throws -> Void)
    rethrows
  {
    try bytes.withUnsafeBytes { raw in
      for index in 0..<count {
        let (start, end) = (Int(starts[index]), Int(starts[index + 1]))
        let at = Self.name(raw, start)
        let mode = String(decoding: raw[start..<(at - 1)], as: UTF8.self)
        try body(
          mode, Array(raw[at..<(end - 21)]), ObjectID(raw: UnsafeRawBufferPointer(rebasing: raw[(end - 20)..<end])),
          Self.isFolder(raw, start))
      }
    }
  }

  /// Returns the identity of a name. O(log entries). Requires sorted entries.
  package func identity(of name: String) -> FileIdentity? {
    let wanted = Array(name.utf8)
    // Git sorts a folder as if a slash followed its name, so a file and a folder of one name have different
    // positions.
    return bytes.withUnsafeBytes { find(wanted, endingIn: 0, in: $0) ?? find(wanted, endingIn: 0x2F, in: $0) }
  }

  private func find(_ wanted: [UInt8], endingIn end: UInt8, in raw: UnsafeRawBufferPointer) -> FileIdentity? {
    guard let base = raw.baseAddress else { return nil }
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      let (start, next) = (Int(starts[middle]), Int(starts[middle + 1]))
      let at = Self.name(raw, start)
      let length = next - 21 - at
      let common = min(length, wanted.count)
      var order = Int(memcmp(base + at, wanted, common))
      if order == 0 {
        let own = length > common ? raw[at + common] : Self.isFolder(raw, start) ? 0x2F : 0
        let asked = wanted.count > common ? wanted[common] : end
        order = Int(own) - Int(asked)
        if order == 0, length == wanted.count { return Self.identity(raw, start, next) }
        if order == 0 { order = length - wanted.count }
      }
      if order < 0 { low = middle + 1 } else { high = middle }
    }
    return nil
  }

  /// Returns the bytes of the folder with an entry inserted or replaced. All other bytes stay unchanged.
  package func putting(_ name: String, _ id: ObjectID, isFolder: Bool) -> [UInt8] {
    var entry = Array("\(isFolder ? "40000" : "100644") \(name)\0".utf8)
    let wanted = entry.count - 1 - name.utf8.count..<entry.count
    entry += id.bytes
    return bytes.withUnsafeBytes { raw in
      entry.withUnsafeBytes { entry in
        var (found, isIn) = ([UInt8](), false)
        found.reserveCapacity(raw.count + entry.count)
        for index in 0..<count {
          let (start, end) = (Int(starts[index]), Int(starts[index + 1]))
          if raw[Self.name(raw, start)..<(end - 20)].elementsEqual(entry[wanted]) { continue }
          if !isIn, Self.order(raw, start, entry, 0) > 0 {
            found += entry
            isIn = true
          }
          found += raw[start..<end]
        }
        return isIn ? found : found + entry
      }
    }
  }

  /// Returns the bytes of the folder without the entry of a name.
  package func removing(_ name: String) -> [UInt8] {
    let wanted = Array(name.utf8)
    return bytes.withUnsafeBytes { raw in
      var found: [UInt8] = []
      found.reserveCapacity(raw.count)
      for index in 0..<count {
        let (start, end) = (Int(starts[index]), Int(starts[index + 1]))
        // An entry ends with a zero byte and the 20 bytes of its id.
        let isIt = raw[Self.name(raw, start)..<(end - 20)].elementsEqual(wanted + [0])
        if !isIt { found += raw[start..<end] }
      }
      return found
    }
  }

  /// Returns the stems whose entries differ, in the order of the folders. Requires both to be sorted.
  package func stemsThatDiffer(from other: TreeObject) -> [String] {
    var stems: [String] = []
    bytes.withUnsafeBytes { raw in
      other.bytes.withUnsafeBytes { old in
        var (i, j) = (0, 0)
        func note(_ raw: UnsafeRawBufferPointer, _ starts: [Int32], _ index: Int) {
          if let stem = Self.stem(raw, Int(starts[index]), Int(starts[index + 1])), stems.last != stem {
            stems.append(stem)
          }
        }
        while i < count || j < other.count {
          guard i < count else {
            note(old, other.starts, j)
            j += 1
            continue
          }
          guard j < other.count else {
            note(raw, starts, i)
            i += 1
            continue
          }
          let (a, aEnd) = (Int(starts[i]), Int(starts[i + 1]))
          let (b, bEnd) = (Int(other.starts[j]), Int(other.starts[j + 1]))
          if aEnd - a == bEnd - b, let x = raw.baseAddress, let y = old.baseAddress, memcmp(x + a, y + b, aEnd - a) == 0
          {
            (i, j) = (i + 1, j + 1)
            continue
          }
          let order = Self.order(raw, a, old, b)
          if order <= 0 {
            note(raw, starts, i)
            i += 1
          }
          if order >= 0 {
            if order > 0 { note(old, other.starts, j) }
            j += 1
          }
        }
      }
    }
    return stems
  }

  /// Compares two names in git's order: by bytes, a folder as if a slash followed its name. Both names end in a zero.
  package static func order(_ x: UnsafeRawBufferPointer, _ a: Int, _ y: UnsafeRawBufferPointer, _ b: Int) -> Int {
    var (i, j) = (name(x, a), name(y, b))
    while x[i] == y[j], x[i] != 0 { (i, j) = (i + 1, j + 1) }
    func key(_ raw: UnsafeRawBufferPointer, _ at: Int, _ start: Int) -> Int {
      raw[at] == 0 && isFolder(raw, start) ? 0x2F : Int(raw[at])
    }
    return key(x, i, a) - key(y, j, b)
  }

  private static func endsInJSON(_ raw: UnsafeRawBufferPointer, _ at: Int, _ length: Int) -> Bool {
    let ending: StaticString = ".json"
    guard length > 5, let base = raw.baseAddress else { return false }
    return memcmp(base + at + length - 5, ending.utf8Start, 5) == 0
  }

  private static func stem(_ raw: UnsafeRawBufferPointer, _ start: Int, _ end: Int) -> String? {
    let at = name(raw, start)
    let length = end - 21 - at
    guard endsInJSON(raw, at, length) else { return nil }
    return String(decoding: raw[at..<(at + length - 5)], as: UTF8.self)
  }

  /// Returns the mode and object of an entry. An unknown mode is a submodule, as in git.
  package static func identity(_ raw: UnsafeRawBufferPointer, _ start: Int, _ end: Int) -> FileIdentity {
    let kind: FileKind =
      switch (raw[start], raw[start + 1]) {
      case (0x34, _), (0x30, 0x34): .folder
      case (0x31, 0x32): .symlink
      case (0x31, 0x30): .regular
      default: .submodule
      }
    return FileIdentity(kind: kind, id: ObjectID(raw: UnsafeRawBufferPointer(rebasing: raw[(end - 20)..<end])))
  }
}
