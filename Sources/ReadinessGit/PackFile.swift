import Glibc

/// One pack with its index, version 1 or 2 (gitformat-pack(5)). In the first, which only old programs write, each name
/// follows its offset; in the second there is a list of each.
struct PackFile {
  let index: UnsafeRawBufferPointer
  let data: UnsafeRawBufferPointer
  let count: Int
  /// Its path, without ending.
  let path: String
  /// The place of its first object among those of all packs, and the piece that it begins with.
  var start = 0
  var firstPiece = 0
  var pieces: Int { data.count / PackPieces.size + 1 }
  /// Where the counts of names by their first byte begin, and the names, and how far these are apart.
  let fanout: Int
  let names: Int
  let stride: Int
  private let isFirstVersion: Bool

  /// Nil where the two files are no pack and no index that are read here.
  private init?(_ index: UnsafeRawBufferPointer, _ data: UnsafeRawBufferPointer, _ path: String) {
    guard index.count >= 8 + 1024 + 40, data.count > 32, Self.word(data, 0) == 0x5041_434B else { return nil }
    isFirstVersion = Self.word(index, 0) != 0xFF74_4F63
    guard isFirstVersion || Self.word(index, 4) == 2 else { return nil }
    (fanout, names, stride) = isFirstVersion ? (0, 1024 + 4, 24) : (8, 8 + 1024, 20)
    count = Int(Self.word(index, fanout + 255 * 4))
    guard index.count >= fanout + 1024 + count * (isFirstVersion ? 24 : 28) + 40 else { return nil }
    (self.index, self.data, self.path) = (index, data, path)
  }

  /// Where the object of a number begins; nil where the index does not say.
  func offset(_ number: Int) -> Int? {
    if isFirstVersion { return Int(Self.word(index, names + number * stride - 4)) }
    let offsets = names + count * 24
    let short = Int(Self.word(index, offsets + number * 4))
    guard short & 0x8000_0000 != 0 else { return short }
    let at = offsets + count * 4 + (short & 0x7FFF_FFFF) * 8
    guard at + 8 <= index.count else { return nil }
    return Int(Self.word(index, at)) << 32 | Int(Self.word(index, at + 4))
  }

  static func word(_ raw: UnsafeRawBufferPointer, _ at: Int) -> UInt32 {
    UInt32(bigEndian: raw.loadUnaligned(fromByteOffset: at, as: UInt32.self))
  }

  /// Everything that some folders of objects hold in packs.
  struct Mapped {
    /// The largest first.
    var packs: [PackFile] = []
    /// What keeps them in memory.
    var files: [MappedFile] = []
    /// Indexes over several packs, and the folders that they lie in, with a slash at their ends.
    var indexes: [(folder: String, index: MultiPackIndex)] = []
    /// Packs that git may read and that are not read here, by their paths.
    var unread: [String] = []
  }

  /// Maps what can be mapped.
  static func mapped(in folders: [String]) -> Mapped {
    var found = Mapped()
    for folder in folders.map({ $0 + "/pack/" }) {
      for name in names(in: folder) where name.hasSuffix(".idx") {
        let path = folder + name.dropLast(4)
        guard let index = MappedFile(path + ".idx"), let data = MappedFile(path + ".pack"),
          let pack = PackFile(index.bytes, data.bytes, path)
        else {
          if access(path + ".idx", F_OK) == 0, access(path + ".pack", F_OK) == 0 { found.unread.append(path + ".pack") }
          continue
        }
        found.packs.append(pack)
        found.files += [index, data]
      }
      if let index = MultiPackIndex(folder + "multi-pack-index") { found.indexes.append((folder, index)) }
    }
    found.packs.sort { $0.count > $1.count }
    for number in found.packs.indices.dropFirst() {
      let last = found.packs[number - 1]
      found.packs[number].start = last.start + last.count
      found.packs[number].firstPiece = last.firstPiece + last.pieces
    }
    return found
  }

  private static func names(in folder: String) -> [String] {
    do { return try FileBytes.names(in: folder) } catch { return [] }
  }
}
