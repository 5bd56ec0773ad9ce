import Glibc
import PlanModel

/// Whole files, read and written with the system calls alone.
public enum FileBytes {
  /// The bytes of a file.
  /// - Throws: `GitError`; of kind `notFound` where there is none.
  public static func read(_ path: String) throws -> [UInt8] {
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw systemError("open", path) }
    defer { close(descriptor) }
    return try read(descriptor, path)
  }

  /// The bytes of a file, or nil where there is none.
  public static func readIfPresent(_ path: String) throws -> [UInt8]? {
    do { return try read(path) } catch let error as GitError where error.kind == .notFound { return nil }
  }

  /// The bytes of a file that only says more about something, and may be gone at any moment; nil where it cannot be read.
  /// A pipe is not waited for.
  package static func readQuietly(_ path: String) -> [UInt8]? {
    let descriptor = Glibc.open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    do { return try read(descriptor, path) } catch { return nil }
  }

  /// All bytes of an open descriptor, such as standard input.
  public static func read(_ descriptor: Int32, _ name: String) throws -> [UInt8] {
    var bytes: [UInt8] = []
    // Most files are small.
    try forEachPiece(descriptor, name, of: 4096) { bytes += $0 }
    return bytes
  }

  /// The SHA-256 of a file of any size.
  public static func digest(of path: String) throws -> Digest {
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw systemError("open", path) }
    defer { close(descriptor) }
    return try digest(descriptor, path)
  }

  /// The SHA-256 of what a descriptor gives.
  /// - Parameter take: is given each chunk as well.
  static func digest(_ descriptor: Int32, _ name: String, _ take: (UnsafeRawBufferPointer) -> Void = { _ in }) throws
    -> Digest
  {
    var stream = DigestStream()
    try forEachPiece(descriptor, name) {
      stream.update(Array($0))
      $0.withUnsafeBytes(take)
    }
    return stream.finish()
  }

  /// Hands over what a descriptor gives, piece by piece.
  package static func forEachPiece(
    _ descriptor: Int32, _ name: String, of size: Int = 65536, _ take: (ArraySlice<UInt8>) throws -> Void
  ) throws {
    var buffer = [UInt8](repeating: 0, count: size)
    while true {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count < 0 {
        if errno == EINTR { continue }
        throw systemError("read", name)
      }
      if count == 0 { return }
      try take(buffer[..<count])
      if count == buffer.count, count < 1 << 20 { buffer = [UInt8](repeating: 0, count: count * 4) }
    }
  }

  /// Writes a file so that it is there whole or not at all: a new file beside it, then renamed over it.
  /// - Parameter isDurable: false where the file does not outlive the command, so that the disk is not waited for.
  public static func write(_ bytes: [UInt8], to path: String, mode: mode_t = 0o666, isDurable: Bool = true) throws {
    let temporary = path + ".readiness-\(getpid())"
    try create(temporary, bytes, mode: mode, isDurable: isDurable)
    guard rename(temporary, path) == 0 else {
      let error = systemError("rename", path)
      unlink(temporary)
      throw error
    }
  }

  /// Puts what is missing of a text behind the part that a file holds, all of it or nothing. The disk is not waited for.
  /// - Returns: false where the file is not of that length, or cannot be opened so.
  public static func extend(_ path: String, from count: Int, by bytes: [UInt8]) throws -> Bool {
    try extend(path, by: bytes[count...]) { $0 == count }
  }

  /// Puts bytes behind what a file holds, all of them or nothing. The disk is not waited for.
  /// - Returns: false where there is no such file, or it cannot be opened so.
  package static func append(_ bytes: [UInt8], to path: String) throws -> Bool {
    try extend(path, by: bytes[...]) { _ in true }
  }

  private static func extend(_ path: String, by bytes: ArraySlice<UInt8>, where suits: (Int) -> Bool) throws -> Bool {
    let descriptor = Glibc.open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW)
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

  package static func write(_ bytes: ArraySlice<UInt8>, to descriptor: Int32, _ path: String) throws {
    var rest = bytes
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 {
        if errno == EINTR { continue }
        throw systemError("write", path)
      }
      rest = rest.dropFirst(count)
    }
  }

  /// Creates a file that must not be there yet, and waits for the disk.
  public static func create(_ path: String, _ bytes: [UInt8], mode: mode_t = 0o666, isDurable: Bool = true) throws {
    let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    guard descriptor >= 0 else { throw systemError("open", path) }
    defer { close(descriptor) }
    do { try write(bytes[...], to: descriptor, path) } catch {
      unlink(path)
      throw error
    }
    guard !isDurable || fsync(descriptor) == 0 else { throw systemError("fsync", path) }
  }

  /// True where something stands at the path, links not followed.
  public static func exists(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0
  }

  /// Makes a folder and those above it.
  public static func makeFolder(_ path: String) throws {
    if mkdir(path, 0o777) == 0 || errno == EEXIST { return }
    guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex else {
      throw systemError("mkdir", path)
    }
    try makeFolder(String(path[..<slash]))
    guard mkdir(path, 0o777) == 0 || errno == EEXIST else { throw systemError("mkdir", path) }
  }

  /// Opens a folder, to wait for its names; nil where there is none.
  package static func openFolder(_ path: String) throws -> Int32? {
    let descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if descriptor < 0, errno == ENOENT { return nil }
    guard descriptor >= 0 else { throw systemError("open", path) }
    return descriptor
  }

  /// The folder that a path lies in.
  package static func folder(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
  }

  /// How many names of a folder end so; nil where it cannot be read.
  static func countQuietly(in path: String, endingIn ending: StaticString) -> Int? {
    guard let folder = opendir(path) else { return nil }
    defer { closedir(folder) }
    var count = 0
    while let entry = readdir(folder) {
      count += withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { name in
          let length = strlen(name)
          let isSo =
            length > ending.utf8CodeUnitCount
            && memcmp(name + length - ending.utf8CodeUnitCount, ending.utf8Start, ending.utf8CodeUnitCount) == 0
          return isSo ? 1 : 0
        }
      }
    }
    return count
  }

  /// The names in a folder, sorted; empty where there is no folder.
  public static func names(in path: String) throws -> [String] {
    guard let folder = opendir(path) else {
      if errno == ENOENT || errno == ENOTDIR { return [] }
      throw systemError("opendir", path)
    }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// The last system call's error, about a path.
  public static func systemError(_ function: StaticString, _ path: String) -> GitError {
    let code = errno
    let kind: GitError.Kind =
      switch code {
      case ENOENT: .notFound
      case EACCES, EPERM, EROFS: .permission
      case ENOSPC, EDQUOT, EFBIG: .full
      case EEXIST: .locked
      default: .other
      }
    let hint = kind == .full ? "Make room, then try again." : "Check the path and its permissions."
    return GitError(kind, "\(path): \(String(cString: strerror(code))).", hint: hint, function: "\(function)")
  }
}
