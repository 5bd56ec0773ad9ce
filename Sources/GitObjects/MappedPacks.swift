/// Everything that some folders of objects hold in packs, in memory.
package struct MappedPacks {
  /// The largest first, always, so that an object that is in several has one place.
  package private(set) var packs: [PackFile]
  /// What keeps their bytes in memory.
  let owners: [AnyObject]
  /// Indexes over several packs, and the folders that they lie in, with a slash at their ends.
  let indexes: [(folder: String, index: MultiPackIndex)]
  /// Packs that git may read and that are not read here, by their paths.
  let unread: [String]
  /// Frees the memory of mapped bytes, which the system reads again when they are next used.
  let evict: (UnsafeRawBufferPointer) -> Void

  /// Numbers the objects of all packs one after the other.
  package init(
    _ packs: [PackFile], owners: [AnyObject], indexes: [(folder: String, index: MultiPackIndex)], unread: [String],
    evict: @escaping (UnsafeRawBufferPointer) -> Void
  ) {
    self.packs = packs.sorted { $0.count > $1.count }
    (self.owners, self.indexes, self.unread, self.evict) = (owners, indexes, unread, evict)
    for number in self.packs.indices.dropFirst() {
      let last = self.packs[number - 1]
      self.packs[number].start = last.start + last.count
      self.packs[number].firstPiece = last.firstPiece + last.pieces
    }
  }
}
