import Glibc
import ReadinessCore

/// Git itself, for what libgit2 cannot do. Arguments go to the program as they are; there is no shell.
public enum GitProcess {
  /// What a command printed, and how it ended.
  public struct Output: Sendable {
    /// The exit status; 128 and more for a signal.
    public let status: Int32
    /// Standard output.
    public let bytes: [UInt8]
    /// Standard error, as text.
    public let errorText: String

    /// Standard output as text, without the line end at its end.
    public var trimmed: String {
      String(decoding: bytes, as: UTF8.self).trimmingNewlines
    }
  }

  /// The SHA-256 of what a command prints, however much it is.
  static func digest(_ arguments: [String]) throws -> Digest {
    var digest: Digest?
    let output = try run(arguments) { digest = try FileBytes.digest($0, "git") }
    guard output.status == 0, let digest else {
      throw GitError(.damaged, output.errorText, hint: "See git fsck.", function: "git \(arguments.first ?? "")")
    }
    return digest
  }

  /// Hands over what a command prints, piece by piece.
  static func forEachPiece(_ arguments: [String], _ take: (ArraySlice<UInt8>) throws -> Void) throws {
    let output = try run(arguments) { try FileBytes.forEachPiece($0, "git", take) }
    guard output.status == 0 else {
      throw GitError(.damaged, output.errorText, hint: "See git fsck.", function: "git \(arguments.first ?? "")")
    }
  }

  /// Runs `git` with arguments, in this process's folder and environment.
  /// - Throws: `GitError` where git is not there. A non-zero exit status is a result, not an error.
  /// - Parameter index: the index that git is to use in place of the repository's.
  public static func run(_ arguments: [String], index: String? = nil) throws -> Output {
    let outer = getenv("GIT_INDEX_FILE").map { String(cString: $0) }
    if let index { setenv("GIT_INDEX_FILE", index, 1) }
    defer {
      if index != nil {
        if let outer { setenv("GIT_INDEX_FILE", outer, 1) } else { unsetenv("GIT_INDEX_FILE") }
      }
    }
    var bytes: [UInt8] = []
    let output = try run(arguments) { bytes = try FileBytes.read($0, "git") }
    return Output(status: output.status, bytes: bytes, errorText: output.errorText)
  }

  /// Runs another program in the same way.
  /// - Parameter input: the file that is its standard input.
  static func run(program: String, _ arguments: [String], input: String) throws -> Output {
    var bytes: [UInt8] = []
    let output = try Running(arguments, program: program, input: input).finish {
      bytes = try FileBytes.read($0, program)
    }
    return Output(status: output.status, bytes: bytes, errorText: output.errorText)
  }

  private static func run(_ arguments: [String], _ take: (Int32) throws -> Void) throws -> Output {
    try Running(arguments).finish(take)
  }
}

extension GitProcess {
  /// A process and the ends of its pipes.
  fileprivate struct Running {
    private let pid: pid_t
    private let out: Int32
    private let err: Int32

    init(_ arguments: [String], program: String = "git", input: String = "/dev/null") throws {
      var outPipe: [Int32] = [0, 0]
      var errPipe: [Int32] = [0, 0]
      guard pipe(&outPipe) == 0, pipe(&errPipe) == 0 else { throw FileBytes.systemError("pipe", "git") }
      for descriptor in outPipe + errPipe { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
      var actions = posix_spawn_file_actions_t()
      posix_spawn_file_actions_init(&actions)
      defer { posix_spawn_file_actions_destroy(&actions) }
      posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
      posix_spawn_file_actions_adddup2(&actions, outPipe[1], 1)
      posix_spawn_file_actions_adddup2(&actions, errPipe[1], 2)
      var argv: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
      defer { for argument in argv { free(argument) } }
      var pid: pid_t = 0
      let code = posix_spawnp(&pid, program, &actions, nil, &argv, environ)
      close(outPipe[1])
      close(errPipe[1])
      (self.pid, out, err) = (pid, outPipe[0], errPipe[0])
      guard code == 0 else {
        close(out)
        close(err)
        throw GitError(
          .notFound, "\(program) could not be started.", hint: "Install \(program) and put it on PATH.",
          function: "posix_spawnp")
      }
    }

    func finish(_ take: (Int32) throws -> Void) throws -> Output {
      defer {
        close(out)
        close(err)
      }
      try take(out)
      let errors = try FileBytes.read(err, "git")
      var status: Int32 = 0
      while waitpid(pid, &status, 0) < 0, errno == EINTR {}
      let exit = status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
      return Output(status: exit, bytes: [], errorText: String(decoding: errors, as: UTF8.self).trimmingNewlines)
    }
  }
}

extension String {
  fileprivate var trimmingNewlines: String {
    var text = self[...]
    while text.last?.isNewline == true { text.removeLast() }
    return String(text)
  }
}
