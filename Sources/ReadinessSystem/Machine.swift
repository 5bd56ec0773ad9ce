import Glibc

/// What differs between two machines: the clock, the environment, the terminal, chance.
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

  /// The environment of the process.
  public static func environment() -> [String: String] {
    var values = [String: String](minimumCapacity: 64)
    var at = environ
    while let entry = at.pointee {
      if let equals = strchr(entry, 0x3D) {
        let name = UnsafeRawBufferPointer(start: entry, count: entry.distance(to: equals))
        values[String(decoding: name, as: UTF8.self)] = String(cString: equals + 1)
      }
      at += 1
    }
    return values
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
  public static func currentFolder() -> String? { absolutePath(".") }

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

  /// Waits. Bounded by the caller.
  public static func sleep(milliseconds: Int) {
    var left = timespec(tv_sec: milliseconds / 1000, tv_nsec: milliseconds % 1000 * 1_000_000)
    var rest = timespec()
    while nanosleep(&left, &rest) < 0, errno == EINTR { left = rest }
  }
}
