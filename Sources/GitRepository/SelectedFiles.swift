package import GitObjects
package import PlanModel

/// The files of a tree that a selection covers. Reads only folders that may contain one.
package struct SelectedFiles {
  private let selection: PathSelection
  private let store: ObjectStore

  package init(_ selection: PathSelection, _ store: ObjectStore) {
    self.selection = selection
    self.store = store
  }

  /// The components of a file's or folder's path.
  private typealias Path = [ArraySlice<UInt8>]

  private static func bytes(_ path: Path) -> [UInt8] { Array(path.joined(separator: [0x2F])) }

  /// Returns the covered files of one tree. O(folders that may contain one).
  package func listing(of root: ObjectID) throws -> InputListing {
    var entries: [InputListing.Entry] = []
    var visits = FolderVisits(patterns: selection.count)
    try collect(root, [], into: &entries, &visits)
    return InputListing(entries)
  }

  private func collect(
    _ folder: ObjectID, _ above: Path, into entries: inout [InputListing.Entry], _ visits: inout FolderVisits
  ) throws {
    let isRepeated = visits.enters(folder)
    try TreeObject(store, folder).forEachRaw { mode, name, id, isFolder in
      try visits.take(depth: above.count, isRepeated: isRepeated)
      let path = above + [name[...]]
      if isFolder {
        if selection.mayCover(below: path) { try collect(id, path, into: &entries, &visits) }
      } else if selection.covers(path) {
        entries.append(InputListing.Entry(path: Self.bytes(path), mode: mode, id: id))
      }
    }
  }

  /// Returns the covered paths that differ between two trees, sorted. Reads only folders that differ.
  package func changes(from old: ObjectID, to new: ObjectID) throws -> [String] {
    var paths: [[UInt8]] = []
    var visits = FolderVisits(patterns: selection.count)
    try compare(new, old, [], into: &paths, &visits)
    return paths.sorted { $0.lexicographicallyPrecedes($1) }.map { String(decoding: $0, as: UTF8.self) }
  }

  private struct RawEntry: Equatable {
    var mode: String
    var id: ObjectID
    var isFolder: Bool
  }

  private func entries(_ folder: ObjectID?) throws -> [[UInt8]: RawEntry] {
    guard let folder else { return [:] }
    var entries: [[UInt8]: RawEntry] = [:]
    try TreeObject(store, folder).forEachRaw { mode, name, id, isFolder in
      entries[name] = RawEntry(mode: mode, id: id, isFolder: isFolder)
    }
    return entries
  }

  /// Compares two folders; nil is a missing folder.
  private func compare(
    _ new: ObjectID?, _ old: ObjectID?, _ above: Path, into paths: inout [[UInt8]],
    _ visits: inout FolderVisits
  ) throws {
    if new == old { return }
    let isRepeated = visits.enters(new, old)
    let (here, there) = (try entries(new), try entries(old))
    for name in Set(here.keys).union(there.keys) where here[name] != there[name] {
      try visits.take(depth: above.count, isRepeated: isRepeated)
      let path = above + [name[...]]
      let (a, b) = (here[name], there[name])
      let isFile = [a, b].contains { $0?.isFolder == false }
      if isFile, selection.covers(path) { paths.append(Self.bytes(path)) }
      guard a?.isFolder == true || b?.isFolder == true, selection.mayCover(below: path) else { continue }
      try compare(a?.isFolder == true ? a?.id : nil, b?.isFolder == true ? b?.id : nil, path, into: &paths, &visits)
    }
  }
}
