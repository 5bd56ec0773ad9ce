import ArgumentParser
import GitRepository
import Reports
import StrictJSON
import ReadinessSystem

/// Files that a command generates into a folder, or compares with the present ones. The folder is the one that the user
/// typed; where it lies in the work tree, somebody else may have committed what stands there, and no link is followed.
struct GeneratedFiles {
  private let files: [(name: String, text: String)]
  private let folder: String
  private let top: String?

  init(_ files: [(name: String, text: String)], in folder: String, of repository: Repository) {
    (self.files, self.folder, top) = (files, folder, repository.workTree)
  }

  /// Writes the files that differ and reports them. A check writes nothing, and ends with exit status 1 if a file
  /// differs.
  /// - Parameter subject: the subject of the files, for sentences.
  /// - Throws: `SystemError`.
  func settle(kind: String, subject: String, isCheck: Bool, _ context: Context) throws {
    var differing: [String] = []
    for file in files {
      let path = folder + "/" + file.name
      if try FileSystem.readIfPresent(path)?.elementsEqual(file.text.utf8) == true { continue }
      differing.append(path)
      if isCheck { continue }
      let full = path.hasPrefix("/") ? path : (Machine.currentFolder() ?? ".") + "/" + path
      let (place, name) = try LinkFreeFolder.holding(full, below: top, creates: true)
      try place.write(Array(file.text.utf8), as: name, mode: 0o644, isDurable: true)
    }
    let verb = isCheck ? "differs" : "written"
    context.print(
      json: Envelope.json(
        kind,
        [JSONMember("files", .texts(files.map { folder + "/" + $0.name })), JSONMember("differing", .texts(differing))]),
      text: differing.isEmpty
        ? "The files of \(subject) are up to date in \(folder.printable)."
        : differing.map { "\(verb)  \($0.printable)" }.joined(separator: "\n"))
    if isCheck, !differing.isEmpty { throw ExitCode(1) }
  }
}
