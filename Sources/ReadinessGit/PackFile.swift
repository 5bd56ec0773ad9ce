import Glibc

/// One pack with its index, version 2 (gitformat-pack(5)).
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
  var names: Int { 8 + 1024 }
  var offsets: Int { names + count * 24 }
  var longOffsets: Int { offsets + count * 4 }

  /// Nil where the two files are no pack and no index that are read here.
  private init?(_ index: UnsafeRawBufferPointer, _ data: UnsafeRawBufferPointer, _ path: String) {
    guard index.count >= 8 + 1024 + 40, data.count > 32, Self.word(index, 0) == 0xFF74_4F63, Self.word(index, 4) == 2,
      Self.word(data, 0) == 0x5041_434B
    else { return nil }
    count = Int(Self.word(index, 8 + 255 * 4))
    guard index.count >= 8 + 1024 + count * 28 + 40 else { return nil }
    (self.index, self.data, self.path) = (index, data, path)
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
