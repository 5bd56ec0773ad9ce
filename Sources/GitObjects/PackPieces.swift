/// The objects of packs by where they lie. A piece of a pack is read at one time, from its beginning to its end, so that
/// what objects are made from was read just before.
package struct PackPieces {
  /// How many bytes of a pack make a piece, and how many of them a grain: within one, objects are in no order.
  package static let (size, grain) = (4 << 20, 4 << 10)
  package static let grains = size / grain
  private let places: [Int32]
  private let starts: [Int32]

  /// - Parameter forEach: tells the place and the grain of each object.
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

  /// How many pieces there are.
  package let count: Int

  /// How many objects there are.
  package var objects: Int { places.count }

  /// The places of a piece's objects.
  package subscript(piece: Int) -> ArraySlice<Int32> {
    places[Int(starts[piece * Self.grains])..<Int(starts[(piece + 1) * Self.grains])]
  }
}
