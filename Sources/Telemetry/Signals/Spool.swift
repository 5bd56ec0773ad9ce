public import ReadinessSystem

/// A folder in which every process leaves its signals, and from which one sends them.
///
/// Writers share a lock on the file while they write, so that the one who sends takes no file away under them.
public struct Spool: Sendable {
  /// Bytes of all signals of one kind that are kept; the oldest go first.
  public static let bound = 64 << 20

  /// The folder, absolute.
  public let folder: String

  /// Names a folder; it need not exist.
  public init(folder: String) { self.folder = folder }

  /// The file that processes append to.
  public func path(of signal: Signal) -> String { "\(folder)/\(signal.file)" }

  /// The file that is being sent.
  public func sendingPath(of signal: Signal) -> String { path(of: signal) + ".sending" }

  /// The count of bytes of that file which need not be sent again.
  public func cursorPath(of signal: Signal) -> String { sendingPath(of: signal) + ".cursor" }

  /// The lock of the process that sends.
  public var lockPath: String { folder + "/flush.lock" }

  /// The count of lines that had to go, oldest first.
  public var droppedPath: String { folder + "/dropped.json" }

  /// Appends lines, each with one `write` under `O_APPEND`, so that no two processes mix theirs.
  ///
  /// A link, a pipe and a device are refused: none may stop a hook.
  /// - Throws: `SystemError`. What was written until then stays.
  public func append(_ lines: [[UInt8]], to signal: Signal) throws(SystemError) {
    guard !lines.isEmpty else { return }
    let size = try SharedAppending.append(lines, to: path(of: signal))
    if size >= Self.bound / 2 { makeRoom(signal) }
  }

  /// Nobody has sent for long: half of what is kept becomes the part that is sent first, and what was that before goes.
  private func makeRoom(_ signal: Signal) {
    do {
      guard let lock = try FileLock(path: lockPath) else { return }
      defer { withExtendedLifetime(lock) {} }
      let waiting = sendingPath(of: signal)
      var gone = 0
      if let bytes = try FileSystem.readIfPresent(waiting) {
        gone = bytes[min(cursor(of: signal), bytes.count)...].count { $0 == 0x0A }
      }
      // Without its cursor a file is sent again from its beginning, so the cursor goes first.
      try FileSystem.remove(cursorPath(of: signal))
      try FileSystem.rename(path(of: signal), to: waiting)
      try addDropped(gone, signal)
    } catch {
      // It stays larger than it should be, and the next process tries again.
      return
    }
  }
}
