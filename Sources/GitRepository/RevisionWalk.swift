public import GitObjects
import CLibgit2
import PlanModel

extension Repository {
  /// Returns the commits that are reachable from `tips` and not from `hidden`, parents before children.
  ///
  /// Follows all parents, by topology and never by date, and ignores replace refs, grafts and the commit-graph.
  /// O(history).
  /// - Throws: `GitError` if a commit cannot be read, so that an incomplete history never looks clean.
  public func commits(from tips: [ObjectID], notFrom hidden: [ObjectID] = []) throws -> [ObjectID] {
    let owned = try Owned(git_revwalk_free) { walker in
      try git("git_revwalk_new", "History") { git_revwalk_new(&walker, pointer) }
    }
    let walker = owned.pointer
    try git("git_revwalk_sorting", "History") {
      git_revwalk_sorting(walker, GIT_SORT_TOPOLOGICAL.rawValue | GIT_SORT_REVERSE.rawValue)
    }
    for tip in tips {
      var oid = tip.git
      try git("git_revwalk_push", "The commit \(tip)") { git_revwalk_push(walker, &oid) }
    }
    for id in hidden {
      var oid = id.git
      try git("git_revwalk_hide", "The commit \(id)") { git_revwalk_hide(walker, &oid) }
    }
    var ids: [ObjectID] = []
    var oid = git_oid()
    while true {
      let code = git_revwalk_next(&oid, walker)
      if git_error_code(code) == GIT_ITEROVER { return ids }
      if code < 0, isShallow { throw shallowHistory }
      guard code >= 0 else {
        let detail = git_error_last().flatMap { $0.pointee.message }.map { ": " + String(cString: $0) } ?? ""
        throw GitError(
          .damaged, "History cannot be walked to its end\(detail).", hint: "git fsck --full names what is damaged.",
          function: "git_revwalk_next")
      }
      ids.append(ObjectID(oid))
    }
  }

  /// The error for a history that ends at a boundary.
  public var shallowHistory: GitError {
    GitError(
      .shallow, "The history is shallow: it ends at a boundary that was not fetched, so nothing can be said about it.",
      hint: "Fetch the rest: git fetch --unshallow, or only what is read here: readiness backfill.",
      function: "git_repository_is_shallow")
  }

  /// Returns the merge bases of two commits, like `git merge-base --all`; sorted.
  public func mergeBases(of a: ObjectID, and b: ObjectID) throws -> [ObjectID] {
    if a == b { return [a] }
    var first = a.git
    var second = b.git
    var list = git_oidarray()
    let code = git_merge_bases(&list, pointer, &first, &second)
    if git_error_code(code) == GIT_ENOTFOUND { return [] }
    try git("git_merge_bases", "The merge bases of \(a) and \(b)") { code }
    defer { git_oidarray_dispose(&list) }
    guard let ids = list.ids else { return [] }
    return (0..<list.count).map { ObjectID(ids[$0]) }.sorted { $0.description < $1.description }
  }

  /// Returns true if a commit is a proper descendant of another one.
  public func isDescendant(_ commit: ObjectID, of ancestor: ObjectID) throws -> Bool {
    var a = commit.git
    var b = ancestor.git
    return try git("git_graph_descendant_of", "The history of \(commit)") {
      git_graph_descendant_of(pointer, &a, &b)
    } == 1
  }

  /// Reads the first 256 commits of a walk. Long messages then consume the allowance of a gate before libgit2 walks
  /// over all of them, uncounted.
  /// - Throws: `GitError` if a commit cannot be read, or the allowance is exhausted.
  public func lookAhead(from tips: [ObjectID], notFrom known: [ObjectID]) throws {
    if isShallow { return }
    var seen = Set(known)
    var waiting = tips.filter { seen.insert($0).inserted }
    for _ in 0..<256 {
      guard let id = waiting.popLast() else { return }
      let head = try store.with(id, .commit) { CommitHead($0) }
      waiting += (head?.parents ?? []).filter { seen.insert($0).inserted }
    }
  }

  /// Returns the commits of all refs except some, such as those that a server had before a push.
  public func refTips(except excluded: (String) -> Bool = { _ in false }) throws -> [ObjectID] {
    var tips: [ObjectID] = []
    try forEachRef { name, tip in if !excluded(name) { tips.append(tip) } }
    return tips
  }

  /// Visits every ref that is not symbolic, with its commit.
  func forEachRef(_ body: (String, ObjectID) throws -> Void) throws {
    let iterator = try Owned(git_reference_iterator_free) { iterator in
      try git("git_reference_iterator_new", "The refs") { git_reference_iterator_new(&iterator, pointer) }
    }
    while true {
      var code: Int32 = 0
      let reference = Owned(git_reference_free) { code = git_reference_next(&$0, iterator.pointer) }
      if git_error_code(code) == GIT_ITEROVER { return }
      try git("git_reference_next", "The refs") { code }
      guard let target = git_reference_target(reference.pointer) else { continue }
      if let commit = try commit(behind: ObjectID(target)) {
        try body(String(cString: git_reference_name(reference.pointer)), commit)
      }
    }
  }
}
