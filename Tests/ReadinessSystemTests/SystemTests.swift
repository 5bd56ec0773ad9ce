import Glibc
import ReadinessSystem
import Synchronization
import Testing

@Suite("Threads end before the function that started them")
struct ConcurrentlyTests {
  private struct Fault: Error, Equatable { let number: Int }

  /// Counts live threads.
  private final class Alive: Sendable {
    private let count: Mutex<Int> = Mutex(0)
    func begin() { count.withLock { $0 += 1 } }
    func end() { count.withLock { $0 -= 1 } }
    var now: Int { count.withLock { $0 } }
  }

  private func work(_ alive: Alive, milliseconds: UInt32, fault: Int? = nil) -> () throws -> Int {
    alive.begin()
    return {
      defer { alive.end() }
      usleep(milliseconds * 1000)
      if let fault { throw Fault(number: fault) }
      return Int(milliseconds)
    }
  }

  @Test("results are in the order of the work, whoever ends first")
  func order() throws {
    let alive = Alive()
    let answer = try concurrently([30, 1, 15].map { work(alive, milliseconds: $0) }) { "here" }
    #expect(answer.here == "here")
    #expect(answer.there == [30, 1, 15])
    #expect(alive.now == 0)
  }

  @Test("where this thread throws at once, the others have ended all the same")
  func bodyThrows() {
    for _ in 0..<50 {
      let alive = Alive()
      #expect(throws: Fault(number: 7)) {
        _ = try concurrently((0..<4).map { work(alive, milliseconds: UInt32($0)) }) { throw Fault(number: 7) }
      }
      #expect(alive.now == 0)
    }
  }

  @Test("where another thread throws, all have ended, and the first error in order is the answer")
  func workThrows() {
    let alive = Alive()
    let others = [
      work(alive, milliseconds: 20), work(alive, milliseconds: 20, fault: 1), work(alive, milliseconds: 1, fault: 2),
    ]
    #expect(throws: Fault(number: 1)) { _ = try concurrently(others) { 0 } }
    #expect(alive.now == 0)
  }

  @Test("shares do every item once, however many threads there are")
  func shares() throws {
    for (count, threads, size) in [(1000, 3, 7), (5, 4, 2), (0, 2, 1), (64, 1, 64)] {
      let shares = Shares(of: count, for: threads, each: size)
      let work = (1..<max(1, threads)).map { thread in
        {
          var seen: [Int] = []
          shares.forEach(on: thread) { seen.append($0) }
          return seen
        }
      }
      let answer = try concurrently(work) {
        var seen: [Int] = []
        shares.forEach(on: 0) { seen.append($0) }
        return seen
      }
      #expect((answer.here + answer.there.joined()).sorted() == Array(0..<count))
    }
  }

  @Test("a queue that is closed lets its threads end, and drops what none has begun")
  func queue() throws {
    let queue = WorkQueue()
    let done = Atomic(0)
    let arrivals = Arrivals()
    _ = try concurrently([{ queue.work() }, { queue.work() }]) {
      defer { queue.close() }
      for _ in 0..<100 {
        queue.add {
          if done.add(1, ordering: .relaxed).newValue == 100 { arrivals.signal() }
        }
      }
      arrivals.wait(milliseconds: 10_000)
    }
    #expect(done.load(ordering: .relaxed) == 100)
  }
}

@Suite("Processes never wait for a pipe that nobody reads")
struct ChildProcessTests {
  private func run(_ script: String, input: ChildProcess.Input = .file("/dev/null"), changes: [String: String?] = [:])
    throws -> (ending: ChildProcess.Ending, output: [UInt8])
  {
    var output: [UInt8] = []
    let ending = try ChildProcess.run("sh", ["-c", script], input: input, changes: changes) { output += $0 }
    return (ending, output)
  }

  @Test("megabytes on both streams at once, whichever comes first", .timeLimit(.minutes(1)))
  func floods() throws {
    let (errorsFirst, a) = try run("head -c 900000 /dev/zero >&2; head -c 3000000 /dev/zero; exit 3")
    #expect(errorsFirst.status == 3)
    #expect(errorsFirst.errors.count == 900_000)
    #expect(a.count == 3_000_000)
    let (outputFirst, b) = try run("head -c 3000000 /dev/zero; head -c 9000000 /dev/zero >&2")
    #expect(outputFirst.status == 0)
    #expect(outputFirst.errors.count == 1 << 20)
    #expect(b.count == 3_000_000)
  }

  @Test("input goes in while output comes out, and a program may stop reading", .timeLimit(.minutes(1)))
  func input() throws {
    signal(SIGPIPE, SIG_IGN)
    let bytes = [UInt8](repeating: 0x61, count: 2_000_000)
    let (ending, output) = try run("cat", input: .bytes(bytes))
    #expect(ending.status == 0)
    #expect(output == bytes)
    #expect(try run("head -c 3", input: .bytes(bytes)).output == [0x61, 0x61, 0x61])
    #expect(try run("exit 0", input: .bytes([])).ending.status == 0)
  }

  @Test("a daemon that keeps the pipes open does not keep its parent waiting", .timeLimit(.minutes(1)))
  func daemon() throws {
    let clock = ContinuousClock()
    var output: [UInt8] = []
    let took = try clock.measure { output = try run("sleep 30 & echo done").output }
    #expect(output == Array("done\n".utf8))
    #expect(took < .seconds(10))
  }

  @Test("a signal is 128 and more, and a program that is not there is an error")
  func endings() throws {
    #expect(try run("kill -9 $$").ending.status == 137)
    #expect(throws: SystemError("posix_spawnp", "no-such-program", ENOENT)) {
      try ChildProcess.run("no-such-program", [], output: { _ in })
    }
  }

  @Test("variables are changed for the program alone")
  func variables() throws {
    let script = "echo ${HOME-none} ${READINESS_A-none}"
    #expect(try run(script, changes: ["READINESS_A": "x=y", "HOME": String?.none]).output == Array("none x=y\n".utf8))
    #expect(getenv("READINESS_A") == nil)
    #expect(getenv("HOME") != nil)
  }
}
