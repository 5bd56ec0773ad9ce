import CLibrary

/// A secret of this user on this machine, outside every repository: `readiness/key` in the state folder
/// (`$XDG_STATE_HOME`, or `~/.local/state`; XDG Base Directory Specification). It distinguishes files that this
/// program wrote into a `.git` folder from files that somebody else wrote there.
public enum StateKey {
  private static let count = 32

  /// Returns the key. Returns nil if there is no home folder, or the key cannot be private to this user.
  /// - Parameter creates: true to create a missing key, for a command that is about to store data.
  public static func load(_ environment: [String: String], creates: Bool) -> [UInt8]? {
    guard let folder = folder(environment) else { return nil }
    let path = folder + "/key"
    return read(path) ?? (creates ? create(path, in: folder) : nil)
  }

  private static func folder(_ environment: [String: String]) -> String? {
    func absolute(_ name: String) -> String? { environment[name].flatMap { $0.hasPrefix("/") ? $0 : nil } }
    return (absolute("XDG_STATE_HOME") ?? absolute("HOME").map { $0 + "/.local/state" }).map { $0 + "/readiness" }
  }

  /// Returns the bytes of a file that no other user can read or write. Returns nil for any other file.
  private static func read(_ path: String) -> [UInt8]? {
    let file = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_uid == geteuid(),
      status.st_mode & 0o077 == 0, status.st_size == count
    else { return nil }
    var bytes = [UInt8](repeating: 0, count: count)
    return CLibrary.read(file, &bytes, count) == count ? bytes : nil
  }

  /// Creates the key. If several commands start at the same time, all use the first key.
  private static func create(_ path: String, in folder: String) -> [UInt8]? {
    // On Linux these bytes come from getrandom(2).
    var random = SystemRandomNumberGenerator()
    let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
    // An existing unusable key stays: it may be another user's, and is never replaced.
    guard !FileSystem.exists(path) else { return nil }
    do { try FileSystem.makeFolders(folder) } catch { return nil }
    chmod(folder, 0o700)
    let draft = path + ".\(getpid())"
    let file = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard file >= 0 else { return nil }
    defer { unlink(draft) }
    let isWritten = write(file, bytes, count) == count && fsync(file) == 0
    close(file)
    guard isWritten else { return nil }
    if link(draft, path) == 0 { return bytes }
    return errno == EEXIST ? read(path) : nil
  }
}
