import GitObjects
import ReadinessSystem

extension MappedPacks {
  /// Maps the readable packs of object folders.
  init(in folders: [String]) {
    var packs: [PackFile] = []
    var owners: [AnyObject] = []
    var indexes: [(folder: String, index: MultiPackIndex)] = []
    var unread: [String] = []
    for folder in folders.map({ $0 + "/pack/" }) {
      for name in Self.names(in: folder) where name.hasSuffix(".idx") {
        let path = folder + name.dropLast(4)
        guard let index = MappedFile(path + ".idx"), let data = MappedFile(path + ".pack"),
          let pack = PackFile(index: index.bytes, data: data.bytes, path: path)
        else {
          if FileSystem.leadsToFile(path + ".idx"), FileSystem.leadsToFile(path + ".pack") {
            unread.append(path + ".pack")
          }
          continue
        }
        packs.append(pack)
        owners += [index, data]
      }
      if let file = MappedFile(folder + "multi-pack-index"), let index = MultiPackIndex(file.bytes, of: file) {
        indexes.append((folder, index))
      }
    }
    self.init(packs, owners: owners, indexes: indexes, unread: unread, evict: MappedFile.evict)
  }

  private static func names(in folder: String) -> [String] {
    do { return try FileSystem.names(in: folder) } catch { return [] }
  }
}

extension PackStore {
  /// Maps the readable packs of object folders.
  convenience init(folders: [String]) { self.init(MappedPacks(in: folders)) }
}
