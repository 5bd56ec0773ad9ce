package import GitObjects
import CPure
import ReadinessSystem

extension IndexFile {
  /// Opens an index. Returns nil if there is no file, or `init(_:of:)` rejects its bytes.
  convenience init?(_ path: String) {
    guard let file = MappedFile(path) else { return nil }
    self.init(file.bytes, of: file)
  }

  /// Returns the JSON files of a folder that may differ from the index at a path. Returns nil if that cannot be determined.
  package static func suspects(inIndex path: String, folder: String, of workTree: String) -> [String]? {
    guard let file = MappedFile(path) else { return nil }
    return IndexFile(file.bytes, of: file)?.suspects(in: folder, of: workTree, writtenAt: file.modified)
  }

  /// Returns the JSON files of a folder that may differ from the index, by size, modification time and inode number.
  /// - Parameters:
  ///   - folder: a path with a trailing slash.
  ///   - moment: the modification time of the index.
  /// - Returns: nil if that cannot be determined, such as if the folder has more or fewer files than the index.
  func suspects(in folder: String, of workTree: String, writtenAt moment: FileTime) -> [String]? {
    guard tellsNames, let names = FileSystem.countQuietly(in: workTree + folder, endingIn: ".json") else {
      return nil
    }
    guard let files = Self.open(workTree + folder) else { return nil }
    defer { files.close() }
    var (suspects, isClear, count) = ([String](), true, 0)
    let (prefix, ending) = (Array(folder.utf8), Array(".json".utf8))
    let end = forEachEntry { at, name in
      guard let base = raw.baseAddress, name.count >= prefix.count + ending.count,
        memcmp(base + name.lowerBound, prefix, prefix.count) == 0,
        memcmp(base + name.upperBound - ending.count, ending, ending.count) == 0,
        memchr(base + name.lowerBound + prefix.count, 0x2F, name.count - prefix.count) == nil
      else { return }
      count += 1
      // Extended flags, and merge stages.
      if raw[at + 60] & 0x70 != 0 { isClear = false }
      let leaf = (base + name.lowerBound + prefix.count).assumingMemoryBound(to: CChar.self)
      guard let status = files.status(of: leaf) else { return isClear = false }
      if !isAsStaged(at, status, writtenAt: moment) { suspects.append(String(cString: leaf)) }
    }
    return end != nil && isClear && count == names ? suspects : nil
  }

  private static func open(_ folder: String) -> OpenFile? {
    do { return try OpenFile(folder: folder) } catch { return nil }
  }

  private func isAsStaged(_ at: Int, _ status: FileStatus, writtenAt moment: FileTime) -> Bool {
    func field(_ offset: Int) -> UInt32 { Self.word(raw, at + offset) }
    let (seconds, nanoseconds) = (field(8), field(12))
    // A file with the same modification time as the index may have been written after it.
    let isOlder = FileTime(seconds: Int(seconds), nanoseconds: Int(nanoseconds)) < moment
    return isOlder && seconds == UInt32(truncatingIfNeeded: status.modified.seconds)
      && nanoseconds == UInt32(truncatingIfNeeded: status.modified.nanoseconds)
      && field(20) == UInt32(truncatingIfNeeded: status.index)
      && field(36) == UInt32(truncatingIfNeeded: status.size) && status.kind == .regular
      && field(24) & 0xF000 == 0x8000
  }
}
