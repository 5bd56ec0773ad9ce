import Foundation
import Synchronization
import Testing

extension Scratch {
  /// The output of a command and its exit status. A command that fails although no test reads its result fails the test.
  public final class Result: Sendable {
    private let command: String
    private let answer: (status: Int32, output: String, errors: String)
    private let wasRead = Atomic(false)

    init(of command: String, status: Int32, output: String, errors: String) {
      self.command = command
      answer = (status, output, errors)
    }

    /// The exit status, or 128 and the signal.
    public var status: Int32 { read().status }
    /// Standard output.
    public var output: String { read().output }
    /// Standard error.
    public var errors: String { read().errors }
    /// Both streams, for messages of failing tests.
    public var all: String { output + errors }
    /// The output without the newline at its end.
    public var line: String { output.trimmingCharacters(in: .newlines) }

    /// Says that a test expects success and failure alike.
    public func ignored() { _ = read() }

    private func read() -> (status: Int32, output: String, errors: String) {
      wasRead.store(true, ordering: .relaxed)
      return answer
    }

    deinit {
      if answer.status != 0, !wasRead.load(ordering: .relaxed) {
        Issue.record("\(command) ended with \(answer.status), and no test looked: \(answer.output)\(answer.errors)")
      }
    }
  }
}
