package import GitObjects
import CLibgit2
import PlanModel

extension Repository {
  /// Returns the files that a sparse checkout excludes from the work tree, at a path or below a folder path with a
  /// trailing slash. Git treats them as unchanged, so their content is the staged content. O(entries of the index).
  /// - Throws: `GitError` if git cannot list its index.
  package func leftOut(at path: String) throws -> [(path: String, identity: FileIdentity)] {
    if let index = IndexFile(indexPath), index.tellsNames { return index.leftOut(at: path) }
    let opened = openIndex()
    guard let index = opened.pointer else { return try leftOutByGit(path) }
    var found: [(path: String, identity: FileIdentity)] = []
    for position in 0..<git_index_entrycount(index) {
      guard let entry = git_index_get_byindex(index, position)?.pointee,
        entry.flags_extended & UInt16(GIT_INDEX_ENTRY_SKIP_WORKTREE.rawValue) != 0
      else { continue }
      let name = String(cString: entry.path)
      guard path.hasSuffix("/") ? name.hasPrefix(path) : name == path else { continue }
      found.append(
        (name, FileIdentity(kind: FileKind(mode: entry.mode), id: ObjectID(entry.id))))
    }
    return found
  }

  /// Parses `git ls-files -t --stage -z`: tag, mode, object and stage before a tab. `S` is the tag of an excluded
  /// file. Used for a sparse index.
  private func leftOutByGit(_ path: String) throws -> [(path: String, identity: FileIdentity)] {
    let output = try GitProcess.run([
      "ls-files", "-t", "--stage", "-z", "--full-name", "--", ":(top,literal)" + path,
    ])
    guard output.status == 0 else {
      throw GitError(
        .damaged, output.errorText, hint: "Run git status: it says what is in the way.", function: "git ls-files")
    }
    return output.bytes.split(separator: 0).compactMap { line -> (path: String, identity: FileIdentity)? in
      guard let tab = line.firstIndex(of: 0x09) else { return nil }
      let words = String(decoding: line[..<tab], as: UTF8.self).split(separator: " ")
      guard words.count == 4, words[0] == "S", words[3] == "0", let mode = UInt32(words[1], radix: 8),
        let id = ObjectID(hex: String(words[2]))
      else { return nil }
      let kind = FileKind(mode: mode)
      return (String(decoding: line[(tab + 1)...], as: UTF8.self), FileIdentity(kind: kind, id: id))
    }
  }
}
