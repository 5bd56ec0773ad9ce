import CLibrary

/// Finds a program as a shell would, and explains if there is none.
enum Executable {
  enum Answer {
    case found(String)
    case fault(String)
  }

  static func find(_ name: String, path: String?, folder: String) -> Answer {
    guard !name.isEmpty else { return .fault("The command is empty.") }
    if name.contains("/") {
      let full = name.hasPrefix("/") ? name : folder + "/" + name
      return fault(of: full, name).map(Answer.fault) ?? .found(full)
    }
    var obstacle: String?
    for entry in (path ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":") where entry.hasPrefix("/") {
      let full = entry + "/" + name
      guard access(full, F_OK) == 0 else { continue }
      guard let fault = fault(of: full, name) else { return .found(full) }
      obstacle = fault
    }
    return .fault(obstacle ?? "There is no program \(name) on the PATH that the check sees.")
  }

  private static func fault(of full: String, _ name: String) -> String? {
    var status = stat()
    guard stat(full, &status) == 0 else { return "\(name) is not there: \(String(cString: strerror(errno)))." }
    if status.st_mode & S_IFMT == S_IFDIR { return "\(name) is a folder, not a program." }
    if status.st_mode & S_IFMT != S_IFREG { return "\(name) is not a regular file." }
    return access(full, X_OK) == 0 ? nil : "\(name) may not be run: its run bit is missing."
  }
}
