import CLibrary

/// Room for many small blocks, asked for at once. By itself glibc has the heap of a thread other than the first grow by a
/// page at a time, each with a call of the system, and each page is given when it is first touched, which interrupts.
public enum HeapRoom {
  /// The largest room that is made for one thread.
  private static let bound = 16 << 20

  /// Makes room in the heap of this thread.
  /// - Parameter bytes: how much will be needed, about.
  public static func prepare(_ bytes: Int) {
    _ = heapsAreKept
    let count = min(bytes, bound)
    guard count > 1 << 20, let block = allocate(count) else { return }
    let page = 4096
    let start = UnsafeMutableRawPointer(bitPattern: (UInt(bitPattern: block) + UInt(page) - 1) & ~UInt(page - 1))
    // MADV_POPULATE_WRITE of madvise(2), which Linux has since 5.14; others say no, and nothing is lost.
    madvise(start, (count - page) & ~(page - 1), 23)
    free(block)
  }

  /// Once a large block was given back, blocks of its size come from a heap, and a heap keeps twice as much that is free
  /// at its end (mallopt(3), on the dynamic threshold of mmap).
  private static let heapsAreKept: Bool = {
    free(allocate(bound + 1 << 20))
    return true
  }()

  /// Not inlined, since a compiler knows that a block which is given back unused need not be there at all.
  @inline(never)
  private static func allocate(_ count: Int) -> UnsafeMutableRawPointer? { malloc(count) }
}

/// A process ends with its command, so nothing of a large answer, nor of what it was found in, is given back piece by
/// piece before that.
public func keepToTheEnd<Value>(_ value: Value) { _ = Unmanaged.passRetained(Kept(value)) }

private final class Kept<Value> {
  let value: Value

  init(_ value: Value) { self.value = value }
}
