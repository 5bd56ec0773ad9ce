import CSupervisor
import CLibrary

/// Starts a program and reads its output. Arguments reach the program unchanged, without a shell.
///
/// Both streams and the input are polled together: otherwise a program that fills one pipe while the other is read
/// would block forever.
public enum ChildProcess {
  /// The source of a program's standard input.
  public enum Input: Sendable {
    /// The content of a file.
    case file(String)
    /// Bytes, through a pipe; delivery ends if the program stops reading.
    case bytes([UInt8])
  }

  /// The result of a program.
  public struct Ending: Sendable {
    /// The exit status; 128 plus the signal number if a signal ended the program.
    public let status: Int32
    /// The first megabyte of its standard error.
    public let errors: [UInt8]
  }

  private static let errorBound = 1 << 20

  /// Runs a program in the working folder of this process, and waits for its end.
  /// - Parameters:
  ///   - program: its name, looked up on PATH, or its path.
  ///   - changes: changed variables by name; nil removes a variable.
  ///   - output: receives standard output, chunk by chunk.
  /// - Throws: `SystemError` if it cannot be started. A non-zero exit status is a result, not an error.
  public static func run(
    _ program: String, _ arguments: [String], input: Input = .file("/dev/null"), changes: [String: String?] = [:],
    output: (ArraySlice<UInt8>) -> Void
  ) throws(SystemError) -> Ending {
    try run(program, arguments, input, changes, isCaptured: true, output)
  }

  /// Runs a program with the standard output and standard error of this process.
  /// - Throws: `SystemError` if it cannot be started.
  /// - Returns: its exit status; 128 plus the signal number if a signal ended it.
  public static func show(
    _ program: String, _ arguments: [String], input: Input, changes: [String: String?] = [:]
  ) throws(SystemError) -> Int32 {
    try run(program, arguments, input, changes, isCaptured: false) { _ in }.status
  }

  private static func run(
    _ program: String, _ arguments: [String], _ input: Input, _ changes: [String: String?], isCaptured: Bool,
    _ output: (ArraySlice<UInt8>) -> Void
  ) throws(SystemError) -> Ending {
    var streams = try Streams(isInputPiped: input.isPiped, isOutputPiped: isCaptured)
    defer { streams.closeAll() }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    switch input {
    case .file(let path): posix_spawn_file_actions_addopen(&actions, 0, path, O_RDONLY, 0)
    case .bytes: posix_spawn_file_actions_adddup2(&actions, streams.theirs[0], 0)
    }
    if isCaptured {
      posix_spawn_file_actions_adddup2(&actions, streams.theirs[1], 1)
      posix_spawn_file_actions_adddup2(&actions, streams.theirs[2], 2)
    }
    var argv: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
    var variables = environment(changes)
    defer { for text in argv + variables { free(text) } }
    var pid: pid_t = 0
    let code = posix_spawnp(&pid, program, &actions, nil, &argv, &variables)
    guard code == 0 else { throw SystemError("posix_spawnp", program, code) }
    streams.closeTheirs()
    var bytes: [UInt8] = []
    if case .bytes(let given) = input { bytes = given }
    let (errors, status) = streams.pump(bytes, pid, output: output)
    return Ending(status: status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F, errors: errors)
  }

  /// Returns the environment of this process, byte for byte, with changes.
  private static func environment(_ changes: [String: String?]) -> [UnsafeMutablePointer<CChar>?] {
    var entries: [UnsafeMutablePointer<CChar>?] = []
    var at = environ
    while let entry = at.pointee {
      let isChanged =
        !changes.isEmpty
        && changes.keys.contains { name in
          strncmp(entry, name, name.utf8.count) == 0 && entry[name.utf8.count] == 0x3D
        }
      if !isChanged { entries.append(strdup(entry)) }
      at += 1
    }
    for (name, value) in changes.sorted(by: { $0.key < $1.key }) {
      if let value { entries.append(strdup("\(name)=\(value)")) }
    }
    return entries + [nil]
  }

  /// The pipes of a program, by descriptor; −1 if there is none.
  private struct Streams {
    private(set) var theirs: [Int32] = [-1, -1, -1]
    private var ours: [Int32] = [-1, -1, -1]

    init(isInputPiped: Bool, isOutputPiped: Bool) throws(SystemError) {
      for stream in 0..<3 where stream == 0 ? isInputPiped : isOutputPiped {
        var ends: [Int32] = [-1, -1]
        guard readiness_pipe(&ends) == 0 else {
          let error = SystemError("pipe2", "a pipe")
          closeAll()
          throw error
        }
        (theirs[stream], ours[stream]) = stream == 0 ? (ends[0], ends[1]) : (ends[1], ends[0])
        _ = fcntl(ours[stream], F_SETFL, O_NONBLOCK)
      }
    }

    mutating func closeTheirs() {
      for end in theirs where end >= 0 { close(end) }
      theirs = [-1, -1, -1]
    }

    mutating func closeAll() {
      closeTheirs()
      for end in ours where end >= 0 { close(end) }
      ours = [-1, -1, -1]
    }

    private mutating func close(_ stream: Int) {
      CLibrary.close(ours[stream])
      ours[stream] = -1
    }

    private func close(_ descriptor: Int32) { CLibrary.close(descriptor) }

    /// Reads and writes until the program has ended.
    ///
    /// A daemon that the program started may hold a pipe open forever (ssh's ControlPersist does). So reading stops
    /// when the program has ended and its pipes are empty.
    /// - Returns: standard error, and the status from `waitpid`.
    mutating func pump(_ input: [UInt8], _ pid: pid_t, output: (ArraySlice<UInt8>) -> Void) -> ([UInt8], Int32) {
      var errors: [UInt8] = []
      var rest = input[...]
      var buffer = [UInt8](repeating: 0, count: 65_536)
      var (status, hasEnded): (Int32, Bool) = (0, false)
      while ours.contains(where: { $0 >= 0 }) {
        var waits = ours.enumerated().map { stream, end in
          pollfd(fd: end, events: Int16(stream == 0 ? POLLOUT : POLLIN), revents: 0)
        }
        let ready = poll(&waits, 3, hasEnded ? 0 : 100)
        if ready < 0, errno == EINTR { continue }
        if ready <= 0 {
          if hasEnded { break }
          hasEnded = waitpid(pid, &status, WNOHANG) == pid
          continue
        }
        if waits[0].revents != 0, !write(&rest) { close(0) }
        for stream in 1...2 where waits[stream].revents != 0 {
          let count = read(ours[stream], &buffer, buffer.count)
          if count < 0, errno == EINTR || errno == EAGAIN { continue }
          if count <= 0 {
            close(stream)
          } else if stream == 1 {
            output(buffer[..<count])
          } else {
            errors += buffer[..<min(count, max(0, errorBound - errors.count))]
          }
        }
      }
      while !hasEnded {
        if waitpid(pid, &status, 0) >= 0 || errno != EINTR { hasEnded = true }
      }
      return (errors, status)
    }

    /// Returns false if all bytes are written, or the program reads no more.
    private func write(_ rest: inout ArraySlice<UInt8>) -> Bool {
      if !rest.isEmpty {
        let count = rest.withUnsafeBytes { CLibrary.write(ours[0], $0.baseAddress, $0.count) }
        if count < 0 { return errno == EINTR || errno == EAGAIN }
        rest = rest.dropFirst(count)
      }
      return !rest.isEmpty
    }
  }
}

extension ChildProcess.Input {
  fileprivate var isPiped: Bool { if case .bytes = self { true } else { false } }
}
