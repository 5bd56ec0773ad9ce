import CLibrary

/// Passes work from one thread to others, which `concurrently` creates.
public final class WorkQueue: @unchecked Sendable {
  // Safe: `waiting` and `isClosed` are touched only while the mutex is held.
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var waiting: [() -> Void] = []
  private var isClosed = false

  /// Creates an empty queue.
  public init() {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, nil)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  /// Adds work for the next free thread.
  public func add(_ work: @escaping () -> Void) {
    pthread_mutex_lock(mutex)
    waiting.append(work)
    pthread_cond_signal(condition)
    pthread_mutex_unlock(mutex)
  }

  /// Drops work that no thread has started, and lets each thread finish its current work.
  public func close() {
    pthread_mutex_lock(mutex)
    isClosed = true
    waiting = []
    pthread_cond_broadcast(condition)
    pthread_mutex_unlock(mutex)
  }

  /// Runs work until the queue is closed.
  public func work() {
    while let next = take() { next() }
  }

  private func take() -> (() -> Void)? {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while waiting.isEmpty, !isClosed { pthread_cond_wait(condition, mutex) }
    return isClosed ? nil : waiting.removeFirst()
  }
}
