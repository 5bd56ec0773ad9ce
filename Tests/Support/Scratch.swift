import Foundation

/// A real repository in a temporary folder, with git's configuration isolated and the built binary available.
public final class Scratch {
  /// The top of the work tree.
  public let path: String
  /// Repositories with the same lifetime, such as the server that this one pushes to.
  public var kept: [Scratch] = []
  /// The folder that is removed at the end.
  private let root: URL
  /// The variables that are added to every command's environment.
  public var environment: [String: String] = [:]

  /// Creates an empty repository on branch `main` with the identity Ada.
  public init(bare: Bool = false) throws {
    root = FileManager.default.temporaryDirectory.appendingPathComponent("readiness-\(UUID().uuidString)")
    path = root.appendingPathComponent("repo").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    run("git", ["init", "-q", "-b", "main"] + (bare ? ["--bare"] : []))
    run("git", ["config", "user.name", "Ada Lovelace"])
    run("git", ["config", "user.email", "ada@example.com"])
  }

  /// Creates a clone of another repository.
  public init(cloneOf other: Scratch, bare: Bool = false) throws {
    root = FileManager.default.temporaryDirectory.appendingPathComponent("readiness-\(UUID().uuidString)")
    path = root.appendingPathComponent("repo").path
    try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
    _ = Self.execute("git", ["clone", "-q"] + (bare ? ["--bare"] : []) + [other.path, path], in: root.path, [:])
    run("git", ["config", "user.name", "Ada Lovelace"])
    run("git", ["config", "user.email", "ada@example.com"])
  }

  /// Copies another repository's whole folder, including servers next to the work tree.
  public init(copyOf other: Scratch) throws {
    root = FileManager.default.temporaryDirectory.appendingPathComponent("readiness-\(UUID().uuidString)")
    path = root.appendingPathComponent("repo").path
    environment = other.environment
    let copied = Self.execute("cp", ["-a", other.root.path, root.path], in: "/", [:])
    guard copied.status == 0 else { throw CocoaError(.fileWriteUnknown) }
  }

  deinit {
    do { try FileManager.default.removeItem(at: root) } catch { print("left behind: \(root.path)") }
  }

  /// The path of the built program, next to the test bundle.
  public static let program: String = {
    var url = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    for _ in 0..<6 {
      let candidate = url.appendingPathComponent("readiness").path
      var isFolder: ObjCBool = false
      if FileManager.default.fileExists(atPath: candidate, isDirectory: &isFolder), !isFolder.boolValue {
        return candidate
      }
      url.deleteLastPathComponent()
    }
    let named = ProcessInfo.processInfo.environment["READINESS_PROGRAM"]
    return named ?? "readiness"
  }()

  /// Runs git.
  @discardableResult
  public func git(_ arguments: String..., environment: [String: String] = [:], input: String? = nil) -> Result {
    run("git", arguments, environment, input: input)
  }

  /// Runs the program.
  @discardableResult
  public func readiness(_ arguments: String..., environment: [String: String] = [:]) -> Result {
    run(Self.program, arguments, environment)
  }

  /// Runs the program with an array of words.
  @discardableResult
  public func readiness(_ words: [String]) -> Result { run(Self.program, words) }

  /// Runs a shell line.
  @discardableResult
  public func shell(_ line: String, environment: [String: String] = [:]) -> Result {
    run("sh", ["-c", line], environment)
  }

  @discardableResult
  private func run(
    _ program: String, _ arguments: [String], _ more: [String: String] = [:], input: String? = nil
  ) -> Result {
    Self.execute(program, arguments, in: path, environment.merging(more) { $1 }, input: input)
  }

