import CLibrary

/// A file or folder that stays open until `close`, so that several syncs can overlap.
public struct OpenFile: Sendable {
  private let descriptor: Int32
  /// The path, for errors.
  private let path: String

  /// Creates a file that must not exist yet.
  /// - Parameter mode: the permissions, less the umask.
  /// - Throws: `SystemError`; of kind `exists` if the path exists.
  public init(creating path: String, mode: UInt32) throws(SystemError) {
    descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    self.path = path
    guard descriptor >= 0 else { throw SystemError("open", path) }
  }

  /// Opens a folder. Returns nil if there is none.
  /// - Throws: `SystemError`.
  public init?(folder path: String) throws(SystemError) {
    descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    self.path = path
    guard descriptor >= 0 else {
      if errno == ENOENT { return nil }
      throw SystemError("open", path)
    }
  }

  /// Writes all bytes.
  /// - Throws: `SystemError`.
  public func write(_ bytes: [UInt8]) throws(SystemError) { try FileSystem.write(bytes[...], to: descriptor, path) }

  /// Waits until the written bytes, or the names in the folder, are on disk.
  /// - Throws: `SystemError`.
  public func sync() throws(SystemError) {
    guard fsync(descriptor) == 0 else { throw SystemError("fsync", path) }
  }

  /// Returns the status of a file in the folder, without following links. Returns nil if there is none.
  /// - Parameter name: a name that ends with a zero byte.
  package func status(of name: UnsafePointer<CChar>) -> FileStatus? {
    var status = stat()
    return fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 ? FileStatus(status) : nil
  }

  /// Closes the descriptor. The file must not be used afterwards.
  public func close() { _ = CLibrary.close(descriptor) }
}
