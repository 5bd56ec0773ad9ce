import CLibrary

extension FileSystem {
  /// The data that is on disk when a write returns.
  public enum Durability: Sendable {
    /// Perhaps no data: for files that do not outlive the command, or are soon written again.
    case none
    /// The contents.
    case contents
    /// The contents and the name: a power cut loses neither.
    case contentsAndName
  }

  /// Writes a file atomically: writes a draft next to it, `.NAME.PID`, then renames the draft.
  /// - Parameter mode: the permissions, less the umask; by default nobody else may read the file.
  /// - Throws: `SystemError`; then the previous file is unchanged.
  public static func write(
    _ bytes: [UInt8], to path: String, mode: UInt32 = 0o600, durability: Durability = .contentsAndName
  ) throws(SystemError) {
    let cut = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
    let draft = "\(path[..<cut]).\(path[cut...]).\(getpid())"
    // A draft from an earlier process with this pid, or from somebody else, may be a link.
    unlink(draft)
    try create(draft, bytes, mode: mode, durability: durability)
    guard CLibrary.rename(draft, path) == 0 else {
      let error = SystemError("rename", path)
      unlink(draft)
      throw error
    }
    if case .contentsAndName = durability { try syncFolder(of: path) }
  }

  /// Creates a file that must not exist yet.
  /// - Parameter mode: the permissions, less the umask.
  /// - Throws: `SystemError`; of kind `exists` if the path exists. On failure no part of the file remains.
  public static func create(
    _ path: String, _ bytes: [UInt8], mode: UInt32 = 0o666, durability: Durability = .none
  ) throws(SystemError) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
    guard descriptor >= 0 else { throw SystemError("open", path) }
    defer { close(descriptor) }
    do throws(SystemError) {
      try write(bytes[...], to: descriptor, path)
      if case .none = durability { return }
      guard fsync(descriptor) == 0 else { throw SystemError("fsync", path) }
    } catch {
      unlink(path)
      throw error
    }
  }

  /// Appends the missing rest of a text to a file, all of it or none. Does not wait for the disk.
  /// - Parameters:
  ///   - count: the number of bytes that the file must already have.
  ///   - bytes: the whole text.
  /// - Returns: false if the file is not of that length, or cannot be opened for appending.
  /// - Throws: `SystemError`.
  public static func extend(_ path: String, from count: Int, by bytes: [UInt8]) throws(SystemError) -> Bool {
    try extend(path, by: bytes[count...]) { $0 == count }
  }

  /// Appends bytes to an existing file, all of them or none. Does not wait for the disk.
  /// - Returns: false if there is no such file, or it cannot be opened for appending.
  /// - Throws: `SystemError`.
  public static func extend(_ path: String, by bytes: [UInt8]) throws(SystemError) -> Bool {
    try extend(path, by: bytes[...]) { _ in true }
  }

  private static func extend(
    _ path: String, by bytes: ArraySlice<UInt8>, where suits: (Int) -> Bool
  ) throws(SystemError) -> Bool {
    let descriptor = open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, suits(Int(status.st_size)) else { return false }
    do { try write(bytes, to: descriptor, path) } catch {
      ftruncate(descriptor, status.st_size)
      throw error
    }
    return true
  }

  /// Takes away what stands behind the last line end of an open file.
  /// - Throws: `SystemError`.
  static func endAtLineEnd(_ file: Int32, _ path: String) throws(SystemError) {
    let size = lseek(file, 0, SEEK_END)
    var end = size
    var buffer = [UInt8](repeating: 0, count: 4096)
    while end > 0 {
      let start = max(0, end - off_t(buffer.count))
      let count = pread(file, &buffer, Int(end - start), start)
      guard count > 0 else { throw SystemError("pread", path) }
      if let place = buffer[..<count].lastIndex(of: 0x0A) {
        let whole = start + off_t(place) + 1
        guard whole == size || ftruncate(file, whole) == 0 else { throw SystemError("ftruncate", path) }
        return
      }
      end = start
    }
    guard ftruncate(file, 0) == 0 else { throw SystemError("ftruncate", path) }
  }

  /// Writes all bytes to an open descriptor.
  /// - Throws: `SystemError`.
  public static func write(_ bytes: ArraySlice<UInt8>, to descriptor: Int32, _ path: String) throws(SystemError) {
    var rest = bytes
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { CLibrary.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 {
        if errno == EINTR { continue }
        throw SystemError("write", path)
      }
      rest = rest.dropFirst(count)
    }
  }

  /// Writes two byte arrays to an open descriptor in one call if possible (writev(2)).
  /// - Throws: `SystemError`; of kind `closed` if the reader has closed the pipe.
  public static func write(_ bytes: [UInt8], _ ending: [UInt8], to descriptor: Int32, _ name: String)
    throws(SystemError)
  {
    var (bytes, ending) = (bytes[...], ending[...])
    while !bytes.isEmpty || !ending.isEmpty {
      let count = bytes.withUnsafeBytes { bytes in
        ending.withUnsafeBytes { ending in
          let parts = [bytes, ending].map {
            iovec(iov_base: UnsafeMutableRawPointer(mutating: $0.baseAddress), iov_len: $0.count)
          }
          return writev(descriptor, parts, 2)
        }
      }
      if count < 0 {
        if errno == EINTR { continue }
        throw SystemError("writev", name)
      }
      ending = ending.dropFirst(max(0, count - bytes.count))
      bytes = bytes.dropFirst(count)
    }
  }

  /// Removes a file, or a link itself. Does nothing if the path does not exist.
  /// - Throws: `SystemError`.
  public static func remove(_ path: String) throws(SystemError) {
    guard unlink(path) == 0 || errno == ENOENT || errno == ENOTDIR else { throw SystemError("unlink", path) }
  }

  /// Removes a file, or a link itself, and ignores failure: for drafts and locks that nothing depends on.
  public static func removeQuietly(_ path: String) { unlink(path) }

  /// Renames a file, and replaces any file of the new name.
  /// - Throws: `SystemError`.
  public static func rename(_ path: String, to new: String) throws(SystemError) {
    guard CLibrary.rename(path, new) == 0 else { throw SystemError("rename", path) }
  }

  /// Adds a hard link to a file.
  /// - Throws: `SystemError`; of kind `exists` if the new name exists.
  public static func addName(_ new: String, to path: String) throws(SystemError) {
    guard CLibrary.link(path, new) == 0 else { throw SystemError("link", new) }
  }

  /// Sets the permissions of a file, and ignores failure.
  public static func setMode(_ path: String, _ mode: UInt32) { chmod(path, mode) }

  /// Sets the modification time of a file to now.
  /// - Returns: false if there is no file, or it belongs to somebody else.
  public static func touch(_ path: String) -> Bool { utimensat(AT_FDCWD, path, nil, 0) == 0 }

  /// Sets the modification time of a file, and ignores failure.
  public static func setModified(_ path: String, _ time: FileTime) {
    let times = [timespec](repeating: timespec(tv_sec: time.seconds, tv_nsec: time.nanoseconds), count: 2)
    utimensat(AT_FDCWD, path, times, 0)
  }

  /// Creates a symbolic link.
  /// - Throws: `SystemError`.
  public static func link(_ path: String, to target: String) throws(SystemError) {
    guard symlink(target, path) == 0 else { throw SystemError("symlink", path) }
  }
}
