import Glibc
import Synchronization

/// A piece of work on a thread of its own. The history of a repository is read and judged on more than one core.
public final class Worker<Result>: @unchecked Sendable {
  // Safe: the thread alone writes `result`, and it is read only after the thread has been joined.
  private var body: (() throws -> Result)?
  private var result: Swift.Result<Result, any Error>?
  private var thread = pthread_t()
  private var isJoined = false

  /// Starts the work. What it uses must be used by nobody else until `join`; libgit2's objects are opened once for each.
  public init(_ body: @escaping () throws -> Result) {
    self.body = body
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    // The judge is not recursive over data, but a thread's own default is smaller than a process's.
    pthread_attr_setstacksize(&attributes, 8 << 20)
    let box = Unmanaged.passRetained(Box { [weak self] in self?.run() })
    let code = pthread_create(
      &thread, &attributes,
      { raw in
        if let raw { Unmanaged<Box>.fromOpaque(raw).takeRetainedValue().body() }
        return nil
      }, box.toOpaque())
    if code != 0 {
      // No thread to be had: the work is done here.
      box.release()
      run()
      isJoined = true
    }
  }

  private func run() {
    guard let body else { return }
    result = Swift.Result { try body() }
    self.body = nil
  }

  /// Waits for the end.
  /// - Throws: what the work threw.
  public func join() throws -> Result {
    wait()
    guard let result else {
      throw GitError(.other, "A thread ended without an answer.", hint: "Try again.", function: "pthread_join")
    }
    return try result.get()
  }

  private func wait() {
    guard !isJoined else { return }
    pthread_join(thread, nil)
    isJoined = true
  }

  deinit { wait() }

  /// How many threads are worth starting on this machine: one for each core, four at most.
  public static var bound: Int { max(1, min(4, sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }
}

/// Pieces of work for several threads, which end together whatever else the machine does: each begins with a part of its
/// own, since neighbours have something in common, and then helps the others.
public final class Shares: Sendable {
  private let parts: [Part]
  private let size: Int

  private final class Part: Sendable {
    let next: Atomic<Int>
    let end: Int

    init(_ range: Range<Int>) {
      next = Atomic(range.lowerBound)
      end = range.upperBound
    }
  }

  /// - Parameters:
  ///   - count: how many pieces there are.
  ///   - threads: for how many threads.
  ///   - size: how many pieces a thread takes at a time.
  public init(of count: Int, for threads: Int, each size: Int) {
    parts = (0..<threads).map { Part((count * $0 / threads)..<(count * ($0 + 1) / threads)) }
    self.size = size
  }

  /// Does pieces, until none is left for anybody.
  /// - Parameter thread: the number of the thread, from 0 on.
  public func forEach(on thread: Int, _ body: (Int) throws -> Void) rethrows {
    for step in parts.indices {
      let part = parts[(thread + step) % parts.count]
      while true {
        let start = part.next.add(size, ordering: .relaxed).oldValue
        guard start < part.end else { break }
        for place in start..<min(part.end, start + size) { try body(place) }
      }
    }
  }
}

private final class Box {
  let body: () -> Void
  init(_ body: @escaping () -> Void) { self.body = body }
}
