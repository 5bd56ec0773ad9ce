/// The objects of packs, grouped by chunks of the pack files. Each chunk is read as a whole, from beginning to end,
/// so that most delta bases were read shortly before.
package struct PackPieces {
  /// The size of a chunk of a pack and of a bucket in it, in bytes. Within a bucket, objects are unordered.
  package static let (size, grain) = (4 << 20, 4 << 10)
  package static let grains = size / grain
  private let places: [Int32]
  private let starts: [Int32]

  /// - Parameter forEach: reports the position and the bucket of each object.
  package init(objects: Int, pieces: Int, _ forEach: ((_ place: Int, _ grain: Int) -> Void) -> Void) {
    count = pieces
    var starts = [Int32](repeating: 0, count: pieces * Self.grains + 1)
    forEach { _, grain in starts[grain + 1] += 1 }
    for grain in starts.indices.dropLast() { starts[grain + 1] += starts[grain] }
    var next = starts
    var places = [Int32](repeating: 0, count: objects)
    forEach { place, grain in
      places[Int(next[grain])] = Int32(place)
      next[grain] += 1
    }
    (self.places, self.starts) = (places, starts)
  }

  /// The number of chunks.
  package let count: Int

  /// The number of objects.
  package var objects: Int { places.count }

  /// The positions of the objects in a chunk.
  package subscript(piece: Int) -> ArraySlice<Int32> {
    places[Int(starts[piece * Self.grains])..<Int(starts[(piece + 1) * Self.grains])]
  }
}
