import CLibrary
import Synchronization

/// The number of threads that a command runs in parallel.
public enum Cores {
  /// The number of threads that this machine is worth: one for each core, four at most.
  public static var bound: Int { max(1, min(4, sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }
}

/// Runs work on new threads and, meanwhile, a body on this one.
///
/// Every thread has ended when this returns or throws, so everything that the work borrows outlives it, and no thread
/// handle can leak. If the system cannot start a thread, its work runs here, before the body.
/// - Parameters:
///   - work: one closure for each further thread. Nobody else may use a closure's data meanwhile.
///   - body: the work of this thread.
/// - Returns: the result of the body, and those of the work in the given order.
/// - Throws: the error of the body, else the first error of the work.
public func concurrently<Here, There>(_ work: [() throws -> There], while body: () throws -> Here) throws -> (
  here: Here, there: [There]
) {
  let threads = work.map { JoinedThread($0) }
  let here = Result { try body() }
  let there = threads.map { $0.join() }
  return (try here.get(), try there.map { try $0.get() })
}

/// Owns a thread between its start and its join. Only `concurrently` creates one.
private final class JoinedThread<Value>: @unchecked Sendable {
  // Safe: the thread alone writes `result`, and it is read only after `pthread_join`.
  private var result: Result<Value, any Error>?
  private let work: () throws -> Value
  private var thread = pthread_t()
  private var isStarted = false

  init(_ work: @escaping () throws -> Value) {
    self.work = work
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    // The judge does not recurse over data, but a thread's default stack is smaller than the process's.
    pthread_attr_setstacksize(&attributes, 8 << 20)
    // The thread holds the box, and the box holds this object, until the work is done.
    let box = Unmanaged.passRetained(Box { self.run() })
    let code = pthread_create(
      &thread, &attributes,
      { raw in
        if let raw { Unmanaged<Box>.fromOpaque(raw).takeRetainedValue().body() }
        return nil
      }, box.toOpaque())
    isStarted = code == 0
    if !isStarted {
      box.release()
      run()
    }
  }

  private func run() { result = Result { try work() } }

  func join() -> Result<Value, any Error> {
    if isStarted { pthread_join(thread, nil) }
    return result ?? .failure(SystemError("pthread_join", "a thread", ESRCH))
  }
}

private final class Box {
  let body: () -> Void
  init(_ body: @escaping () -> Void) { self.body = body }
}

/// Divides numbered items among threads so that all end at about the same time. Each thread starts with its own
/// share, because neighbouring items have data in common, and then helps the others.
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
  ///   - count: the number of items.
  ///   - threads: the number of threads.
  ///   - size: the number of items that a thread takes in one step.
  public init(of count: Int, for threads: Int, each size: Int) {
    parts = (0..<threads).map { Part((count * $0 / threads)..<(count * ($0 + 1) / threads)) }
    self.size = size
  }

  /// Takes items until none is left.
  /// - Parameter thread: the index of the thread, from 0.
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
