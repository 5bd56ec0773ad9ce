public import ReadinessSystem

/// The steps for sending a file. The caller holds the lock of the spool.
extension Spool {
  /// Renames the current file for sending, unless an earlier file remains.
  /// - Returns: false if there is nothing to send.
  /// - Throws: `SystemError`.
  public func beginSending(_ signal: Signal) throws(SystemError) -> Bool {
    if FileSystem.exists(sendingPath(of: signal)) { return true }
    // A leftover cursor would skip lines of the next file.
    try FileSystem.remove(cursorPath(of: signal))
    do throws(SystemError) {
      try FileSystem.rename(path(of: signal), to: sendingPath(of: signal))
    } catch {
      guard error.kind == .notFound else { throw error }
      return false
    }
    return true
  }

  /// Removes the file, if its size has not changed.
  ///
  /// Writers hold a shared lock while they write, so no line can arrive under the exclusive lock. A writer that has
  /// only opened the file notices that its name is gone.
  /// - Returns: false if there is more to read.
  /// - Throws: `SystemError`.
  public func endSending(_ signal: Signal, size: Int) throws(SystemError) -> Bool {
    let path = sendingPath(of: signal)
    return try SharedAppending.ifUnchanged(path, size: size) { () throws(SystemError) in
      try FileSystem.remove(path)
      try FileSystem.remove(cursorPath(of: signal))
    }
  }
}
