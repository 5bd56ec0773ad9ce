import GitRepository
import Reports
import ReadinessSystem

/// The form in which a hook is installed, as `doctor` reports it.
enum HookForm: String {
  /// The executable that starts the program only if a commit touches the plan (decision 0018).
  case launcher
  /// The POSIX sh stub, which does the same but starts a shell for each commit.
  case stub = "sh stub"
  /// A file of another program, which may or may not run ours.
  case foreign = "another program's"
  /// The file does not exist.
  case missing
  /// A file of ours that git skips.
  case notExecutable = "not executable"
  /// A file that cannot be read, or is no regular file.
  case unreadable

  /// Determines the form of one hook.
  /// - Throws: an error if the file exists and cannot be read.
  init(of name: String, in folder: HookFolder) throws {
    switch try folder.state(of: name) {
    case .ours: self = try folder.holdsLauncher(name) ? .launcher : .stub
    case .foreign: self = .foreign
    case .missing: self = .missing
    case .notExecutable: self = .notExecutable
    case .unreadable: self = .unreadable
    }
  }
}

extension HookFolder {
  /// Returns the forms of hooks, for `doctor`.
  func forms(of names: [String]) throws -> [DoctorReport.Hook] {
    try names.map { DoctorReport.Hook(name: $0, form: try HookForm(of: $0, in: self).rawValue) }
  }

  /// Returns true if a hook is an executable of ours.
  func holdsLauncher(_ name: String) throws -> Bool {
    try FileSystem.readIfPresent(path + "/" + name).map { HookLauncher.program(in: $0) != nil } ?? false
  }

  /// Returns the sh stubs that would be launchers if this program installed them again.
  func slowStubs(of names: [String], program: String) throws -> [String] {
    try names.filter { name in
      let chains = FileSystem.exists(path + "/" + HookScript.keptFolder + "/" + name)
      return try HookForm(of: name, in: self) == .stub
        && HookScript(name: name, program: program, chains: chains).launcher() != nil
    }
  }
}
