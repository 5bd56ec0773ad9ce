public import ReadinessSystem

/// The way of a file from the writers to the collector. The caller holds the lock of the spool.
extension Spool {
  /// Renames what processes append to, unless a file is left from an earlier time.
  /// - Returns: false if there is nothing to send.
  /// - Throws: `SystemError`.
  public func beginSending(_ signal: Signal) throws(SystemError) -> Bool {
    if FileSystem.exists(sendingPath(of: signal)) { return true }
    // A cursor without its file would skip lines of the next one.
    try FileSystem.remove(cursorPath(of: signal))
    do throws(SystemError) {
      try FileSystem.rename(path(of: signal), to: sendingPath(of: signal))
    } catch {
      guard error.kind == .notFound else { throw error }
      return false
    }
    return true
  }

  /// Takes the file away, if nobody has written to it since it had that size.
  ///
  /// Writers hold a shared lock while they write, so under the exclusive one nothing can come: a writer who has only
  /// opened the file sees that its name is gone.
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
