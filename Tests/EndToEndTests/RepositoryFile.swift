import Foundation

/// Files of this repository, for tests that run or read them.
enum RepositoryFile {
  /// Returns the path of a file, given from the top of this repository.
  static func path(_ name: String) -> String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../\(name)").standardized
      .path
  }

  /// Returns the text of a file; empty if there is none, which makes every test that uses it fail.
  static func text(_ name: String) -> String {
    FileManager.default.contents(atPath: path(name)).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }
}
