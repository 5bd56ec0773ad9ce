import CLibrary

/// Everything that differs between two machines: the clock, the process, randomness.
public enum Machine {
  /// The arguments of this process, the program's name first.
  ///
  /// Swift's runtime finds them on the stack before the environment. It finds none if a preloaded library has changed the
  /// environment, as libfaketime does; then the kernel's copy is read (proc(5)).
  public static let arguments: [String] = {
    let known = CommandLine.arguments
    guard known.isEmpty, let bytes = FileSystem.readQuietly("/proc/self/cmdline") else { return known }
    return bytes.split(separator: 0, omittingEmptySubsequences: false).dropLast().map {
      String(decoding: $0, as: UTF8.self)
    }
  }()

  /// Returns milliseconds since 1970 by the wall clock.
  public static func millisecondsSince1970() -> Int64 {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000
  }

  /// Returns nanoseconds since 1970 by the wall clock.
  public static func nanosecondsSince1970() -> Int64 { nanoseconds(CLOCK_REALTIME) }

  /// Returns nanoseconds by a monotonic clock.
  public static func monotonicNanoseconds() -> Int64 { nanoseconds(CLOCK_MONOTONIC) }

  private static func nanoseconds(_ clock: clockid_t) -> Int64 {
    var now = timespec()
    clock_gettime(clock, &now)
    return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
  }

  /// Returns milliseconds by a monotonic clock.
  public static func monotonicMilliseconds() -> Int {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return now.tv_sec * 1000 + now.tv_nsec / 1_000_000
  }

  /// Returns a random UUID, version 4 (RFC 9562, section 5.4).
  public static func uuid() -> String {
    var generator = SystemRandomNumberGenerator()
    var bytes = (0..<16).map { _ in UInt8.random(in: 0...255, using: &generator) }
    bytes[6] = bytes[6] & 0x0F | 0x40
    bytes[8] = bytes[8] & 0x3F | 0x80
    return uuid(of: bytes[...])
  }

  /// Formats 16 bytes as a UUID (RFC 9562, section 4).
  public static func uuid(of bytes: ArraySlice<UInt8>) -> String {
    let digits = bytes.map { byte in
      let text = String(byte, radix: 16)
      return text.count == 1 ? "0" + text : text
    }
    return [0..<4, 4..<6, 6..<8, 8..<10, 10..<16].map { digits[$0].joined() }.joined(separator: "-")
  }

  /// Returns the path of the running program. Returns nil if the system does not report it.
  public static func programPath() -> String? {
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = readlink("/proc/self/exe", &buffer, buffer.count)
    guard count > 0 else { return nil }
    return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Creates a symbolic link to the running program, for a PATH that contains only this program.
  /// - Throws: `SystemError`.
  public static func linkProgram(at path: String) throws(SystemError) {
    guard let program = programPath() else { throw SystemError("readlink", "/proc/self/exe") }
    try FileSystem.link(path, to: program)
  }

  /// Returns the working folder of the process. Returns nil if it no longer exists.
  public static func currentFolder() -> String? {
    guard let path = getcwd(nil, 0) else { return nil }
    defer { free(path) }
    return String(cString: path)
  }

  /// Changes the working folder of the process, for all its threads.
  /// - Throws: `SystemError` if it cannot be entered.
  public static func enter(_ folder: String) throws(SystemError) {
    guard chdir(folder) == 0 else { throw SystemError("chdir", folder) }
  }

  /// Returns a path without links and dots. Returns nil if the path does not exist.
  public static func absolutePath(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// Returns the path of the program that a shell would run for a name. Returns nil if there is none.
  /// - Parameter path: the value of `PATH`.
  public static func program(named name: String, path: String?) -> String? {
    if case .found(let full) = Executable.find(name, path: path, folder: "/") { return full }
    return nil
  }

  /// Returns a text that identifies this executable: its size and modification time.
  public static func programMark() -> String {
    var status = stat()
    guard stat("/proc/self/exe", &status) == 0 else { return "" }
    return " \(status.st_size) \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
  }

  /// The id of this process.
  public static var processID: Int32 { getpid() }

  /// The id of the parent process.
  public static var parentProcessID: Int32 { getppid() }

  /// The real user id of this process.
  public static var userID: UInt32 { getuid() }

  /// Returns the host name of this machine. Returns nil if it has none.
  public static func hostName() -> String? {
    var buffer = [CChar](repeating: 0, count: 256)
    guard gethostname(&buffer, buffer.count - 1) == 0 else { return nil }
    return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Ignores SIGPIPE, so that a write to a closed pipe fails instead of ending the process.
  public static func ignoreClosedPipes() { signal(SIGPIPE, SIG_IGN) }

  /// The exit status that shells report for a process ended by SIGPIPE.
  public static var closedPipeStatus: Int32 { 128 + SIGPIPE }

  /// Removes bits from the umask, which child processes inherit: new files then grant these permissions to others.
  public static func allowOthers(_ bits: UInt32) { umask(umask(0o077) & ~bits) }

  /// Ends the process.
  public static func exit(_ status: Int32) -> Never { CLibrary.exit(status) }

  /// Sleeps. The caller bounds the time.
  public static func sleep(milliseconds: Int) {
    var left = timespec(tv_sec: milliseconds / 1000, tv_nsec: milliseconds % 1000 * 1_000_000)
    var rest = timespec()
    while nanosleep(&left, &rest) < 0, errno == EINTR { left = rest }
  }
}
