import GitObjects
package import ReadinessSystem

/// A lock of git's, or of ours.
public struct LockFile {
  /// Its path.
  public let path: String
  /// How old it is, in seconds.
  public let seconds: Int
  /// The command of ours that took it; nil where it is git's own.
  package let holder: LivingProcess?

  /// Nil where there is no such file.
  public init?(_ path: String) {
    guard let status = FileSystem.status(path) else { return nil }
    self.path = path
    seconds = max(0, Int(Machine.millisecondsSince1970() / 1000) - status.modified.seconds)
    let isShort = status.kind == .regular && status.size > 0 && status.size < 100
    holder =
      isShort ? FileSystem.readQuietly(path).flatMap { LivingProcess(text: String(decoding: $0, as: UTF8.self)) } : nil
  }

  /// For sentences: its age, and who holds it where that is known.
  public var age: String {
    guard let holder else { return ", \(seconds) s old" }
    return ", \(seconds) s old, held by readiness \(holder.pid)\(holder.isAlive ? "" : ", which runs no longer")"
  }

  /// True where one of our own commands took it and was killed.
  public var isAbandoned: Bool { holder.map { !$0.isAlive } ?? false }
}
