import GitRepository
import ReadinessSystem

/// The folder in which a person types commands, which `-C` leaves alone.
enum CurrentFolder {
  /// Where the program was started, once `-C` led elsewhere.
  // Safe: it is written once, before the first thread starts.
  private nonisolated(unsafe) static var start: String?

  /// Goes to a folder. False if it cannot be entered.
  static func enter(_ directory: String) -> Bool {
    start = Machine.currentFolder()
    do { try Machine.enter(directory) } catch { return false }
    return true
  }

  /// The folder as seen from the top of a work tree, in the form of `GIT_PREFIX`; nil outside of it.
  /// - Parameter top: the work tree, with a slash at its end; nil if there is none.
  static func prefix(below top: String?) -> String? {
    guard let top else { return nil }
    for folder in [start, Machine.currentFolder()] {
      if let folder, (folder + "/").hasPrefix(top) { return String((folder + "/").dropFirst(top.count)) }
    }
    return nil
  }

  /// The same for a text that proposes commands where no repository is open; nil if no path is in it.
  static func prefix(for text: String) -> String? {
    guard text.contains(":/") else { return nil }
    // Without a repository the path stays as it is, which every folder understands.
    do { return prefix(below: try Repository.open().workTree) } catch { return nil }
  }
}
