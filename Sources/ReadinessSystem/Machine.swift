import CLibrary

/// What differs between two machines: the clock, the process, chance.
public enum Machine {
  /// Milliseconds since 1970 by the wall clock.
  public static func millisecondsSince1970() -> Int64 {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000
  }

  /// Nanoseconds since 1970 by the wall clock.
  public static func nanosecondsSince1970() -> Int64 { nanoseconds(CLOCK_REALTIME) }

  /// Nanoseconds by a clock that never goes back.
  public static func monotonicNanoseconds() -> Int64 { nanoseconds(CLOCK_MONOTONIC) }

  private static func nanoseconds(_ clock: clockid_t) -> Int64 {
    var now = timespec()
    clock_gettime(clock, &now)
    return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
  }

  /// Milliseconds by a clock that never goes back.
  public static func monotonicMilliseconds() -> Int {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return now.tv_sec * 1000 + now.tv_nsec / 1_000_000
  }

  /// A random UUID, version 4 (RFC 9562, section 5.4).
  public static func uuid() -> String {
    var generator = SystemRandomNumberGenerator()
    var bytes = (0..<16).map { _ in UInt8.random(in: 0...255, using: &generator) }
    bytes[6] = bytes[6] & 0x0F | 0x40
    bytes[8] = bytes[8] & 0x3F | 0x80
    return uuid(of: bytes[...])
  }

  /// Writes 16 bytes as a UUID (RFC 9562, section 4).
  public static func uuid(of bytes: ArraySlice<UInt8>) -> String {
    let digits = bytes.map { byte in
      let text = String(byte, radix: 16)
      return text.count == 1 ? "0" + text : text
    }
    return [0..<4, 4..<6, 6..<8, 8..<10, 10..<16].map { digits[$0].joined() }.joined(separator: "-")
  }

  /// The path of the running program.
  public static func programPath() -> String? {
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = readlink("/proc/self/exe", &buffer, buffer.count)
    guard count > 0 else { return nil }
    return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Makes a symbolic link to the running program, for a PATH of its own.
  /// - Throws: `SystemError`.
  public static func linkProgram(at path: String) throws(SystemError) {
    guard let program = programPath() else { throw SystemError("readlink", "/proc/self/exe") }
    try FileSystem.link(path, to: program)
  }

  /// The folder that the process works in; nil where it is gone.
  public static func currentFolder() -> String? {
    guard let path = getcwd(nil, 0) else { return nil }
    defer { free(path) }
    return String(cString: path)
  }

  /// Changes the folder that the process works in, for all its threads.
  /// - Throws: `SystemError` if it cannot be entered.
  public static func enter(_ folder: String) throws(SystemError) {
    guard chdir(folder) == 0 else { throw SystemError("chdir", folder) }
  }

  /// A path without links and dots; nil where nothing is there.
  public static func absolutePath(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// The path of a program that a shell would run under a name; nil where there is none.
  /// - Parameter path: what `PATH` says.
  public static func program(named name: String, path: String?) -> String? {
    if case .found(let full) = Executable.find(name, path: path, folder: "/") { return full }
    return nil
  }

  /// What tells this very executable from another one: its size, and when it was written.
  public static func programMark() -> String {
    var status = stat()
    guard stat("/proc/self/exe", &status) == 0 else { return "" }
    return " \(status.st_size) \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
  }

  /// The number of this process.
  public static var processID: Int32 { getpid() }

  /// The number of the process that started this one.
  public static var parentProcessID: Int32 { getppid() }

  /// The number of the user whose process it is.
  public static var userID: UInt32 { getuid() }

  /// The name of this machine in its network; nil if it has none.
  public static func hostName() -> String? {
    var buffer = [CChar](repeating: 0, count: 256)
    guard gethostname(&buffer, buffer.count - 1) == 0 else { return nil }
    return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Has a write to a pipe that nobody reads fail, instead of ending the process.
  public static func ignoreClosedPipes() { signal(SIGPIPE, SIG_IGN) }

  /// The exit status of a process that a pipe without a reader ends, as shells give it.
  public static var closedPipeStatus: Int32 { 128 + SIGPIPE }

  /// Takes bits out of the process's umask, which its children inherit: others may then do that with new files.
  public static func allowOthers(_ bits: UInt32) { umask(umask(0o077) & ~bits) }

  /// Ends the process.
  public static func exit(_ status: Int32) -> Never { CLibrary.exit(status) }

  /// Waits. Bounded by the caller.
  public static func sleep(milliseconds: Int) {
    var left = timespec(tv_sec: milliseconds / 1000, tv_nsec: milliseconds % 1000 * 1_000_000)
    var rest = timespec()
    while nanosleep(&left, &rest) < 0, errno == EINTR { left = rest }
  }
}
