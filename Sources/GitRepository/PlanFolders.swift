import GitObjects
import CPure
import PlanModel

/// What of a root tree decides whether a commit is of interest: the entries `.readiness` and `ssot`.
struct PlanFolders: Hashable {
  /// The folder of milestones, or what stands in its place.
  private(set) var readiness: FileIdentity?
  /// The folder of plan file and policies, or what stands in its place.
  private(set) var ssot: FileIdentity?
  /// Set where the tree is not as git writes trees (unsorted, a name twice, a name that is none), so that it is looked at
  /// in any case.
  private var oddity: ObjectID?
  /// True where the tree is not as git writes trees.
  var isOdd: Bool { oddity != nil }

  /// A tree that holds neither.
  init() {}

  /// Looks once through the bytes of a tree. O(entries).
  init(_ raw: UnsafeRawBufferPointer, of tree: ObjectID) {
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
      // A file and a folder of one name are both in order, at two places.
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
