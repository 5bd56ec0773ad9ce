import CLibgit2
import Glibc
import PlanModel

/// Git's index file (gitformat-index(5)), looked over without libgit2, at the cost of one pass.
final class IndexFile {
  private let file: MappedFile
  private let isCompressed: Bool
  /// The tree of what is staged, where git has written it already: `git commit` makes the commit from it. Nil where
  /// something was staged since.
  private(set) var root: ObjectID?

  /// - Returns: nil where the file is not there, is split over two files, or is not as it should be.
  init?(_ path: String) {
    guard let file = MappedFile(path) else { return nil }
    let raw = file.bytes
    guard raw.count > 32, Self.word(raw, 0) == 0x4449_5243, (2...4).contains(Self.word(raw, 4)) else { return nil }
    self.file = file
    isCompressed = Self.word(raw, 4) == 4
    guard let end = forEachEntry({ _, _ in }), let trees = Self.extensionBytes(raw, from: end) else { return nil }
    root = trees.isEmpty ? nil : Self.root(trees)
  }

  /// True where the names of the entries stand there in full.
  var tellsNames: Bool { !isCompressed }

  /// What is staged at a path; nil where nothing is, or a merge has yet to decide. O(entries).
  func identity(of path: String) -> FileIdentity? {
    let (raw, wanted) = (file.bytes, Array(path.utf8))
    var found: FileIdentity?
    _ = forEachEntry { at, name in
      // The two bits of the stage are those of a merge.
      guard name.count == wanted.count, raw[at + 60] & 0x30 == 0, raw[name].elementsEqual(wanted) else { return }
      found = FileIdentity(
        kind: FileKind(mode: git_filemode_t(rawValue: Self.word(raw, at + 24))),
        id: ObjectID(raw: UnsafeRawBufferPointer(rebasing: raw[(at + 40)..<(at + 60)])))
    }
    return found
  }

  /// The files at a path, or below a folder with a slash at its end, that a sparse checkout leaves out of the work tree
  /// (the bit skip-worktree of gitformat-index(5)). O(entries).
  func leftOut(at path: String) -> [(path: String, identity: FileIdentity)] {
    let (raw, wanted) = (file.bytes, Array(path.utf8))
    let isFolder = wanted.last == 0x2F
    var found: [(path: String, identity: FileIdentity)] = []
    _ = forEachEntry { at, name in
      guard raw[at + 60] & 0x40 != 0, raw[at + 62] & 0x40 != 0, raw[at + 60] & 0x30 == 0,
        isFolder ? raw[name].starts(with: wanted) : raw[name].elementsEqual(wanted)
      else { return }
      let kind = FileKind(mode: git_filemode_t(rawValue: Self.word(raw, at + 24)))
      let id = ObjectID(raw: UnsafeRawBufferPointer(rebasing: raw[(at + 40)..<(at + 60)]))
      found.append((String(decoding: raw[name], as: UTF8.self), FileIdentity(kind: kind, id: id)))
    }
    return found
  }

  /// The milestones' files that may differ from what is staged, by what the file system says of them: all others have
  /// the size, the time and the number that they had when they were staged.
  /// - Parameter folder: with a slash at its end.
  /// - Returns: nil where that cannot be told, as where the folder holds more or less than is staged.
  func suspects(in folder: String, of workTree: String) -> [String]? {
    guard !isCompressed, let names = FileBytes.countQuietly(in: workTree + folder, endingIn: ".json") else {
      return nil
    }
    let descriptor = open(workTree + folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var (suspects, isClear, count) = ([String](), true, 0)
    let raw = file.bytes
    let (prefix, ending) = (Array(folder.utf8), Array(".json".utf8))
    let end = forEachEntry { at, name in
      guard let base = raw.baseAddress, name.count >= prefix.count + ending.count,
        memcmp(base + name.lowerBound, prefix, prefix.count) == 0,
        memcmp(base + name.upperBound - ending.count, ending, ending.count) == 0,
        memchr(base + name.lowerBound + prefix.count, 0x2F, name.count - prefix.count) == nil
      else { return }
      count += 1
      // Extended flags, and stages of a merge.
      if raw[at + 60] & 0x70 != 0 { isClear = false }
      let leaf = (base + name.lowerBound + prefix.count).assumingMemoryBound(to: CChar.self)
      var status = stat()
      guard fstatat(descriptor, leaf, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return isClear = false }
      if !isAsStaged(at, status) { suspects.append(String(cString: leaf)) }
    }
    return end != nil && isClear && count == names ? suspects : nil
  }

  private func isAsStaged(_ at: Int, _ status: stat) -> Bool {
    func field(_ offset: Int) -> UInt32 { Self.word(file.bytes, at + offset) }
    let (seconds, nanoseconds) = (field(8), field(12))
    // What was written in the very moment in which the index was may have been written after it.
    let isOlder = (Int(seconds), Int(nanoseconds)) < (file.modified.tv_sec, file.modified.tv_nsec)
    return isOlder && seconds == UInt32(truncatingIfNeeded: status.st_mtim.tv_sec)
      && nanoseconds == UInt32(truncatingIfNeeded: status.st_mtim.tv_nsec)
      && field(20) == UInt32(truncatingIfNeeded: status.st_ino)
      && field(36) == UInt32(truncatingIfNeeded: status.st_size) && status.st_mode & S_IFMT == S_IFREG
      && field(24) & 0xF000 == 0x8000
  }

  // MARK: - The file

  /// The extension `TREE`, behind all entries; empty where there is none.
  private static func extensionBytes(_ raw: UnsafeRawBufferPointer, from end: Int) -> UnsafeRawBufferPointer? {
    var at = end
    var found = UnsafeRawBufferPointer(rebasing: raw[..<0])
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

  /// Each entry: where it begins, and where its name stands; a compressed name is not told.
  /// - Returns: the place behind the entries; nil where they are not as they should be.
  private func forEachEntry(_ body: (Int, Range<Int>) -> Void) -> Int? {
    let raw = file.bytes
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
