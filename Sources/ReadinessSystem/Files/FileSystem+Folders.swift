import CLibrary

extension FileSystem {
  /// Creates a folder and its missing parents.
  /// - Parameter own: the number of trailing components that belong to this program, such as those below `.git`. None
  ///   of them may be a link, because somebody else may have created the folder above them.
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

  /// Creates a folder with a unique name under `TMPDIR`, or under `/tmp` if that is unset or empty.
  /// - Parameters:
  ///   - prefix: the prefix of the name.
  ///   - variable: the value of `TMPDIR`.
  /// - Returns: its path, without links.
  /// - Throws: `SystemError`.
  public static func makeTemporaryFolder(
    _ prefix: String, variable: String? = Environment.value("TMPDIR")
  ) throws(SystemError) -> String {
    let above = variable.flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
    // mkdtemp(3) requires six X and replaces them with letters.
    var template = Array("\(above)/\(prefix)XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil, let resolved = realpath(template, nil) else { throw SystemError("mkdtemp", above) }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// Removes a folder and its contents. Removes links without following them.
  /// - Throws: `SystemError`.
  public static func removeFolder(_ path: String) throws(SystemError) {
    // A check may have removed its own permissions.
    chmod(path, 0o700)
    for name in try names(in: path) {
      let inner = path + "/" + name
      var status = stat()
      guard lstat(inner, &status) == 0 else { continue }
      if status.st_mode & S_IFMT == S_IFDIR { try removeFolder(inner) } else { try remove(inner) }
    }
    guard rmdir(path) == 0 || errno == ENOENT else { throw SystemError("rmdir", path) }
  }

  /// Waits until the folder that contains a path is on disk.
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
