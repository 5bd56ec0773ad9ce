import CLibrary

/// A folder whose contents a stranger may have arranged. Paths below it are opened component by component, and no
/// symbolic link is followed (openat(2) with `O_NOFOLLOW`).
public final class LinkFreeFolder {
  private let descriptor: Int32
  private let path: String

  /// Opens a trusted folder, and follows links on the way to it.
  /// - Throws: `SystemError`.
  public convenience init(_ path: String) throws {
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemError("open", path) }
    self.init(descriptor, path.hasSuffix("/") ? String(path.dropLast()) : path)
  }

  private init(_ descriptor: Int32, _ path: String) {
    self.descriptor = descriptor
    self.path = path
  }

  deinit { close(descriptor) }

  /// Opens a folder below this one. Returns nil if there is none.
  /// - Parameters:
  ///   - relative: its path, without `.` and `..`; empty for this folder itself.
  ///   - creates: true to create missing folders.
  /// - Throws: `SystemError` if a component is a link or a file.
  public func folder(_ relative: some StringProtocol, creates: Bool = false) throws -> LinkFreeFolder? {
    var at = self
    for part in relative.split(separator: "/", omittingEmptySubsequences: true) {
      guard let next = try at.child(String(part), creates: creates) else { return nil }
      at = next
    }
    return at
  }

  private func child(_ name: String, creates: Bool) throws -> LinkFreeFolder? {
    guard name != ".", name != ".." else { throw Self.leaves(path + "/" + name) }
    if creates, mkdirat(descriptor, name, 0o777) != 0, errno != EEXIST {
      throw SystemError("mkdirat", path + "/" + name)
    }
    let child = openat(descriptor, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    if child < 0, errno == ENOENT { return nil }
    guard child >= 0 else {
      throw errno == ELOOP || errno == ENOTDIR
        ? Self.leaves(path + "/" + name) : SystemError("openat", path + "/" + name)
    }
    return LinkFreeFolder(child, path + "/" + name)
  }

  private static func leaves(_ path: String) -> SystemError {
    SystemError("openat", path, reason: "it is not a folder: it may be a symbolic link, and none is followed here")
  }

  /// Returns the bytes of a regular file in this folder. Returns nil if there is none.
  /// - Parameter bound: the largest permitted size, in bytes.
  /// - Throws: `SystemError` if the file is a link, a pipe or a device, or is too large.
  public func read(_ name: String, atMost bound: Int) throws -> [UInt8]? {
    let file = openat(descriptor, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    if file < 0, errno == ENOENT { return nil }
    var status = stat()
    guard file >= 0, fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size <= bound else {
      if file >= 0 { close(file) }
      throw SystemError(
        "openat", "\(path)/\(name)",
        reason: "it is not a regular file of at most \(bound) bytes; look at it, and remove it")
    }
    defer { close(file) }
    return try FileSystem.read(file, path + "/" + name)
  }

  /// Moves a prepared file into this folder.
  /// - Parameters:
  ///   - prepared: its path, on the file system of git's folder.
  ///   - bytes: its content, for a folder on another file system.
  public func put(_ prepared: String, _ bytes: [UInt8], as name: String) throws {
    guard renameat(AT_FDCWD, prepared, descriptor, name) != 0 else { return }
    guard errno == EXDEV else { throw SystemError("renameat", path + "/" + name) }
    try write(bytes, as: name, isDurable: true)
  }

  /// Writes a file of this folder atomically.
  /// - Parameter isDurable: false if the write need not wait for the disk.
  public func write(_ bytes: [UInt8], as name: String, mode: UInt32 = 0o666, isDurable: Bool) throws {
    let draft = "\(name).readiness-\(getpid())"
    let file = openat(descriptor, draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
    guard file >= 0 else { throw SystemError("openat", path + "/" + draft) }
    do {
      defer { close(file) }
      try FileSystem.write(bytes[...], to: file, path + "/" + draft)
      guard !isDurable || fsync(file) == 0 else { throw SystemError("fsync", path + "/" + draft) }
      guard renameat(descriptor, draft, descriptor, name) == 0 else {
        throw SystemError("renameat", path + "/" + name)
      }
    } catch {
      unlinkat(descriptor, draft, 0)
      throw error
    }
  }

  /// Removes a file of this folder, or a link itself. Does nothing if it does not exist.
  public func remove(_ name: String) { unlinkat(descriptor, name, 0) }
}
