/// One pack with its index, version 1 or 2 (gitformat-pack(5)). In the first, which only old programs write, each name
/// follows its offset; in the second there is a list of each.
package struct PackFile {
  package let index: UnsafeRawBufferPointer
  package let data: UnsafeRawBufferPointer
  package let count: Int
  /// Its path, without ending.
  package let path: String
  /// The place of its first object among those of all packs, and the piece that it begins with.
  package var start = 0
  package var firstPiece = 0
  package var pieces: Int { data.count / PackPieces.size + 1 }
  /// Where the counts of names by their first byte begin, and the names, and how far these are apart.
  package let fanout: Int
  package let names: Int
  package let stride: Int
  private let isFirstVersion: Bool

  /// The bytes must stay where they are as long as this is used. Nil where they are no pack and no index that are read
  /// here.
  /// - Parameter path: what the pack is called, without ending.
  package init?(index: UnsafeRawBufferPointer, data: UnsafeRawBufferPointer, path: String) {
    guard index.count >= 8 + 1024 + 40, data.count > 32, Self.word(data, 0) == 0x5041_434B else { return nil }
    isFirstVersion = Self.word(index, 0) != 0xFF74_4F63
    guard isFirstVersion || Self.word(index, 4) == 2 else { return nil }
    (fanout, names, stride) = isFirstVersion ? (0, 1024 + 4, 24) : (8, 8 + 1024, 20)
    count = Int(Self.word(index, fanout + 255 * 4))
    guard index.count >= fanout + 1024 + count * (isFirstVersion ? 24 : 28) + 40 else { return nil }
    (self.index, self.data, self.path) = (index, data, path)
  }

  /// Where the object of a number begins; nil where the index does not say.
  package func offset(_ number: Int) -> Int? {
    if isFirstVersion { return Int(Self.word(index, names + number * stride - 4)) }
    let offsets = names + count * 24
    let short = Int(Self.word(index, offsets + number * 4))
    guard short & 0x8000_0000 != 0 else { return short }
    let at = offsets + count * 4 + (short & 0x7FFF_FFFF) * 8
    guard at + 8 <= index.count else { return nil }
    return Int(Self.word(index, at)) << 32 | Int(Self.word(index, at + 4))
  }

  package static func word(_ raw: UnsafeRawBufferPointer, _ at: Int) -> UInt32 {
    UInt32(bigEndian: raw.loadUnaligned(fromByteOffset: at, as: UInt32.self))
  }
}
