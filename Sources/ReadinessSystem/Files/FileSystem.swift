import CLibrary

/// Reads whole files and folders; `FileSystem+Writing.swift` writes them, `FileSystem+Folders.swift` makes and removes
/// folders. Nothing else of the program opens a file by its path.
public enum FileSystem {
  /// Reads a file whole. O(bytes).
  /// - Throws: `SystemError`; of kind `notFound` where there is none.
  public static func read(_ path: String) throws(SystemError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemError("open", path) }
    defer { close(descriptor) }
    return try read(descriptor, path)
  }

  /// Reads a file whole; nil where there is none.
  /// - Throws: `SystemError`.
  public static func readIfPresent(_ path: String) throws(SystemError) -> [UInt8]? {
    do { return try read(path) } catch {
      guard error.kind == .notFound else { throw error }
      return nil
    }
  }

  /// Reads a file that only says more about something, and may be gone at any moment; nil where it cannot be read.
  /// A pipe is not waited for.
  public static func readQuietly(_ path: String) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    do { return try read(descriptor, path) } catch { return nil }
  }

  /// Reads all that an open descriptor gives, such as standard input.
  /// - Parameter name: what the error calls it.
  /// - Throws: `SystemError`.
  public static func read(_ descriptor: Int32, _ name: String) throws(SystemError) -> [UInt8] {
    var bytes: [UInt8] = []
    // Most files are small.
    try forEachChunk(descriptor, name, of: 4096) { bytes += $0 }
    return bytes
  }

  /// Reads a file chunk by chunk, so that its size is no matter.
  /// - Throws: `SystemError`.
  public static func forEachChunk(_ path: String, _ take: (ArraySlice<UInt8>) -> Void) throws(SystemError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemError("open", path) }
    defer { close(descriptor) }
    try forEachChunk(descriptor, path, take)
  }

  /// Hands over what a descriptor gives, chunk by chunk.
  static func forEachChunk(
    _ descriptor: Int32, _ name: String, of size: Int = 65536, _ take: (ArraySlice<UInt8>) -> Void
  ) throws(SystemError) {
    var buffer = [UInt8](repeating: 0, count: size)
    while true {
      let count = CLibrary.read(descriptor, &buffer, buffer.count)
      if count < 0 {
        if errno == EINTR { continue }
        throw SystemError("read", name)
      }
      if count == 0 { return }
      take(buffer[..<count])
      if count == buffer.count, count < 1 << 20 { buffer = [UInt8](repeating: 0, count: count * 4) }
    }
  }

  /// Reads the beginning of a file into memory, with one call of the system and without waiting for a pipe.
  /// - Returns: the count of bytes; nil if the file cannot be read.
  package static func read(_ path: String, into memory: UnsafeMutableRawBufferPointer) -> Int? {
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    return CLibrary.read(descriptor, memory.baseAddress, memory.count)
  }

  /// Tells whether something stands at a path, be it a link that leads nowhere.
  public static func exists(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0
  }

  /// Tells whether a path leads to a regular file.
  /// - Parameter followsLinks: false for false where it is a symbolic link.
  public static func isRegular(_ path: String, followsLinks: Bool = true) -> Bool {
    var status = stat()
    return (followsLinks ? stat(path, &status) : lstat(path, &status)) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  /// Tells whether a folder is at a path; a link to one is none.
  public static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Names the folder that a path lies in.
  public static func folder(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
  }

  /// Lists what a folder holds, sorted; nothing where there is no folder.
  /// - Throws: `SystemError`.
  public static func names(in path: String) throws(SystemError) -> [String] {
    guard let folder = opendir(path) else {
      if errno == ENOENT || errno == ENOTDIR { return [] }
      throw SystemError("opendir", path)
    }
    defer { closedir(folder) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = readdir(folder) else {
        guard errno == 0 else { throw SystemError("readdir", path) }
        return names.sorted()
      }
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
  }

  /// Counts the names of a folder that end so, without making a string of any; nil where it cannot be read.
  public static func countQuietly(in path: String, endingIn ending: StaticString) -> Int? {
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
}
