import CLibrary

extension FileSystem {
  /// What the disk has when a write returns.
  public enum Durability: Sendable {
    /// Perhaps nothing: for what does not outlive the command, or is soon written again.
    case none
    /// What the file holds.
    case contents
    /// What the file holds, and that it has this name: a power cut takes nothing back.
    case contentsAndName
  }

  /// Writes a file so that it is there whole or not at all: a draft beside it, `.NAME.PID`, then renamed over it.
  /// - Parameter mode: the permissions, less the umask; by default nobody else may read it.
  /// - Throws: `SystemError`; then what stood there before still does.
  public static func write(
    _ bytes: [UInt8], to path: String, mode: UInt32 = 0o600, durability: Durability = .contentsAndName
  ) throws(SystemError) {
    let cut = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
    let draft = "\(path[..<cut]).\(path[cut...]).\(getpid())"
    // One that an earlier process of this number left, or somebody else put there, may be a link.
    unlink(draft)
    try create(draft, bytes, mode: mode, durability: durability)
    guard CLibrary.rename(draft, path) == 0 else {
      let error = SystemError("rename", path)
      unlink(draft)
      throw error
    }
    if case .contentsAndName = durability { try syncFolder(of: path) }
  }

  /// Creates a file that must not be there yet.
  /// - Parameter mode: the permissions, less the umask.
  /// - Throws: `SystemError`; of kind `exists` where something stands there. Then no part of the file is left.
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

  /// Puts what is missing of a text behind the part that a file holds, all of it or nothing. The disk is not waited for.
  /// - Returns: false where the file is not of that length, or cannot be opened so.
  /// - Throws: `SystemError`.
  public static func extend(_ path: String, from count: Int, by bytes: [UInt8]) throws(SystemError) -> Bool {
    try extend(path, by: bytes[count...]) { $0 == count }
  }

  /// Puts bytes behind what a file holds, all of them or nothing. The disk is not waited for.
  /// - Returns: false where there is no such file, or it cannot be opened so.
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

  /// Adds to the end of a file, which it creates where there is none, and waits for the disk.
  /// - Parameter followsLinks: false where somebody else may have made the folder.
  /// - Throws: `SystemError`.
  public static func append(_ bytes: [UInt8], to path: String, followsLinks: Bool = true) throws(SystemError) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | (followsLinks ? 0 : O_NOFOLLOW), 0o644)
    guard descriptor >= 0 else { throw SystemError("open", path) }
    defer { close(descriptor) }
    try write(bytes[...], to: descriptor, path)
    guard fsync(descriptor) == 0 else { throw SystemError("fsync", path) }
  }

  /// Takes away what stands behind the last line end: a writer was killed before it had written its line whole.
  /// - Parameter followsLinks: false where somebody else may have made the folder.
  /// - Throws: `SystemError`.
  public static func endAtLineEnd(_ path: String, followsLinks: Bool = true) throws(SystemError) {
    let file = open(path, O_RDWR | O_CLOEXEC | (followsLinks ? 0 : O_NOFOLLOW))
    guard file >= 0 else {
      if errno == ENOENT { return }
      throw SystemError("open", path)
    }
    defer { close(file) }
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

  /// Writes all of it to an open descriptor.
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

  /// Writes two runs of bytes to an open descriptor as though they were one (writev(2)).
  /// - Throws: `SystemError`; of kind `closed` if the reader has left.
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

  /// Removes a file, or a link itself; nothing happens where it is not there.
  /// - Throws: `SystemError`.
  public static func remove(_ path: String) throws(SystemError) {
    guard unlink(path) == 0 || errno == ENOENT || errno == ENOTDIR else { throw SystemError("unlink", path) }
  }

  /// Removes a file, or a link itself, that nothing depends on: a draft, or a lock.
  public static func removeQuietly(_ path: String) { unlink(path) }

  /// Gives a file another name, in the place of what has it.
  /// - Throws: `SystemError`.
  public static func rename(_ path: String, to new: String) throws(SystemError) {
    guard CLibrary.rename(path, new) == 0 else { throw SystemError("rename", path) }
  }

  /// Gives a file a second name.
  /// - Throws: `SystemError`; of kind `exists` if something has that name.
  public static func addName(_ new: String, to path: String) throws(SystemError) {
    guard CLibrary.link(path, new) == 0 else { throw SystemError("link", new) }
  }

  /// Sets the permissions of a file, as far as the system allows it.
  public static func setMode(_ path: String, _ mode: UInt32) { chmod(path, mode) }

  /// Dates a file to this moment.
  /// - Returns: false if there is none, or it belongs to somebody else.
  public static func touch(_ path: String) -> Bool { utimensat(AT_FDCWD, path, nil, 0) == 0 }

  /// Dates a file to a moment, as far as the system allows it.
  public static func setModified(_ path: String, _ time: FileTime) {
    let times = [timespec](repeating: timespec(tv_sec: time.seconds, tv_nsec: time.nanoseconds), count: 2)
    utimensat(AT_FDCWD, path, times, 0)
  }

  /// Makes a symbolic link.
  /// - Throws: `SystemError`.
  public static func link(_ path: String, to target: String) throws(SystemError) {
    guard symlink(target, path) == 0 else { throw SystemError("symlink", path) }
  }
}
