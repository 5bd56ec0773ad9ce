import PlanModel
import ReadinessSystem

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
  /// - Parameter take: is given each chunk as well.
  static func digest(_ arguments: [String], _ take: (UnsafeRawBufferPointer) -> Void) throws -> Digest {
    var stream = DigestStream()
    try forEachPiece(arguments) {
      stream.update(Array($0))
      $0.withUnsafeBytes(take)
    }
    return stream.finish()
  }

  /// Hands over what a command prints, piece by piece, until somebody throws.
  /// - Throws: what `take` threw, else `GitError` where the command failed.
  static func forEachPiece(_ arguments: [String], _ take: (ArraySlice<UInt8>) throws -> Void) throws {
    var fault: (any Error)?
    let ending = try run("git", arguments, input: "/dev/null", index: nil) { piece in
      guard fault == nil else { return }
      do { try take(piece) } catch { fault = error }
    }
    if let fault { throw fault }
    guard ending.status == 0 else {
      throw GitError(
        .damaged, String(decoding: ending.errors, as: UTF8.self).trimmingNewlines,
        hint: "Run git fsck: it says what is damaged.",
        function: "git \(arguments.first ?? "")")
    }
  }

  /// Runs `git` with arguments, in this process's folder and environment.
  /// - Parameter index: the index that git is to use in place of the repository's.
  /// - Throws: `GitError` where git is not there. A non-zero exit status is a result, not an error.
  public static func run(_ arguments: [String], index: String? = nil) throws -> Output {
    try run(program: "git", arguments, index: index)
  }

  /// Runs another program in the same way.
  /// - Parameters:
  ///   - input: the file that is its standard input.
  ///   - changes: variables that it sees otherwise than this process.
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
    // What libgit2 must not see, git shall.
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
