import ReadinessSystem
import Synchronization

/// A program that runs until it is stopped. It ends with this process, however the process ends.
final class Daemon: Sendable {
  /// The error if the program ended, or did not answer in time.
  struct Failed: Error {
    let name: String
    let output: String
  }

  let port: Int
  private let name: String
  private let process: SupervisedProcess
  private let isOver = Atomic<Bool>(false)
  private let ending = Mutex<SupervisedProcess.Ending?>(nil)

  /// Creates a program that answers `/-/ready` on its own port.
  /// - Parameters:
  ///   - arguments: the program's path, and its arguments.
  ///   - folder: the only folder that it may write to.
  /// - Throws: `SystemError` if there is no port.
  init(_ name: String, _ arguments: [String], folder: String, _ environment: [String: String]) throws(SystemError) {
    self.name = name
    // The port is free again once the temporary server is closed.
    port = try LoopbackServer().port
    process = SupervisedProcess(
      arguments: arguments + ["--web.listen-address=127.0.0.1:\(port)"], environment: environment, folder: folder,
      readable: ["/"],
      writable: [folder, "/dev/null"], timeout: 3_600_000, grace: 5_000, outputBound: 64 << 20, fileBound: 8 << 30)
  }

  /// Runs the program to its end; for a separate thread.
  func run() {
    let ended = process.run { self.isOver.load(ordering: .acquiring) }
    ending.withLock { $0 = ended }
  }

  func stop() { isOver.store(true, ordering: .releasing) }

  /// Waits until the program answers.
  /// - Throws: `Failed` if it ends, or does not answer within 30 seconds.
  func awaitReady() throws(Failed) {
    for _ in 0..<300 {
      if let ended = ending.withLock({ $0 }) {
        throw Failed(name: name, output: String(decoding: (ended.errors + ended.output).suffix(500), as: UTF8.self))
      }
      if LoopbackServer.get("/-/ready", port: port)?.status == 200 { return }
      Machine.sleep(milliseconds: 100)
    }
    throw Failed(name: name, output: "It does not answer on port \(port).")
  }
}
