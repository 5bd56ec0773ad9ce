import Reports
import ReadinessSystem

/// A symbolic link in the place of a folder of git's own, such as `.git/hooks`: nothing is written through it.
///
/// A user may share hooks by such a link, and somebody else who made the `.git` folder may have aimed one at any folder of
/// the user. Nobody can tell the two apart, so the user says it where git looks too.
struct LinkedFolder {
  /// The link.
  let path: String
  /// What it names.
  let target: String

  /// Returns nil if the path is no link.
  init?(_ path: String) {
    guard let target = FileSystem.linkTarget(path) else { return nil }
    (self.path, self.target) = (path, target)
  }

  /// Refuses to write.
  func refusal(hint: String) -> UsageError {
    UsageError(
      "\(path.printable) is a symbolic link to \(target.printable), and nothing is written through it.", hint: hint)
  }
}
