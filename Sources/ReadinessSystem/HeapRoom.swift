import CLibrary

/// Allocates heap memory for many small blocks in one step. By default, glibc grows a secondary thread's heap by one
/// page per system call, and each first touch of a page causes a page fault.
public enum HeapRoom {
  /// The largest reservation for one thread, in bytes.
  private static let bound = 16 << 20

  /// Reserves memory in the heap of this thread.
  /// - Parameter bytes: the approximate number of bytes that will be needed.
  public static func prepare(_ bytes: Int) {
    _ = heapsAreKept
    let count = min(bytes, bound)
    guard count > 1 << 20, let block = allocate(count) else { return }
    let page = 4096
    let start = UnsafeMutableRawPointer(bitPattern: (UInt(bitPattern: block) + UInt(page) - 1) & ~UInt(page - 1))
    // MADV_POPULATE_WRITE of madvise(2), which Linux has since 5.14; elsewhere the call fails without harm.
    madvise(start, (count - page) & ~(page - 1), 23)
    free(block)
  }

  /// After a large block is freed, blocks of its size come from a heap. A heap retains twice that size of free memory
  /// at its end (mallopt(3), on the dynamic threshold of mmap).
  private static let heapsAreKept: Bool = {
    free(allocate(bound + 1 << 20))
    return true
  }()

  /// Not inlined, because a compiler may remove an allocation that is freed unused.
  @inline(never)
  private static func allocate(_ count: Int) -> UnsafeMutableRawPointer? { malloc(count) }
}

/// Retains a value until the process ends, because freeing a large answer piecemeal at the end of a command wastes
/// time.
public func keepToTheEnd<Value>(_ value: Value) { _ = Unmanaged.passRetained(Kept(value)) }

private final class Kept<Value> {
  let value: Value

  init(_ value: Value) { self.value = value }
}
