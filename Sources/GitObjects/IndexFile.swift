import CPure

/// Git's index file (gitformat-index(5)), read in one pass without libgit2.
package final class IndexFile {
  /// The bytes of the file.
  package let raw: UnsafeRawBufferPointer
  /// The owner that keeps the bytes in memory.
  private let owner: AnyObject
  private let isCompressed: Bool
  /// The tree of the staged files, if git has already written it; `git commit` creates the commit from it. Nil if the
  /// index has changed since.
  package private(set) var root: ObjectID?

  /// Parses an index. Returns nil if it is split over two files, or malformed.
  /// - Parameter owner: the object that keeps the bytes in memory.
  package init?(_ raw: UnsafeRawBufferPointer, of owner: AnyObject) {
    guard raw.count > 32, Self.word(raw, 0) == 0x4449_5243, (2...4).contains(Self.word(raw, 4)) else { return nil }
    (self.raw, self.owner) = (raw, owner)
    isCompressed = Self.word(raw, 4) == 4
    guard let end = forEachEntry({ _, _ in }), let trees = Self.extensionBytes(raw, from: end) else { return nil }
    root = trees.isEmpty ? nil : Self.root(trees)
  }

  /// True if the file contains the entries' names uncompressed.
  package var tellsNames: Bool { !isCompressed }

  /// Returns the staged file at a path. Returns nil if there is none, or it has an unresolved conflict. O(entries).
  package func identity(of path: String) -> FileIdentity? {
    let wanted = Array(path.utf8)
    var found: FileIdentity?
    _ = forEachEntry { at, name in
      // The two stage bits are set during an unresolved merge.
      guard name.count == wanted.count, raw[at + 60] & 0x30 == 0, raw[name].elementsEqual(wanted) else { return }
      found = FileIdentity(
        kind: FileKind(mode: Self.word(raw, at + 24)),
        id: ObjectID(raw: UnsafeRawBufferPointer(rebasing: raw[(at + 40)..<(at + 60)])))
    }
    return found
  }

  /// Returns the files that a sparse checkout excludes (the skip-worktree bit of gitformat-index(5)), at a path or
  /// below a folder path with a trailing slash. O(entries).
  package func leftOut(at path: String) -> [(path: String, identity: FileIdentity)] {
    let wanted = Array(path.utf8)
    let isFolder = wanted.last == 0x2F
    var found: [(path: String, identity: FileIdentity)] = []
    _ = forEachEntry { at, name in
      guard raw[at + 60] & 0x40 != 0, raw[at + 62] & 0x40 != 0, raw[at + 60] & 0x30 == 0,
        isFolder ? raw[name].starts(with: wanted) : raw[name].elementsEqual(wanted)
      else { return }
      let kind = FileKind(mode: Self.word(raw, at + 24))
      let id = ObjectID(raw: UnsafeRawBufferPointer(rebasing: raw[(at + 40)..<(at + 60)]))
      found.append((String(decoding: raw[name], as: UTF8.self), FileIdentity(kind: kind, id: id)))
    }
    return found
  }

  // MARK: - The file

  /// Returns the `TREE` extension, which follows the entries; empty if there is none.
  private static func extensionBytes(_ raw: UnsafeRawBufferPointer, from end: Int) -> UnsafeRawBufferPointer? {
    var at = end
    var found = UnsafeRawBufferPointer(rebasing: raw[..<0])
    // The last 20 bytes are a checksum.
    while at + 28 <= raw.count {
      let (signature, size) = (word(raw, at), Int(word(raw, at + 4)))
      guard at + 8 + size + 20 <= raw.count else { return nil }
      switch signature {
      case 0x5452_4545: found = UnsafeRawBufferPointer(rebasing: raw[(at + 8)..<(at + 8 + size)])
      // "link", a split index, and any other mandatory extension: its name begins with a lower-case letter.
      case let other where other >> 24 >= 0x61: return nil
      default: break
      }
      at += 8 + size
    }
    return at == raw.count - 20 ? found : nil
  }

  /// Visits each entry: its offset, and the range of its name, which is empty if names are compressed.
  /// - Returns: the offset after the entries; nil if they are malformed.
  package func forEachEntry(_ body: (Int, Range<Int>) -> Void) -> Int? {
    guard let base = raw.baseAddress else { return nil }
    var at = 12
    for _ in 0..<Self.word(raw, 8) {
      guard at + 64 < raw.count else { return nil }
      let head = raw[at + 60] & 0x40 == 0 ? 62 : 64
      let length = Int(raw[at + 60] & 0xF) << 8 | Int(raw[at + 61])
      var end = at + head + length
      if isCompressed || length == 0xFFF {
        end = at + head
        if isCompressed {
          while end < raw.count, raw[end] & 0x80 != 0 { end += 1 }
          end += 1
        }
        guard end < raw.count, let zero = memchr(base + end, 0, raw.count - end) else { return nil }
        end = base.distance(to: UnsafeRawPointer(zero))
      }
      guard end < raw.count, raw[end] == 0 else { return nil }
      body(at, isCompressed ? 0..<0 : (at + head)..<end)
      at = isCompressed ? end + 1 : at + ((end - at + 8) & ~7)
    }
    return at
  }

  package static func word(_ raw: UnsafeRawBufferPointer, _ at: Int) -> UInt32 {
    UInt32(bigEndian: raw.loadUnaligned(fromByteOffset: at, as: UInt32.self))
  }

  // MARK: - The extension

  /// Returns the tree of the root node. The node has an empty name, a zero, the entry count (-1: not known), a space,
  /// the child count, a newline, and the tree if it is known.
  private static func root(_ raw: UnsafeRawBufferPointer) -> ObjectID? {
    var at = 1
    guard raw.first == 0, let entries = number(raw, &at, before: 0x20), number(raw, &at, before: 0x0A) != nil,
      entries >= 0, at + 20 <= raw.count
    else { return nil }
    return ObjectID(raw: UnsafeRawBufferPointer(rebasing: raw[at..<(at + 20)]))
  }

  /// Parses a decimal number and its terminator.
  private static func number(_ raw: UnsafeRawBufferPointer, _ at: inout Int, before end: UInt8) -> Int? {
    guard at < raw.count else { return nil }
    let isNegative = raw[at] == 0x2D
    if isNegative { at += 1 }
    var value = 0
    while at < raw.count, raw[at] != end {
      guard (0x30...0x39).contains(raw[at]), value < 1 << 40 else { return nil }
      value = value * 10 + Int(raw[at] - 0x30)
      at += 1
    }
    guard at < raw.count else { return nil }
    at += 1
    return isNegative ? -value : value
  }
}
