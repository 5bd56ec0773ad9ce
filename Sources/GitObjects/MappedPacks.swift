/// The packs of several object folders, mapped into memory.
package struct MappedPacks {
  /// The packs, always largest first, so that an object in several packs has one position.
  package private(set) var packs: [PackFile]
  /// The owners that keep the bytes in memory.
  let owners: [AnyObject]
  /// Multi-pack indexes, and the folders that contain them, with trailing slashes.
  let indexes: [(folder: String, index: MultiPackIndex)]
  /// The paths of packs that git may read and this module does not.
  let unread: [String]
  /// Frees the memory of mapped bytes, which the system reads again on next use.
  let evict: (UnsafeRawBufferPointer) -> Void

  /// Numbers the objects of all packs consecutively.
  package init(
    _ packs: [PackFile], owners: [AnyObject], indexes: [(folder: String, index: MultiPackIndex)], unread: [String],
    evict: @escaping (UnsafeRawBufferPointer) -> Void
  ) {
    self.packs = packs.sorted { $0.count > $1.count }
    (self.owners, self.indexes, self.unread, self.evict) = (owners, indexes, unread, evict)
    for number in self.packs.indices.dropFirst() {
      let last = self.packs[number - 1]
      self.packs[number].start = last.start + last.count
      self.packs[number].firstChunk = last.firstChunk + last.chunks
    }
  }
}
