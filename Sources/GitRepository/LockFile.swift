import GitObjects
package import ReadinessSystem

/// A lock file of git or of this program.
public struct LockFile {
  /// The path.
  public let path: String
  /// The age, in seconds.
  public let seconds: Int
  /// The process of this program that holds it; nil if it is git's.
  package let holder: LivingProcess?

  /// Reads a lock file. Returns nil if there is none.
  public init?(_ path: String) {
    guard let status = FileSystem.status(path) else { return nil }
    self.path = path
    seconds = max(0, Int(Machine.millisecondsSince1970() / 1000) - status.modified.seconds)
    let isShort = status.kind == .regular && status.size > 0 && status.size < 100
    holder =
      isShort ? FileSystem.readQuietly(path).flatMap { LivingProcess(text: String(decoding: $0, as: UTF8.self)) } : nil
  }

  /// The age for sentences, and the holder if it is known.
  public var age: String {
    guard let holder else { return ", \(seconds) s old" }
    return ", \(seconds) s old, held by readiness \(holder.pid)\(holder.isAlive ? "" : ", which runs no longer")"
  }

  /// True if a process of this program held it and was killed.
  public var isAbandoned: Bool { holder.map { !$0.isAlive } ?? false }
}
