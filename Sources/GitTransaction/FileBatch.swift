import GitRepository
import PlanModel
import ReadinessSystem

/// A batch of new files that are put in place together. It waits for the disk once for the contents and once for the
/// names, as far as the file system can, instead of twice for each file.
struct FileBatch {
  private struct File {
    let temporary: String
    /// Nil if the file stays at its temporary path.
    let place: String?
  }

  private var files: [File] = []
  /// The files whose bytes may not be on disk yet.
  private var open: [OpenFile] = []

  /// The most files that are open at a time, of the thousand or so that a process may open.
  private static let bound = 64

  /// Creates a file that must not exist yet.
  /// - Parameters:
  ///   - temporary: the path of the draft, on the file system of its final path.
  ///   - place: the final path; nil to leave the draft.
  /// - Throws: `SystemError` if it cannot be written.
  mutating func add(_ bytes: [UInt8], mode: UInt32, temporary: String, place: String?) throws {
    if open.count == Self.bound { try syncOpen() }
    let file = try OpenFile(creating: temporary, mode: mode)
    files.append(File(temporary: temporary, place: place))
    open.append(file)
    try file.write(bytes)
  }

  /// Waits for the disk, renames each file to its final path, in the order of addition, and waits for the names.
  /// - Throws: `SystemError`; then some or none of the files are in place.
  mutating func put() throws {
    try syncOpen()
    try syncFolders(rename())
  }

  /// Renames each file to its final path.
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
          // An object folder is created with its first object, and `git gc` removes an empty one.
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

  /// Waits until the names in folders are on disk. A missing folder needs no sync: `git gc` found its objects in a
  /// pack, which is on disk, and removed it.
  mutating func syncFolders(_ folders: [String]) throws {
    for start in stride(from: 0, to: folders.count, by: Self.bound) {
      for folder in folders[start...].prefix(Self.bound) {
        guard let names = try OpenFile(folder: folder) else { continue }
        open.append(names)
      }
      try syncOpen()
    }
  }

  /// Removes the drafts that are not in place.
  mutating func cancel() {
    closeAll()
    for file in files { FileSystem.removeQuietly(file.temporary) }
    files = []
  }

  private mutating func closeAll() {
    for file in open { file.close() }
    open = []
  }

  /// Syncs all open files in parallel, which takes little longer than one sync.
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
