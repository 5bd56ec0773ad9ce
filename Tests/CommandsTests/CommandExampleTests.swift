import ArgumentParser
import Testing

@testable import Commands

@Suite("Examples of commands")
struct CommandExampleTests {
  private static func names(_ commands: [any ParsableCommand.Type], below path: String = "") -> [String] {
    commands.flatMap { command -> [String] in
      let name = path + command._commandName
      return [name] + names(command.configuration.subcommands, below: name + " ")
    }
  }

  static let all = names(Root.configuration.groupedSubcommands.flatMap(\.subcommands))

  @Test("each command has an example, its help ends with it, and the program takes its words")
  func examples() throws {
    #expect(Set(Self.all) == Set(CommandExample.all.keys))
    for name in Self.all {
      let example = try #require(CommandExample.all[name], "\(name)")
      let path = name.split(separator: " ").map(String.init)
      for asked in [path + ["--help"], ["help"] + path, ["--help"] + path] {
        #expect(CommandExample.line(for: asked)?.hasPrefix("EXAMPLE: readiness \(name)") == true, "\(asked)")
      }
      let words = path + Self.words(example)
      #expect(throws: Never.self, "\(words)") { try Root.parseAsRoot(words) }
    }
    #expect(CommandExample.line(for: ["--help"]) == nil && CommandExample.line(for: ["nothing", "-h"]) == nil)
  }

  /// Returns the words of a line, without quotes.
  private static func words(_ line: String) -> [String] {
    line.split(separator: "\"", omittingEmptySubsequences: false).enumerated().flatMap { index, piece in
      index % 2 == 1 ? [String(piece)] : piece.split(separator: " ").map(String.init)
    }
  }
}
