import ReadinessSystem
import GitObjects
import PlanModel

/// Loose objects (gitrepository-layout(5)), read with one open and one inflation. Only a fast path: libgit2 reads
/// every object that this type cannot find or rejects.
final class LooseStore {
  private let folders: [String]
  private let inflater = Inflater()
  /// The buffer for one object; untouched memory costs nothing. libgit2 reads larger objects.
  private let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 4 << 20, alignment: 8)
  private let packed = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 8)

  init(folders: [String]) {
    self.folders = folders
  }

  deinit {
    room.deallocate()
    packed.deallocate()
  }

  /// Calls a body with an object's kind and bytes. Returns nil if it is not loose, or its file is damaged.
  func with<T>(_ id: ObjectID, _ body: (ObjectKind, UnsafeRawBufferPointer) throws -> T) rethrows -> T? {
    let path = Self.path(of: id)
    for folder in folders {
      guard let count = FileSystem.read(folder + path, into: packed) else { continue }
      guard count > 0,
        let (type, bytes) = LooseObject.parse(
          UnsafeRawBufferPointer(rebasing: packed[..<count]), by: inflater, into: room)
      else {
        return nil
      }
      return try body(type, bytes)
    }
    return nil
  }

  /// Returns true if an object's path is not a regular file, such as a pipe, which would block a reader.
  func isObstructed(_ id: ObjectID) -> Bool {
    let path = Self.path(of: id)
    return folders.contains { folder in
      FileSystem.status(folder + path, followsLinks: true).map { $0.kind != .regular } ?? false
    }
  }

  // MARK: - All copies

  /// The objects of each folder, listed after many lookups, because one lookup for each object of a long history
  /// costs more.
  private var listed: [Set<ObjectID>]?
  private var looks = 0

  /// Returns the indexes of the folders that have an object as a loose file.
  func folders(holding id: ObjectID) -> [Int] {
    if let listed { return listed.indices.filter { listed[$0].contains(id) } }
    looks += 1
    if looks > 128 { listed = folders.map(Self.list) }
    let path = Self.path(of: id)
    return folders.indices.filter { FileSystem.leadsToFile(folders[$0] + path) }
  }

  private static func list(_ folder: String) -> Set<ObjectID> {
    var found = Set<ObjectID>()
    for byte in 0..<256 {
      let prefix = String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
      let names: [String]
      do { names = try FileSystem.names(in: folder + "/" + prefix) } catch { continue }
      for name in names { if let id = ObjectID(hex: prefix + name) { found.insert(id) } }
    }
    return found
  }

  /// Returns the bytes of the copy in one of the folders. Returns nil if it has another type, exceeds the bound, or
  /// is damaged.
  func copy(of id: ObjectID, _ type: ObjectKind, inFolder number: Int, atMost bound: Int) -> [UInt8]? {
    guard let file = MappedFile(folders[number] + Self.path(of: id)) else { return nil }
    let whole = UnsafeMutableRawBufferPointer.allocate(byteCount: bound + 64, alignment: 8)
    defer { whole.deallocate() }
    guard let (kind, bytes) = LooseObject.parse(file.bytes, by: inflater, into: whole), kind == type,
      bytes.count <= bound
    else { return nil }
    return Array(bytes)
  }

  /// Returns true if an object is loose.
  func holds(_ id: ObjectID) -> Bool {
    let path = Self.path(of: id)
    return folders.contains { FileSystem.leadsToFile($0 + path) }
  }

  private static func path(of id: ObjectID) -> String {
    let name = id.description
    return "/" + String(name.prefix(2)) + "/" + String(name.dropFirst(2))
  }
}
