package import GitObjects
import CPure
import PlanModel

/// The entries of a root tree that decide whether a commit is of interest: `.readiness` and `ssot`.
package struct PlanFolders: Hashable {
  /// The milestone folder, or another object of that name.
  package private(set) var readiness: FileIdentity?
  /// The folder of plan file and policies, or another object of that name.
  package private(set) var ssot: FileIdentity?
  /// Set if git would not write the tree (unsorted, a duplicate or an invalid name), so that it is always examined.
  private var oddity: ObjectID?
  /// True if git would not write the tree.
  package var isOdd: Bool { oddity != nil }

  /// Creates the folders of a tree that has neither.
  package init() {}

  /// Scans the bytes of a tree once. O(entries).
  package init(_ raw: UnsafeRawBufferPointer, of tree: ObjectID) {
    guard let base = raw.baseAddress else { return }
    let (milestones, others): (StaticString, StaticString) = (".readiness", "ssot")
    var at = 0
    var last: Int?
    while at < raw.count {
      guard let zero = memchr(base + at, 0, raw.count - at),
        case let end = base.distance(to: UnsafeRawPointer(zero)) + 21, end <= raw.count, end - at > 27,
        TreeObject.isSound(raw, at)
      else {
        oddity = tree
        return
      }
      if let last, TreeObject.order(raw, last, raw, at) >= 0 { oddity = tree }
      last = at
      let name = TreeObject.name(raw, at)
      if memchr(base + name, 0x2F, end - 21 - name) != nil || end - 21 == name { oddity = tree }
      // A file and a folder of the same name are both in order, at different positions.
      switch end - 21 - name {
      case 10 where memcmp(base + name, milestones.utf8Start, 10) == 0:
        if readiness != nil { oddity = tree }
        readiness = TreeObject.identity(raw, at, end)
      case 4 where memcmp(base + name, others.utf8Start, 4) == 0:
        if ssot != nil { oddity = tree }
        ssot = TreeObject.identity(raw, at, end)
      default: break
      }
      at = end
    }
  }
}
