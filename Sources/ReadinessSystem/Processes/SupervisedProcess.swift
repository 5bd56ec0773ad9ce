import CSupervisor
import CLibrary

/// A bounded command: no shell, no terminal, its own session. All processes that it started end with it.
public struct SupervisedProcess: Sendable {
  /// The command line; the first word names the program.
  public let arguments: [String]
  /// The complete environment of the command.
  public let environment: [String: String]
  /// The working folder, absolute.
  public let folder: String
  /// The files and folders that it may read, absolute.
  public let readable: [String]
  /// The files and folders that it may write, absolute.
  public let writable: [String]
  /// The file for standard input.
  public let input: String
  /// The timeout, in milliseconds.
  public let timeout: Int
  /// The time between the request to end and the kill, in milliseconds.
  public let grace: Int
  /// The bound on each output stream, in bytes.
  public let outputBound: Int
  /// The bound on any one file that it writes, in bytes.
  public let fileBound: Int

  /// Creates a command; `run` runs it.
  public init(
    arguments: [String], environment: [String: String], folder: String, readable: [String], writable: [String],
    input: String = "/dev/null", timeout: Int, grace: Int, outputBound: Int, fileBound: Int
  ) {
    self.arguments = arguments
    self.environment = environment
    self.folder = folder
    self.readable = readable
    self.writable = writable
    self.input = input
    self.timeout = timeout
    self.grace = grace
    self.outputBound = outputBound
    self.fileBound = fileBound
  }

  /// The way in which a command ended. A non-zero exit status is an ordinary result.
  public enum Outcome: Sendable, Equatable {
    /// It exited with a status.
    case exit(Int)
    /// A signal ended it.
    case signal(Int)
    /// It exceeded its timeout.
    case timeout
    /// It exceeded its output bound.
    case output
    /// It could not be started; the sentence says why.
    case spawn(String)

    /// The word for it in profiles.
    public var name: String {
      switch self {
      case .exit: "exit"
      case .signal: "signal"
      case .timeout: "timeout"
      case .output: "output"
      case .spawn: "spawn"
      }
    }
  }

  /// The result of a command.
  public struct Ending: Sendable {
    /// The way in which it ended.
    public let outcome: Outcome
    /// Standard output, up to the bound.
    public let output: [UInt8]
    /// Standard error, up to the bound.
    public let errors: [UInt8]
    /// The duration, in milliseconds.
    public let milliseconds: Int
    /// The number of processes that it left behind, which were killed.
    public let leftBehind: Int
    /// True if the kernel confined it to its paths.
    public let isConfined: Bool
  }

  /// Returns the file that this command would run for a program name. Returns nil if there is none that may be run.
  public func file(of program: String) -> String? {
    if case .found(let path) = Executable.find(program, path: environment["PATH"], folder: folder) { path } else { nil }
  }

  /// Runs the command to its end.
  /// - Parameter isOver: polled several times a second; true asks the process to end, as its timeout does. Nil if
  ///   only the timeout applies.
  public func run(until isOver: (() -> Bool)? = nil) -> Ending {
    let began = Machine.monotonicMilliseconds()
    func failed(_ why: String) -> Ending {
      Ending(
        outcome: .spawn(why), output: [], errors: [], milliseconds: Machine.monotonicMilliseconds() - began,
        leftBehind: 0, isConfined: false)
    }
    let executable: String
    switch Executable.find(arguments.first ?? "", path: environment["PATH"], folder: folder) {
    case .found(let path): executable = path
    case .fault(let why): return failed(why)
    }
    var pipes = readiness_pipes()
    let pid = start(executable, &pipes)
    guard pid > 0 else { return failed("No process is to be had: \(String(cString: strerror(errno))).") }
    var watch = Watch(process: self, began: began, pipes: pipes, isOver: isOver)
    let ending = watch.toTheEnd()
    [pipes.output, pipes.errors, pipes.result].forEach { _ = close($0) }
    if watch.isControlOpen { close(pipes.control) }
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0, errno == EINTR {}
    return ending
  }

  private func start(_ executable: String, _ pipes: inout readiness_pipes) -> pid_t {
    typealias Text = UnsafeMutablePointer<CChar>?
    let variables = environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    let lists: [[Text]] = [arguments, variables, readable, writable].map { list in list.map { strdup($0) } + [nil] }
    let texts: [Text] = [executable, input, folder].map { (text: String) in strdup(text) }
    defer { (lists.joined() + texts).forEach { free($0) } }
    return lists[0].withUnsafeBufferPointer { arguments in
      lists[1].withUnsafeBufferPointer { environment in
        // The C side reads them as constant strings.
        lists[2].map { UnsafePointer($0) }.withUnsafeBufferPointer { readable in
          lists[3].map { UnsafePointer($0) }.withUnsafeBufferPointer { writable in
            var job = readiness_job(
              executable: texts[0], arguments: arguments.baseAddress, environment: environment.baseAddress,
              input: texts[1], folder: texts[2], readable: readable.baseAddress, writable: writable.baseAddress,
              file_bytes: UInt64(fileBound))
            return readiness_supervise(&job, &pipes)
          }
        }
      }
    }
  }
}

