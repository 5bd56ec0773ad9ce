import Glibc

/// A file or folder that could not be read or written.
public struct FileFault: Error, Sendable, Equatable {
  /// The path.
  public let path: String
  /// What happened, in the system's words.
  public let reason: String

  /// Makes a fault.
  public init(path: String, reason: String) {
    self.path = path
    self.reason = reason
  }
}

/// Files that are there whole or not at all, also after a power cut.
public enum DurableFile {
  /// Writes a file beside its place, syncs it, and puts it there.
  /// - Parameter mode: the permissions; by default nobody else may read it.
  /// - Throws: `FileFault`.
  public static func write(_ bytes: [UInt8], to path: String, mode: mode_t = 0o600) throws(FileFault) {
    let draft = "\(path).\(getpid())"
    // One that an earlier process of this number left, or somebody else put there, may be a link.
    unlink(draft)
    let file = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
    guard file >= 0 else { throw fault(draft) }
    do throws(FileFault) {
      try write(bytes, to: file, path)
      guard fsync(file) == 0 else { throw fault(path) }
    } catch {
      close(file)
      unlink(draft)
      throw error
    }
    close(file)
    guard rename(draft, path) == 0 else {
      let error = fault(path)
      unlink(draft)
      throw error
    }
    try syncFolder(of: path)
  }

