import GitRepository
import ReadinessSystem

/// The folder in which a person types commands, regardless of `-C`.
enum CurrentFolder {
  /// The folder in which the program was started. Nil unless `-C` led elsewhere.
  // Safe: it is written once, before the first thread starts.
  private nonisolated(unsafe) static var start: String?

  /// Enters a folder. Returns false if it cannot be entered.
  static func enter(_ directory: String) -> Bool {
    start = Machine.currentFolder()
    do { try Machine.enter(directory) } catch { return false }
    return true
  }

  /// Returns the folder relative to the top of a work tree, in the form of `GIT_PREFIX`. Nil outside of it.
  /// - Parameter top: the work tree, with a slash at its end; nil if there is none.
  static func prefix(below top: String?) -> String? {
    guard let top else { return nil }
    for folder in [start, Machine.currentFolder()] {
      if let folder, (folder + "/").hasPrefix(top) { return String((folder + "/").dropFirst(top.count)) }
    }
    return nil
  }

  /// Returns the folder for a text that proposes commands when no repository is open. Nil if the text has no path.
  static func prefix(for text: String) -> String? {
    guard text.contains(":/") else { return nil }
    // Without a repository the path stays unchanged, which works in every folder.
    do { return prefix(below: try Repository.open().workTree) } catch { return nil }
  }
}
