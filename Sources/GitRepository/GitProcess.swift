import PlanModel
import ReadinessSystem

/// Runs git for tasks that libgit2 cannot do. Arguments reach the program unchanged, without a shell.
public enum GitProcess {
  /// The output and the exit status of a command.
  public struct Output: Sendable {
    /// The exit status; 128 plus the signal number if a signal ended it.
    public let status: Int32
    /// Standard output.
    public let bytes: [UInt8]
    /// Standard error, as text.
    public let errorText: String

    /// Standard output as text, without trailing line ends.
    public var trimmed: String {
      String(decoding: bytes, as: UTF8.self).trimmingNewlines
    }
  }

  /// Returns the SHA-256 of a command's output, of any size.
  /// - Parameter take: also receives each chunk.
  static func digest(_ arguments: [String], _ take: (UnsafeRawBufferPointer) -> Void) throws -> Digest {
    var stream = DigestStream()
    try forEachChunk(arguments) {
      stream.update(Array($0))
      $0.withUnsafeBytes(take)
    }
    return stream.finish()
  }

  /// Passes on a command's output chunk by chunk, until `take` throws.
  /// - Throws: the error of `take`, else `GitError` if the command failed.
  static func forEachChunk(_ arguments: [String], _ take: (ArraySlice<UInt8>) throws -> Void) throws {
    var fault: (any Error)?
    let ending = try run("git", arguments, input: "/dev/null", index: nil) { chunk in
      guard fault == nil else { return }
      do { try take(chunk) } catch { fault = error }
    }
    if let fault { throw fault }
    guard ending.status == 0 else {
      throw GitError(
        .damaged, String(decoding: ending.errors, as: UTF8.self).trimmingNewlines,
        hint: "Run git fsck: it says what is damaged.",
        function: "git \(arguments.first ?? "")")
    }
  }

  /// Runs `git` in this process's folder and environment.
  /// - Parameter index: an index file that replaces the repository's.
  /// - Throws: `GitError` if git is not installed. A non-zero exit status is a result, not an error.
  public static func run(_ arguments: [String], index: String? = nil) throws -> Output {
    try run(program: "git", arguments, index: index)
  }

  /// Runs another program like `run(_:index:)`.
  /// - Parameters:
  ///   - input: the file for standard input.
  ///   - changes: changed variables by name; nil removes a variable.
  static func run(
    program: String, _ arguments: [String], input: String = "/dev/null", index: String? = nil,
    changes: [String: String?] = [:]
  ) throws -> Output {
    var bytes: [UInt8] = []
    let ending = try run(program, arguments, input: input, index: index, changes) { bytes += $0 }
    return Output(
      status: ending.status, bytes: bytes,
      errorText: String(decoding: ending.errors, as: UTF8.self).trimmingNewlines)
  }

  private static func run(
    _ program: String, _ arguments: [String], input: String, index: String?, _ more: [String: String?] = [:],
    output: (ArraySlice<UInt8>) -> Void
  ) throws -> ChildProcess.Ending {
    // Git needs the variable that was hidden from libgit2.
    let index = index ?? GitEnvironment.outer.index
    let changes = more.merging(index.map { ["GIT_INDEX_FILE": $0] } ?? [:]) { $1 }
    do throws(SystemError) {
      return try ChildProcess.run(
        program, arguments, input: .file(input), changes: changes, output: output)
    } catch {
      guard error.function == "posix_spawnp" else {
        throw GitError(
          .other, "\(program) could not be started: \(error.reason).", hint: "Try again.", function: error.function)
      }
      throw GitError(
        .notFound, "\(program) could not be started.", hint: "Install \(program) and put it on PATH.",
        function: "posix_spawnp")
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
