/// One pack with its index, version 1 or 2 (gitformat-pack(5)). In version 1, which only old programs write, each id
/// follows its offset; version 2 has a list of each.
package struct PackFile {
  package let index: UnsafeRawBufferPointer
  package let data: UnsafeRawBufferPointer
  package let count: Int
  /// The path, without extension.
  package let path: String
  /// The position of its first object among those of all packs, and the index of its first chunk.
  package var start = 0
  package var firstChunk = 0
  package var chunks: Int { data.count / PackChunks.size + 1 }
  /// The offset of the fanout table, the offset of the ids, and the distance between two ids.
  package let fanout: Int
  package let names: Int
  package let stride: Int
  private let isFirstVersion: Bool

  /// Parses a pack and its index. The bytes must stay in place while this value is used. Returns nil if either is in
  /// a format that is not supported here.
  /// - Parameter path: the path of the pack, without extension.
  package init?(index: UnsafeRawBufferPointer, data: UnsafeRawBufferPointer, path: String) {
    guard index.count >= 8 + 1024 + 40, data.count > 32, Self.word(data, 0) == 0x5041_434B else { return nil }
    isFirstVersion = Self.word(index, 0) != 0xFF74_4F63
    guard isFirstVersion || Self.word(index, 4) == 2 else { return nil }
    (fanout, names, stride) = isFirstVersion ? (0, 1024 + 4, 24) : (8, 8 + 1024, 20)
    count = Int(Self.word(index, fanout + 255 * 4))
    guard index.count >= fanout + 1024 + count * (isFirstVersion ? 24 : 28) + 40 else { return nil }
    (self.index, self.data, self.path) = (index, data, path)
  }

  /// Returns the offset of an object by its number. Returns nil if the index is malformed.
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
