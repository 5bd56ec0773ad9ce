import CLibrary

extension FileSystem {
  /// Makes a folder and those above it.
  /// - Parameter own: how many of the last components are this program's own, such as those below `.git`: none of them
  ///   may be a link, since somebody else may have made the folder above them.
  /// - Throws: `SystemError`.
  public static func makeFolders(_ path: String, own: Int = 0) throws(SystemError) {
    if own == 0, mkdir(path, 0o777) == 0 || errno == EEXIST { return }
    var at = path.hasPrefix("/") ? "" : "."
    let parts = path.split(separator: "/")
    for (number, part) in parts.enumerated() {
      at += "/" + part
      guard mkdir(at, 0o777) == 0 || errno == EEXIST else { throw SystemError("mkdir", at) }
      guard number >= parts.count - own else { continue }
      var status = stat()
      guard lstat(at, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
        throw SystemError(
          "lstat", at, reason: "it is not a folder: it may be a symbolic link, and none is followed here")
      }
    }
  }

  /// Makes a folder that nobody else has, under `TMPDIR`, or `/tmp` where that is not set, or empty.
  /// - Parameters:
  ///   - prefix: how its name begins.
  ///   - variable: what `TMPDIR` says.
  /// - Returns: its path, without links.
  /// - Throws: `SystemError`.
  public static func makeTemporaryFolder(
    _ prefix: String, variable: String? = Environment.value("TMPDIR")
  ) throws(SystemError) -> String {
    let above = variable.flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
    // mkdtemp(3) asks for six X and puts letters in their places.
    var template = Array("\(above)/\(prefix)XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil, let resolved = realpath(template, nil) else { throw SystemError("mkdtemp", above) }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// Removes a folder with all that is in it; links are removed, never followed.
  /// - Throws: `SystemError`.
  public static func removeFolder(_ path: String) throws(SystemError) {
    // A check may have taken its own rights away.
    chmod(path, 0o700)
    for name in try names(in: path) {
      let inner = path + "/" + name
      var status = stat()
      guard lstat(inner, &status) == 0 else { continue }
      if status.st_mode & S_IFMT == S_IFDIR { try removeFolder(inner) } else { try remove(inner) }
    }
    guard rmdir(path) == 0 || errno == ENOENT else { throw SystemError("rmdir", path) }
  }

  /// Waits until the disk has the names in the folder that a path lies in.
  /// - Throws: `SystemError`.
  public static func syncFolder(of path: String) throws(SystemError) {
    let folder = folder(of: path)
    let handle = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard handle >= 0 else { throw SystemError("open", folder) }
    defer { close(handle) }
    guard fsync(handle) == 0 else { throw SystemError("fsync", folder) }
  }

  /// Removes a folder if it is empty.
  public static func removeEmptyFolder(_ path: String) { rmdir(path) }
}
