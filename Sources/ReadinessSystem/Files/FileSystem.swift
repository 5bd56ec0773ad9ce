import CLibrary

/// Reads whole files and folders. `FileSystem+Writing.swift` writes files, `FileSystem+Folders.swift` creates and
/// removes folders. No other module opens a file by its path.
public enum FileSystem {
  /// The most bytes that are read of a file if its reader says nothing else. Devices and pipes never end.
  public static let usualBound = 64 << 20

  /// Reads a file whole. O(bytes).
  /// - Parameter bound: the most bytes that it may have. One more is read, and no others.
  /// - Throws: `SystemError`; of kind `notFound` where there is none, of kind `tooLarge` beyond the bound.
  public static func read(_ path: String, atMost bound: Int = usualBound) throws(SystemError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemError("open", path) }
    defer { close(descriptor) }
    return try read(descriptor, path, atMost: bound)
  }

  /// Reads a file whole; nil where there is none.
  /// - Parameter bound: the most bytes that it may have.
  /// - Throws: `SystemError`; of kind `tooLarge` beyond the bound.
  public static func readIfPresent(_ path: String, atMost bound: Int = usualBound) throws(SystemError) -> [UInt8]? {
    do { return try read(path, atMost: bound) } catch {
      guard error.kind == .notFound else { throw error }
      return nil
    }
  }

  /// Reads an optional file that may vanish at any moment. Returns nil if it cannot be read. Does not wait for a
  /// pipe.
  public static func readQuietly(_ path: String) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    do { return try read(descriptor, path) } catch { return nil }
  }

  /// Reads all that an open descriptor gives, such as standard input.
  /// - Parameters:
  ///   - name: what the error calls it.
  ///   - bound: the most bytes that it may give.
  /// - Throws: `SystemError`; of kind `tooLarge` beyond the bound.
  public static func read(_ descriptor: Int32, _ name: String, atMost bound: Int = usualBound) throws(SystemError)
    -> [UInt8]
  {
    var status = stat()
    // A file says at once how much it is.
    if fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size > bound {
      throw SystemError.tooLarge(name, bound)
    }
    var bytes: [UInt8] = []
    // Most files are small.
    try forEachChunk(descriptor, name, of: 4096) { (chunk) throws(SystemError) in
      bytes += chunk
      if bytes.count > bound { throw SystemError.tooLarge(name, bound) }
    }
    return bytes
  }

  /// Reads a file chunk by chunk, in bounded memory.
  /// - Throws: `SystemError`.
  public static func forEachChunk(_ path: String, _ take: (ArraySlice<UInt8>) -> Void) throws(SystemError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemError("open", path) }
    defer { close(descriptor) }
    try forEachChunk(descriptor, path, take)
  }

  /// Reads a descriptor chunk by chunk.
  static func forEachChunk(
    _ descriptor: Int32, _ name: String, of size: Int = 65536,
    _ take: (ArraySlice<UInt8>) throws(SystemError) -> Void
  ) throws(SystemError) {
    var buffer = [UInt8](repeating: 0, count: size)
    while true {
      let count = CLibrary.read(descriptor, &buffer, buffer.count)
      if count < 0 {
        if errno == EINTR { continue }
        throw SystemError("read", name)
      }
      if count == 0 { return }
      try take(buffer[..<count])
      if count == buffer.count, count < 1 << 20 { buffer = [UInt8](repeating: 0, count: count * 4) }
    }
  }

  /// Reads the beginning of a file into memory, in one system call and without waiting for a pipe.
  /// - Returns: the count of bytes; nil if the file cannot be opened.
  package static func read(_ path: String, into memory: UnsafeMutableRawBufferPointer) -> Int? {
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    return CLibrary.read(descriptor, memory.baseAddress, memory.count)
  }

  /// Returns true if a path exists, even as a dangling link.
  public static func exists(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0
  }

  /// Returns true if a path leads to a regular file.
  /// - Parameter followsLinks: false to reject a symbolic link.
  public static func isRegular(_ path: String, followsLinks: Bool = true) -> Bool {
    var status = stat()
    return (followsLinks ? stat(path, &status) : lstat(path, &status)) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  /// Returns true if a path is a folder and not a link to one.
  public static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Returns the path of the folder that contains a path.
  public static func folder(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
  }

  /// Returns the names in a folder, sorted. Returns an empty list if there is no folder.
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

  /// Counts the names in a folder that have a suffix, without creating strings. Returns nil if the folder cannot be
  /// read.
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
