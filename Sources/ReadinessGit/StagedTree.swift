import Glibc
import ReadinessCore

/// The tree of what is staged, where git has written it already: it stands in the index file (gitformat-index(5), "cache
/// tree"), and `git commit` makes the commit from it. Read without libgit2, at the cost of one look over the file.
enum StagedTree {
  /// - Returns: nil where something was staged since git wrote the tree, and where the file is not there, is split over
  ///   two files, or is not as it should be.
  static func root(indexFile path: String) -> ObjectID? {
    guard let file = MappedFile(path), let trees = extensionBytes(file.bytes) else { return nil }
    return root(trees)
  }

  // MARK: - The file

  /// The extension `TREE`, behind all entries.
  private static func extensionBytes(_ raw: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
    guard raw.count > 32, word(raw, 0) == 0x4449_5243, (2...4).contains(word(raw, 4)),
      var at = endOfEntries(raw, count: Int(word(raw, 8)), isCompressed: word(raw, 4) == 4)
    else { return nil }
    var found: UnsafeRawBufferPointer?
    // The last 20 bytes are a checksum.
    while at + 28 <= raw.count {
      let (signature, size) = (word(raw, at), Int(word(raw, at + 4)))
      guard at + 8 + size + 20 <= raw.count else { return nil }
      switch signature {
      case 0x5452_4545: found = UnsafeRawBufferPointer(rebasing: raw[(at + 8)..<(at + 8 + size)])
      // "link", a split index, and whatever else has to be understood, as lower-case letters say.
      case let other where other >> 24 >= 0x61: return nil
      default: break
      }
      at += 8 + size
    }
    return at == raw.count - 20 ? found : nil
  }

  private static func endOfEntries(_ raw: UnsafeRawBufferPointer, count: Int, isCompressed: Bool) -> Int? {
    guard let base = raw.baseAddress else { return nil }
    var at = 12
    for _ in 0..<count {
      guard at + 64 < raw.count else { return nil }
      let flags = UInt16(raw[at + 60]) << 8 | UInt16(raw[at + 61])
      let head = flags & 0x4000 == 0 ? 62 : 64
      let length = Int(flags & 0xFFF)
      if !isCompressed, length < 0xFFF {
        at += (head + length + 8) & ~7
        continue
      }
      var name = at + head
      if isCompressed {
        while name < raw.count, raw[name] & 0x80 != 0 { name += 1 }
        name += 1
      }
      guard name < raw.count, let zero = memchr(base + name, 0, raw.count - name) else { return nil }
      let end = base.distance(to: UnsafeRawPointer(zero))
      at = isCompressed ? end + 1 : at + ((end - at + 8) & ~7)
    }
    return at
  }

  private static func word(_ raw: UnsafeRawBufferPointer, _ at: Int) -> UInt32 {
    UInt32(bigEndian: raw.loadUnaligned(fromByteOffset: at, as: UInt32.self))
  }

  // MARK: - The extension

  /// Its first node is the top: no name, a zero, how many entries (-1: not known), a space, how many children, a newline,
  /// and the tree where it is known.
  private static func root(_ raw: UnsafeRawBufferPointer) -> ObjectID? {
    var at = 1
    guard raw.first == 0, let entries = number(raw, &at, before: 0x20), number(raw, &at, before: 0x0A) != nil,
      entries >= 0, at + 20 <= raw.count
    else { return nil }
    return ObjectID(raw: UnsafeRawBufferPointer(rebasing: raw[at..<(at + 20)]))
  }

  /// A decimal number and what ends it.
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

/// A file in memory, as long as this lives.
final class MappedFile {
  let bytes: UnsafeRawBufferPointer

  /// Nil where the file cannot be read, or is empty.
  init?(_ path: String) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size > 0,
      let memory = mmap(nil, Int(status.st_size), PROT_READ, MAP_PRIVATE, descriptor, 0), memory != MAP_FAILED
    else { return nil }
    bytes = UnsafeRawBufferPointer(start: memory, count: Int(status.st_size))
  }

  deinit { munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count) }
}
