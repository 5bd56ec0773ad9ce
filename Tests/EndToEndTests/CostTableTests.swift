import Testing

/// The table of costs per action, which the document compiles from other projects' documentation.
@Suite("What an act costs")
struct CostTableTests {
  /// A cell: the numbers of commands and keystrokes that it claims, and the commands.
  private struct Cell {
    let said: [Int]
    let commands: [String]

    init(_ text: Substring) {
      let parts = text.split(separator: "`", omittingEmptySubsequences: false).map(String.init)
      said = parts[0].split { !$0.isNumber }.compactMap { Int($0) }
      commands = parts.indices.filter { $0 % 2 == 1 }.map { parts[$0] }
    }
  }

  @Test("the figures are those of the commands, and no act takes more commands than elsewhere")
  func table() throws {
    let page = RepositoryFile.text("doc/start/daily-work.md")
    let rows = page.split(separator: "\n").filter { $0.hasPrefix("| ") && $0.contains("`") }
    #expect(rows.count == 4)
    for row in rows {
      let cells = row.split(separator: "|").dropFirst().filter { $0.contains("`") }.map(Cell.init)
      try #require(cells.count == 3, "\(row)")
      for cell in cells {
        #expect(cell.said == [cell.commands.count, cell.commands.reduce(0) { $0 + $1.count + 1 }], "\(cell)")
        #expect(cells[0].commands.count <= cell.commands.count, "\(row)")
      }
      // This project's commands run in the test of console blocks.
      for command in cells[0].commands { #expect(page.contains("$ \(command)\n"), "\(command)") }
    }
  }
}
