/// The four kinds of object, with their numbers in packs (gitformat-pack(5)).
package enum ObjectKind: Int32, Sendable {
  case commit = 1
  case tree = 2
  case blob = 3
  case tag = 4

  /// The word at the start of an object, before its size.
  package var word: String {
    switch self {
    case .commit: "commit"
    case .tree: "tree"
    case .blob: "blob"
    case .tag: "tag"
    }
  }

  /// - Parameter word: the bytes before the first space of an object.
  package init?(word: some Sequence<UInt8>) {
    for kind in [ObjectKind.blob, .tree, .commit, .tag] where word.elementsEqual(kind.word.utf8) {
      self = kind
      return
    }
    return nil
  }
}
