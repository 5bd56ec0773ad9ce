import GitRepository
import PlanModel
import ReadinessSystem

/// New files that are put in place together. The disk is waited for once for what they hold and once for their names, as
/// far as the file system can, where files that are put in place one by one wait twice each.
struct FileBatch {
  private struct File {
    let temporary: String
    /// Nil for one that stays where it is.
    let place: String?
  }

  private var files: [File] = []
  /// Those whose bytes may not be on the disk yet.
  private var open: [OpenFile] = []

  /// How many files are held open at most, of the thousand or so that a process may have.
  private static let bound = 64

  /// Creates a file that must not be there yet.
  /// - Parameters:
  ///   - temporary: where it is prepared, on the file system of its place.
  ///   - place: where it comes to stand; nil to leave it where it is prepared.
  /// - Throws: `SystemError` where it cannot be written.
  mutating func add(_ bytes: [UInt8], mode: UInt32, temporary: String, place: String?) throws {
    if open.count == Self.bound { try syncOpen() }
    let file = try OpenFile(creating: temporary, mode: mode)
    files.append(File(temporary: temporary, place: place))
    open.append(file)
    try file.write(bytes)
  }

  /// Waits for the disk, puts each in its place, in the order in which they came, and waits for their names.
  /// - Throws: `SystemError`, with some in their places or none.
  mutating func put() throws {
    try syncOpen()
    try syncFolders(rename())
  }

  /// Puts each in its place.
  /// - Returns: the folders with new names.
  private mutating func rename() throws -> [String] {
    var folders: [String] = []
    func note(_ folder: String) { if !folders.contains(folder) { folders.append(folder) } }
    for file in files {
      guard let place = file.place else { continue }
      let folder = FileSystem.folder(of: place)
      var attempts = 0
      while true {
        do throws(SystemError) {
          try FileSystem.rename(file.temporary, to: place)
          break
        } catch {
          // A folder of objects is made with the first that is put there, and `git gc` removes one that is empty.
          guard error.kind == .notFound, attempts < 5 else { throw error }
          attempts += 1
          try FileSystem.makeFolders(folder)
          note(FileSystem.folder(of: folder))
        }
      }
      note(folder)
    }
    files = []
    return folders
  }

  /// Waits until the disk has the names in folders. One that is gone has none: `git gc` found its objects in a pack, which
  /// is on the disk, and took them away with it.
  mutating func syncFolders(_ folders: [String]) throws {
    for start in stride(from: 0, to: folders.count, by: Self.bound) {
      for folder in folders[start...].prefix(Self.bound) {
        guard let names = try OpenFile(folder: folder) else { continue }
        open.append(names)
      }
      try syncOpen()
    }
  }

  /// Takes away what was prepared and is not in its place.
  mutating func cancel() {
    closeAll()
    for file in files { FileSystem.removeQuietly(file.temporary) }
    files = []
  }

  private mutating func closeAll() {
    for file in open { file.close() }
    open = []
  }

  /// Waits for all that are open at once: a disk has them together in little more time than one.
  private mutating func syncOpen() throws {
    defer { closeAll() }
    let (open, threads) = (open, min(open.count, 8))
    let shares = Shares(of: open.count, for: threads, each: 1)
    @Sendable func sync(on thread: Int) throws {
      try shares.forEach(on: thread) { try open[$0].sync() }
    }
    _ = try concurrently((1..<max(1, threads)).map { thread in { try sync(on: thread) } }) { try sync(on: 0) }
  }
}