  /// Puts a file that everybody may read in the place of an older one, without waiting for the disk: for what is soon
  /// written again. Its draft is `.NAME.PID` in the same folder.
  /// - Throws: `FileFault`.
  public static func replace(_ bytes: [UInt8], at path: String) throws(FileFault) {
    let cut = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
    let draft = "\(path[..<cut]).\(path[cut...]).\(getpid())"
    unlink(draft)
    let file = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o644)
    guard file >= 0 else { throw fault(draft) }
    do throws(FileFault) {
      defer { close(file) }
      try write(bytes, to: file, path)
    } catch {
      unlink(draft)
      throw error
    }
    guard rename(draft, path) == 0 else {
      let error = fault(path)
      unlink(draft)
      throw error
    }
  }

  /// Takes away what stands behind the last line end: a writer was killed before it had written its line whole.
  /// - Parameter followsLinks: false where somebody else may have made the folder.
  /// - Throws: `FileFault`.
  public static func endAtLineEnd(_ path: String, followsLinks: Bool = true) throws(FileFault) {
    let file = open(path, O_RDWR | O_CLOEXEC | (followsLinks ? 0 : O_NOFOLLOW))
    guard file >= 0 else {
      if errno == ENOENT { return }
      throw fault(path)
    }
    defer { close(file) }
    var end = lseek(file, 0, SEEK_END)
    var buffer = [UInt8](repeating: 0, count: 4096)
    while end > 0 {
      let start = max(0, end - off_t(buffer.count))
      let count = pread(file, &buffer, Int(end - start), start)
      guard count > 0 else { throw fault(path) }
      if let place = buffer[..<count].lastIndex(of: 0x0A) {
        let whole = start + off_t(place) + 1
        guard whole == lseek(file, 0, SEEK_END) || ftruncate(file, whole) == 0 else { throw fault(path) }
        return
      }
      end = start
    }
    guard ftruncate(file, 0) == 0 else { throw fault(path) }
  }

  /// Adds to the end of a file, and syncs it.
  /// - Parameter followsLinks: false where somebody else may have made the folder.
  /// - Throws: `FileFault`.
  public static func append(_ bytes: [UInt8], to path: String, followsLinks: Bool = true) throws(FileFault) {
    let file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | (followsLinks ? 0 : O_NOFOLLOW), 0o644)
    guard file >= 0 else { throw fault(path) }
    defer { close(file) }
    try write(bytes, to: file, path)
    guard fsync(file) == 0 else { throw fault(path) }
  }

  private static func write(_ bytes: [UInt8], to file: Int32, _ path: String) throws(FileFault) {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress.map { $0 + done }, bytes.count - done) }
      if count < 0 {
        if errno == EINTR { continue }
        throw fault(path)
      }
      done += count
    }
  }

  /// The bytes of a file; nil where there is none.
  /// - Throws: `FileFault`.
  public static func read(_ path: String) throws(FileFault) -> [UInt8]? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else {
      if errno == ENOENT || errno == ENOTDIR { return nil }
      throw fault(path)
    }
    defer { close(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = Glibc.read(file, &buffer, buffer.count)
      if count < 0 {
        if errno == EINTR { continue }
        throw fault(path)
      }
      guard count > 0 else { return bytes }
      bytes += buffer[..<count]
    }
  }

  /// Takes a file away; nothing happens where it is not there.
  /// - Throws: `FileFault`.
  public static func remove(_ path: String) throws(FileFault) {
    guard unlink(path) == 0 || errno == ENOENT || errno == ENOTDIR else { throw fault(path) }
  }

  /// True where something stands at a path, be it a link that leads nowhere.
  public static func exists(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0
  }

  /// What a folder holds, in no order; nothing where there is none.
  /// - Throws: `FileFault`.
  public static func names(in folder: String) throws(FileFault) -> [String] {
    guard let handle = opendir(folder) else {
      if errno == ENOENT || errno == ENOTDIR { return [] }
      throw fault(folder)
    }
    defer { closedir(handle) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = readdir(handle) else {
        guard errno == 0 else { throw fault(folder) }
        return names
      }
      let name = withUnsafePointer(to: entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
  }

  /// Makes a folder and those above it.
  /// - Parameter own: how many of the last components are this program's own, such as those below `.git`: none of them
  ///   may be a link, since somebody else may have made the folder above them.
  /// - Throws: `FileFault`.
  public static func makeFolders(_ path: String, own: Int = 0) throws(FileFault) {
    var at = path.hasPrefix("/") ? "" : "."
    let parts = path.split(separator: "/")
    for (number, part) in parts.enumerated() {
      at += "/" + part
      guard mkdir(at, 0o755) == 0 || errno == EEXIST else { throw fault(at) }
      guard number >= parts.count - own else { continue }
      var status = stat()
      guard lstat(at, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
        throw FileFault(path: at, reason: "it is not a folder: it may be a symbolic link, and none is followed here")
      }
    }
  }

  /// A folder that nobody else has, under `TMPDIR`, or `/tmp` where that is not set, or empty.
  /// - Parameter variable: what `TMPDIR` says.
  /// - Throws: `FileFault`.
  public static func makeTemporaryFolder(
    _ prefix: String, variable: String? = getenv("TMPDIR").map { String(cString: $0) }
  ) throws(FileFault) -> String {
    let above = variable.flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
    // mkdtemp(3) asks for six X and puts letters in their places.
    var template = Array("\(above)/\(prefix)XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil, let resolved = realpath(template, nil) else { throw fault(above) }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// Takes a folder away with all that is in it; links are taken away, never followed.
  /// - Throws: `FileFault`.
  public static func removeFolder(_ path: String) throws(FileFault) {
    // A check may have taken its own rights away.
    chmod(path, 0o700)
    for name in try names(in: path) {
      let inner = path + "/" + name
      var status = stat()
      guard lstat(inner, &status) == 0 else { continue }
      if status.st_mode & S_IFMT == S_IFDIR { try removeFolder(inner) } else { try remove(inner) }
    }
    guard rmdir(path) == 0 || errno == ENOENT else { throw fault(path) }
  }

  /// Waits until the disk has the names in the folder that a path lies in.
  /// - Throws: `FileFault`.
  public static func syncFolder(of path: String) throws(FileFault) {
    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    let handle = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard handle >= 0 else { throw fault(folder) }
    defer { close(handle) }
    guard fsync(handle) == 0 else { throw fault(folder) }
  }

  static func fault(_ path: String) -> FileFault { FileFault(path: path, reason: Machine.lastError) }
}