/// Reads both streams within their bounds, and ends the process if it exceeds a bound.
private struct Watch {
  let process: SupervisedProcess
  let began: Int
  let pipes: readiness_pipes
  let isOver: (() -> Bool)?
  private(set) var isControlOpen = true
  private var texts: ([UInt8], [UInt8]) = ([], [])
  private var cause: SupervisedProcess.Outcome?
  private var killAt: Int?

  init(process: SupervisedProcess, began: Int, pipes: readiness_pipes, isOver: (() -> Bool)?) {
    self.isOver = isOver
    self.process = process
    self.began = began
    self.pipes = pipes
  }

  mutating func toTheEnd() -> SupervisedProcess.Ending {
    var waits = [pipes.output, pipes.errors, pipes.result].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    var answer: readiness_result?
    while answer == nil || waits[0].fd >= 0 || waits[1].fd >= 0 {
      let now = Machine.monotonicMilliseconds()
      act(at: now)
      var deadline = isControlOpen ? (killAt ?? began + process.timeout) : now + 1000
      if isOver != nil { deadline = min(deadline, now + 200) }
      guard poll(&waits, 3, Int32(clamping: max(0, deadline - now))) > 0 else { continue }
      for index in 0..<2 where waits[index].revents != 0 {
        if !read(index, waits[index].fd) { waits[index].fd = -1 }
      }
      if waits[2].revents != 0 {
        answer = takeAnswer()
        waits[2].fd = -1
      }
    }
    return ending(answer ?? readiness_result(step: 1, code: EIO, left: 0, confined: 0))
  }

  /// Asks the process to end at its timeout, and kills it after the grace period.
  private mutating func act(at now: Int) {
    if let killAt, now >= killAt, isControlOpen {
      close(pipes.control)
      isControlOpen = false
    } else if cause == nil, now - began >= process.timeout || isOver?() == true {
      stop(for: .timeout, at: now)
    }
  }

  private mutating func stop(for reason: SupervisedProcess.Outcome, at now: Int) {
    guard cause == nil else { return }
    cause = reason
    killAt = now + process.grace
    var order = UInt8(ascii: "T")
    _ = write(pipes.control, &order, 1)
  }

  /// Returns false at the end of the stream. Reads and drops bytes beyond the bound, so that the process does not
  /// block.
  private mutating func read(_ index: Int, _ descriptor: Int32) -> Bool {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let count = CLibrary.read(descriptor, &buffer, buffer.count)
    if count < 0 { return errno == EINTR }
    guard count > 0 else { return false }
    let held = index == 0 ? texts.0.count : texts.1.count
    let room = max(0, process.outputBound - held)
    if index == 0 { texts.0 += buffer[..<min(count, room)] } else { texts.1 += buffer[..<min(count, room)] }
    if count > room, cause == nil {
      let now = Machine.monotonicMilliseconds()
      stop(for: .output, at: now)
      // There is no grace period: a process that floods a stream rarely reacts.
      killAt = now
    }
    return true
  }

  private func takeAnswer() -> readiness_result {
    var answer = readiness_result(step: 1, code: EIO, left: 0, confined: 0)
    let size = MemoryLayout<readiness_result>.size
    while CLibrary.read(pipes.result, &answer, size) < 0, errno == EINTR {}
    return answer
  }

  private func ending(_ answer: readiness_result) -> SupervisedProcess.Ending {
    let name = process.arguments.first ?? ""
    let why = String(cString: strerror(answer.code))
    let outcome: SupervisedProcess.Outcome =
      switch Int(answer.step) {
      case 0:
        cause
          ?? (answer.code & 0x7F == 0 ? .exit(Int(answer.code >> 8 & 0xFF)) : .signal(Int(answer.code & 0x7F)))
      case 2: .spawn("The folder \(process.folder) cannot be entered: \(why).")
      case 3: .spawn("The kernel did not take the bounds on paths: \(why).")
      case 4: .spawn("\(name) cannot be run: \(why).")
      default: .spawn("No process is to be had: \(why).")
      }
    return SupervisedProcess.Ending(
      outcome: outcome, output: texts.0, errors: texts.1, milliseconds: Machine.monotonicMilliseconds() - began,
      leftBehind: Int(answer.left), isConfined: answer.confined == 1)
  }
}
