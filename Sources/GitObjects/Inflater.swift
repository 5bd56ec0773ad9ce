import CZlib

/// Room for one object after the other. It grows as needed, and is never cleared: what is not used is not touched.
package final class ObjectRoom {
  package private(set) var memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
  /// How many of the bytes are the object's.
  package var count = 0

  /// The object.
  package var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: memory[..<count]) }

  /// Makes room for so many bytes, and gives back what a very large object left. What it held is gone.
  package func reserve(_ wanted: Int) {
    guard wanted > memory.count || (memory.count > 8 << 20 && wanted < 1 << 20) else { return }
    memory.deallocate()
    memory = UnsafeMutableRawBufferPointer.allocate(byteCount: max(wanted, 64 << 10), alignment: 16)
    count = 0
  }

  deinit { memory.deallocate() }
}

/// A zlib stream that is used again for each object.
package final class Inflater {
  private var stream = z_stream()

  package init() { readiness_inflate_init(&stream) }
  deinit { inflateEnd(&stream) }

  /// zlib's quick loop runs while there is room for one more match, of at most 258 bytes, and ends with a slow one:
  /// with more room than an object needs the quick one does all of it, in half of the instructions.
  private static let slack = 320

  /// Inflates an object of a known size.
  /// - Returns: true where the stream ended, its checksum was right, and it had exactly that size.
  package func inflate(_ source: UnsafeRawBufferPointer, size: Int, into room: ObjectRoom) -> Bool {
    room.count = 0
    room.reserve(size + Self.slack)
    guard let count = run(source, into: UnsafeMutableRawBufferPointer(rebasing: room.memory[..<(size + Self.slack)]))
    else { return false }
    room.count = count
    return count == size
  }

  /// Inflates the beginning of an object that has more than so many bytes. Whether the rest is sound is not known.
  /// - Returns: false where even that cannot be inflated.
  package func begin(_ source: UnsafeRawBufferPointer, count: Int, into room: ObjectRoom) -> Bool {
    room.count = 0
    room.reserve(count)
    _ = run(source, into: UnsafeMutableRawBufferPointer(rebasing: room.memory[..<count]))
    guard stream.avail_out == 0 else { return false }
    room.count = count
    return true
  }

  /// Inflates a whole stream.
  /// - Returns: how many bytes it had; nil where it is damaged, goes on behind the source, or needs more room.
  package func run(_ source: UnsafeRawBufferPointer, into room: UnsafeMutableRawBufferPointer) -> Int? {
    guard inflateReset(&stream) == Z_OK else { return nil }
    stream.next_in = UnsafeMutablePointer(mutating: source.bindMemory(to: UInt8.self).baseAddress)
    stream.avail_in = UInt32(clamping: source.count)
    stream.next_out = room.bindMemory(to: UInt8.self).baseAddress
    stream.avail_out = UInt32(clamping: room.count)
    return CZlib.inflate(&stream, Z_FINISH) == Z_STREAM_END ? Int(stream.total_out) : nil
  }
}
