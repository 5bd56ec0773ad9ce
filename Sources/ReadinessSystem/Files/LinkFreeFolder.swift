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

  /// Opens the folder that a path lies in, for a path that a policy or a person names.
  ///
  /// Below `top`, which strangers write to by their commits, no link is followed, whichever way the path leads there.
  /// Elsewhere links on the way to the folder are the user's own and are followed.
  /// - Parameters:
  ///   - path: absolute, or from `top`.
  ///   - top: the top of a work tree, or a bare repository; nil where there is none.
  ///   - creates: true to create the folders that are missing.
  /// - Returns: the folder, and the name in it; neither may be there.
  /// - Throws: `SystemError` if a link or a file is on the way; of kind `notFound` if the folder is not there.
  public static func holding(_ path: String, below top: String?, creates: Bool = false) throws -> (
    folder: LinkFreeFolder, name: String
  ) {
    let full = path.hasPrefix("/") ? path : "\(top ?? ".")/\(path)"
    guard let top, let inner = parts(of: full, below: top) else {
      let folder = FileSystem.folder(of: full)
      if creates { try FileSystem.makeFolders(folder) }
      return (try LinkFreeFolder(folder.isEmpty ? "/" : folder), full.split(separator: "/").last.map(String.init) ?? "")
    }
    guard let name = inner.last else { throw leaves(full) }
    guard let folder = try LinkFreeFolder(top).folder(inner.dropLast().joined(separator: "/"), creates: creates) else {
      throw SystemError.notFound(full)
    }
    return (folder, name)
  }

  /// The components of an absolute path behind the one that leads to a folder, `..` resolved by name alone; nil if none
  /// leads there.
  private static func parts(of path: String, below top: String) -> [String]? {
    var parts: [String] = []
    for part in path.split(separator: "/") where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(String(part)) }
    }
    var folder = stat()
    guard stat(top, &folder) == 0 else { return nil }
    for count in 0...parts.count {
      var status = stat()
      guard stat("/" + parts[..<count].joined(separator: "/"), &status) == 0 else { return nil }
      if status.st_dev == folder.st_dev, status.st_ino == folder.st_ino { return Array(parts[count...]) }
    }
    return nil
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
    return try FileSystem.read(file, path + "/" + name, atMost: bound)
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

  /// Writes a file below this folder so that it is there whole or not at all, and creates the folders on the way.
  /// - Parameters:
  ///   - relative: its path, without `.` and `..`.
  ///   - isDurable: false where the disk need not be waited for.
  /// - Throws: `SystemError` where a link or a file stands on the way.
  public func write(_ bytes: [UInt8], at relative: String, mode: UInt32 = 0o666, isDurable: Bool) throws {
    let parts = relative.split(separator: "/")
    try folder(parts.dropLast().joined(separator: "/"), creates: true)?
      .write(bytes, as: parts.last.map(String.init) ?? "", mode: mode, isDurable: isDurable)
  }

  /// Writes a file of this folder atomically.
  /// - Parameter isDurable: false if the write need not wait for the disk.
  public func write(_ bytes: [UInt8], as name: String, mode: UInt32 = 0o666, isDurable: Bool) throws {
    let draft = "\(name).readiness-\(getpid())"
    // One that an earlier process of this number left.
    unlinkat(descriptor, draft, 0)
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

  /// Adds a line to a file of this folder, which it creates where there is none, and waits for the disk. What stands
  /// behind the last line end is removed first: a writer was killed before it had written its line whole.
  /// - Throws: `SystemError` if it is a link, a pipe or a device.
  public func append(line: [UInt8], to name: String) throws {
    let subject = path + "/" + name
    let flags = O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC
    let file = openat(descriptor, name, flags, 0o644)
    var status = stat()
    guard file >= 0 || errno == ELOOP else { throw SystemError("openat", subject) }
    defer { if file >= 0 { close(file) } }
    guard file >= 0, fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw SystemError(
        "openat", subject, reason: "it is no regular file: it may be a symbolic link, and none is followed here")
    }
    try FileSystem.endAtLineEnd(file, subject)
    try FileSystem.write((line + [0x0A])[...], to: file, subject)
    guard fsync(file) == 0 else { throw SystemError("fsync", subject) }
  }

  /// Removes a file of this folder, or a link itself. Does nothing if it does not exist.
  public func remove(_ name: String) { unlinkat(descriptor, name, 0) }
}
