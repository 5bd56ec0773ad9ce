/// The objects of packs, grouped by chunks of the pack files. Each chunk is read as a whole, from beginning to end,
/// so that most delta bases were read shortly before.
package struct PackChunks {
  /// The size of a chunk of a pack and of a bucket in it, in bytes. Within a bucket, objects are unordered.
  package static let (size, bucket) = (4 << 20, 4 << 10)
  package static let buckets = size / bucket
  private let places: [Int32]
  private let starts: [Int32]

  /// - Parameter forEach: reports the position and the bucket of each object.
  package init(objects: Int, chunks: Int, _ forEach: ((_ place: Int, _ bucket: Int) -> Void) -> Void) {
    count = chunks
    var starts = [Int32](repeating: 0, count: chunks * Self.buckets + 1)
    forEach { _, bucket in starts[bucket + 1] += 1 }
    for bucket in starts.indices.dropLast() { starts[bucket + 1] += starts[bucket] }
    var next = starts
    var places = [Int32](repeating: 0, count: objects)
    forEach { place, bucket in
      places[Int(next[bucket])] = Int32(place)
      next[bucket] += 1
    }
    (self.places, self.starts) = (places, starts)
  }

  /// The number of chunks.
  package let count: Int

  /// The number of objects.
  package var objects: Int { places.count }

  /// The positions of the objects in a chunk.
  package subscript(chunk: Int) -> ArraySlice<Int32> {
    places[Int(starts[chunk * Self.buckets])..<Int(starts[(chunk + 1) * Self.buckets])]
  }
}
