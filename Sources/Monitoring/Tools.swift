import ReadinessSystem

/// A program of the Prometheus project, found on PATH.
public enum Tool: CaseIterable, Sendable {
  case prometheus, promtool, alertmanager

  /// The names, the project's own first; Debian renames one program.
  public var names: [String] {
    switch self {
    case .prometheus: ["prometheus"]
    case .promtool: ["promtool"]
    case .alertmanager: ["alertmanager", "prometheus-alertmanager"]
    }
  }

  /// Returns the path of the program.
  /// - Throws: `MissingTool` if none of its names is on PATH.
  public func path(_ environment: [String: String]) throws(MissingTool) -> String {
    for name in names {
      if let found = Machine.program(named: name, path: environment["PATH"]) { return found }
    }
    throw MissingTool(name: names[0])
  }
}

/// The error for a program that is not installed.
public struct MissingTool: Error, Sendable {
  /// The name of the program.
  public let name: String
}

/// Runs `promtool test rules`.
public enum Promtool {
  /// Runs unit tests of rules.
  /// - Returns: true if all passed, and promtool's output.
  /// - Throws: `MissingTool`; `SystemError` if the files cannot be written.
  public static func test(_ files: [(name: String, text: String)], _ environment: [String: String]) throws -> (
    passed: Bool, output: String
  ) {
    let program = try Tool.promtool.path(environment)
    let folder = try FileSystem.makeTemporaryFolder("readiness-alerts-")
    defer { do { try FileSystem.removeFolder(folder) } catch {} }
    for file in files {
      try FileSystem.write(Array(file.text.utf8), to: "\(folder)/\(file.name)", mode: 0o644, durability: .none)
    }
    let tests = files.map(\.name).filter { $0.contains(".test.") }
    let ending = SupervisedProcess(
      arguments: [program, "test", "rules"] + tests, environment: environment.merging(["TMPDIR": folder]) { $1 },
      folder: folder, readable: ["/"],
      writable: [folder, "/dev/null"], timeout: 120_000, grace: 500, outputBound: 1 << 20, fileBound: 1 << 30
    ).run()
    return (ending.outcome == .exit(0), String(decoding: ending.output + ending.errors, as: UTF8.self))
  }
}
