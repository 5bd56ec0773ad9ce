public import ReadinessSystem

/// A folder in which every process leaves its signals, and from which one process sends them.
///
/// Writers share a lock on the file while they write, so that the sender does not remove it meanwhile.
public struct Spool: Sendable {
  /// The largest size of one kind of signals, in bytes; the oldest are dropped first.
  public static let bound = 64 << 20

  /// The folder, absolute.
  public let folder: String

  /// Opens a folder, which need not exist.
  public init(folder: String) { self.folder = folder }

  /// Returns the file that processes append to.
  public func path(of signal: Signal) -> String { "\(folder)/\(signal.file)" }

  /// Returns the file that is being sent.
  public func sendingPath(of signal: Signal) -> String { path(of: signal) + ".sending" }

  /// Returns the file with the number of bytes already sent.
  public func cursorPath(of signal: Signal) -> String { sendingPath(of: signal) + ".cursor" }

  /// The lock of the sending process.
  public var lockPath: String { folder + "/flush.lock" }

  /// The file with the number of dropped lines.
  public var droppedPath: String { folder + "/dropped.json" }

  /// Appends lines, each with one `write` under `O_APPEND`, so that no two processes interleave.
  ///
  /// Rejects a link, a pipe and a device, because none may block a hook.
  /// - Throws: `SystemError`. Lines already written remain.
  public func append(_ lines: [[UInt8]], to signal: Signal) throws(SystemError) {
    guard !lines.isEmpty else { return }
    let size = try SharedAppending.append(lines, to: path(of: signal))
    if size >= Self.bound / 2 { makeRoom(signal) }
  }

  /// Makes room if nothing was sent for a long time: the current file becomes the file to send, and replaces the
  /// previous one.
  private func makeRoom(_ signal: Signal) {
    do {
      guard let lock = try FileLock(path: lockPath) else { return }
      defer { withExtendedLifetime(lock) {} }
      let waiting = sendingPath(of: signal)
      var gone = 0
      if let bytes = try FileSystem.readIfPresent(waiting) {
        gone = bytes[min(cursor(of: signal), bytes.count)...].count { $0 == 0x0A }
      }
      // Without a cursor a file is sent again from its beginning, so the cursor is removed first.
      try FileSystem.remove(cursorPath(of: signal))
      try FileSystem.rename(path(of: signal), to: waiting)
      try addDropped(gone, signal)
    } catch {
      // The file stays too large, and the next process tries again.
      return
    }
  }
}
