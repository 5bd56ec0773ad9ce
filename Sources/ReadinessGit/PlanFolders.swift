import Glibc
import ReadinessCore

/// What of a root tree decides: the entries `.readiness` and `ssot`.
struct PlanFolders: Hashable {
  var readiness: FileIdentity?
  var ssot: FileIdentity?
  /// Set where the tree is not sorted as git sorts, so that it is looked at in any case.
  var oddity: ObjectID?

  init() {}

  /// Scans a raw tree: mode, space, name, zero, twenty bytes.
  init(_ raw: UnsafeRawBufferPointer, of tree: ObjectID) {
    guard let base = raw.baseAddress else { return }
    var at = 0
    var last: (start: Int, count: Int, isFolder: Bool)?
    while at < raw.count {
      guard let space = memchr(base + at, 0x20, raw.count - at),
        case let start = base.distance(to: UnsafeRawPointer(space)) + 1,
        let zero = memchr(base + start, 0, raw.count - start), case let end = base.distance(to: UnsafeRawPointer(zero)),
        raw.count >= end + 21
      else {
        oddity = tree
        return
      }
      let isFolder = raw[at] == 0x34
      let name = (start: start, count: end - start, isFolder: isFolder)
      if let last, !Self.ascends(base, last, name) { oddity = tree }
      last = name
      if name.count == 10 || name.count == 4 {
        let id = ObjectID(raw: UnsafeRawBufferPointer(rebasing: raw[(end + 1)..<(end + 21)]))
        let identity = FileIdentity(kind: Self.kind(raw, at), id: id)
        if name.count == 10, memcmp(base + start, ".readiness", 10) == 0 { readiness = identity }
        if name.count == 4, memcmp(base + start, "ssot", 4) == 0 { ssot = identity }
      }
      at = end + 21
    }
  }

  private static func kind(_ raw: UnsafeRawBufferPointer, _ at: Int) -> FileKind {
    switch (raw[at], raw[at + 1], raw[at + 2]) {
    case (0x34, _, _): .folder
    case (0x31, 0x32, _): .symlink
    case (0x31, 0x36, _): .submodule
    default: .regular
    }
  }

  /// Git's order: bytes, a folder as if a slash followed its name.
  private static func ascends(
    _ base: UnsafeRawPointer, _ a: (start: Int, count: Int, isFolder: Bool),
    _ b: (start: Int, count: Int, isFolder: Bool)
  ) -> Bool {
    let order = memcmp(base + a.start, base + b.start, min(a.count, b.count))
    guard order == 0 else { return order < 0 }
    let common = min(a.count, b.count)
    let next = { (name: (start: Int, count: Int, isFolder: Bool)) -> UInt8 in
      name.count > common ? base.load(fromByteOffset: name.start + common, as: UInt8.self) : name.isFolder ? 0x2F : 0
    }
    return next(a) < next(b)
  }
}
