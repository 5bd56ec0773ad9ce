import ArgumentParser
import Reports
import StrictJSON
import ReadinessSystem

/// Files that a command generates into a folder, or compares with the present ones.
struct GeneratedFiles {
  private let files: [(name: String, text: String)]
  private let folder: String

  init(_ files: [(name: String, text: String)], in folder: String) { (self.files, self.folder) = (files, folder) }

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
      try FileSystem.makeFolders(folder)
      try FileSystem.write(Array(file.text.utf8), to: path, mode: 0o644)
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