  private static func execute(
    _ program: String, _ arguments: [String], in folder: String, _ more: [String: String], input: String? = nil
  ) -> Result {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    // Isolates tests from the settings of the machine and the user.
    let base = [
      "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "HOME": folder + "/../home",
      "TMPDIR": FileManager.default.temporaryDirectory.path,
      "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null", "LC_ALL": "C.UTF-8", "TZ": "UTC",
      "GIT_TERMINAL_PROMPT": "0", "GIT_EDITOR": "true", "READINESS": Self.program,
    ]
    process.environment = base.merging(more) { $1 }
    let (out, standardInput) = (Pipe(), Pipe())
    let errorFile = FileManager.default.temporaryDirectory.appendingPathComponent("errors-\(UUID().uuidString)")
    _ = FileManager.default.createFile(atPath: errorFile.path, contents: nil)
    guard let errorHandle = FileHandle(forWritingAtPath: errorFile.path) else {
      return Result(of: program, status: 127, output: "", errors: "no file for standard error")
    }
    process.standardOutput = out
    process.standardError = errorHandle
    process.standardInput = standardInput
    do { try process.run() } catch { return Result(of: program, status: 127, output: "", errors: "\(error)") }
    if let input { standardInput.fileHandleForWriting.write(Data(input.utf8)) }
    standardInput.fileHandleForWriting.closeFile()
    // Standard error goes to a file, so that neither stream can fill up while the other is read.
    let data = out.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let errorData = FileManager.default.contents(atPath: errorFile.path) ?? Data()
    unlink(errorFile.path)
    let status = process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
    return Result(
      of: ([program] + arguments).joined(separator: " "), status: status,
      output: String(decoding: data, as: UTF8.self), errors: String(decoding: errorData, as: UTF8.self))
  }

  /// The text of a file, for reading and writing; nil is no file.
  public subscript(file: String) -> String? {
    get { FileManager.default.contents(atPath: path + "/" + file).map { String(decoding: $0, as: UTF8.self) } }
    set {
      let url = URL(fileURLWithPath: path + "/" + file)
      do {
        if let newValue {
          try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
          try Data(newValue.utf8).write(to: url)
        } else {
          try FileManager.default.removeItem(at: url)
        }
      } catch {
        fatalError("\(file): \(error)")
      }
    }
  }

  /// Gives every command the same clock (libfaketime), so that the ids of runs and commits are equal in every run.
  /// - Parameter moment: in UTC, `YYYY-MM-DD HH:MM:SS`; it stands still.
  public func freeze(at moment: String) {
    environment["LD_PRELOAD"] = Self.frozenClock
    environment["FAKETIME"] = moment
    environment["GIT_AUTHOR_DATE"] = moment + " +0000"
    environment["GIT_COMMITTER_DATE"] = moment + " +0000"
    // Files and waiting keep the real clock.
    environment["NO_FAKE_STAT"] = "1"
    environment["FAKETIME_DONT_FAKE_MONOTONIC"] = "1"
  }

  /// Replaces the random id of a plan that is not committed yet.
  public func fixPlanID() {
    let file = "ssot/plan.json"
    self[file] = self[file]?.replacing(/"planId": "[^"]*"/, with: #""planId": "00000000-0000-4000-8000-000000000000""#)
    git("add", "ssot")
  }

  /// The path of Debian's libfaketime; the dynamic loader fills in the machine's folder of libraries.
  public static let frozenClock = "/usr/$LIB/faketime/libfaketimeMT.so.1"

  /// Replaces a text in a milestone's file.
  public func edit(_ id: String, _ old: String, _ new: String) {
    let file = ".readiness/\(id).json"
    precondition(self[file]?.contains(old) == true, "\(id) does not hold \(old)")
    self[file] = self[file]?.replacingOccurrences(of: old, with: new)
  }

  /// Gives a milestone an owner and a state, in the work tree.
  public func start(_ id: String, as status: String = "In Progress") {
    edit(id, "\"TBD\"", "\"ada\"")
    edit(id, "\"Not Started\"", "\"\(status)\"")
  }

  /// Attaches a statement as evidence to the criterion of a milestone that has only one.
  public func prove(_ id: String) {
    let file = ".readiness/\(id).json"
    guard let text = self[file], let end = text.range(of: "\n    }\n  ]", options: .backwards) else {
      fatalError("\(id) has another layout")
    }
    self[file] = text.replacingCharacters(
      in: end,
      with:
        ",\n      \"evidence\": [\n        {\n          \"kind\": \"statement\",\n          \"text\": \"Seen.\",\n          \"by\": \"ada@example.com\"\n        }\n      ]\n    }\n  ]"
    )
  }

  /// Creates a repository with the standard plan, committed, and the hooks installed.
  public static func withPlan() throws -> Scratch {
    let scratch = try Scratch()
    let laid = scratch.readiness("init", "--commit")
    precondition(laid.status == 0, laid.all)
    let installed = scratch.readiness("install")
    precondition(installed.status == 0, installed.all)
    return scratch
  }

  /// Returns the run that git's own trailer parser finds in a commit.
  public func run(of commit: String = "HEAD") -> String {
    git("log", "-1", "--format=%(trailers:key=Readiness-Run,valueonly,separator=%x20)", commit).line
  }
}
