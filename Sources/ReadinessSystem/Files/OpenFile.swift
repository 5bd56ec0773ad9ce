import CLibrary

/// A file or folder that is held open until `close`, so that the disk can be waited for with others.
public struct OpenFile: Sendable {
  private let descriptor: Int32
  /// Its path, for errors.
  private let path: String

  /// Creates a file that must not be there yet.
  /// - Parameter mode: the permissions, less the umask.
  /// - Throws: `SystemError`; of kind `exists` if something is there.
  public init(creating path: String, mode: UInt32) throws(SystemError) {
    descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    self.path = path
    guard descriptor >= 0 else { throw SystemError("open", path) }
  }

  /// Opens a folder; nil if there is none.
  /// - Throws: `SystemError`.
  public init?(folder path: String) throws(SystemError) {
    descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    self.path = path
    guard descriptor >= 0 else {
      if errno == ENOENT { return nil }
      throw SystemError("open", path)
    }
  }

  /// Writes bytes, all of them.
  /// - Throws: `SystemError`.
  public func write(_ bytes: [UInt8]) throws(SystemError) { try FileSystem.write(bytes[...], to: descriptor, path) }

  /// Waits until the disk has what was written, or the names in a folder.
  /// - Throws: `SystemError`.
  public func sync() throws(SystemError) {
    guard fsync(descriptor) == 0 else { throw SystemError("fsync", path) }
  }

  /// Returns the status of a file in a folder, links not followed; nil if it is not there.
  /// - Parameter name: ends with a zero byte.
  package func status(of name: UnsafePointer<CChar>) -> FileStatus? {
    var status = stat()
    return fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 ? FileStatus(status) : nil
  }

  /// Closes it. It must not be used afterwards.
  public func close() { _ = CLibrary.close(descriptor) }
}
