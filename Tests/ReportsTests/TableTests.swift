import Testing

@testable import Reports

@Suite("Tables")
struct TableTests {
  private func table(_ rows: [[String]], width: Int, color: Bool = false) -> String {
    var table = Table(header: ["ID", "NAME", "WAITS"], flexible: [1, 2], rows: rows.count)
    for row in rows {
      table.append(row[0], .strong)
      table.append(row[1])
      table.append(.quiet) { add in for text in row[2].split(separator: " ") { add(String(text)) } }
    }
    return table.text(width: width, Style(color: color))
  }

  @Test("columns are as wide as they need, the widest is cut, and no line ends in a space")
  func plain() {
    #expect(
      table([["M-01", "Runbooks", "A-1 A-2"], ["M-2", "", ""]], width: 80) == """
          ID    NAME      WAITS
          M-01  Runbooks  A-1, A-2
          M-2
        """)
    #expect(
      table([["M-01", "A name that is far too long", "A-1"]], width: 30) == """
          ID    NAME             WAITS
          M-01  A name that is…  A-1
        """)
  }

  @Test("wide signs, marks and controls take the columns that a terminal gives them")
  func wide() {
    let lines = table([["M-1", "表表表", "ä ö"], ["M-2", "e\u{301}é", "\u{1B}x"]], width: 80).split(separator: "\n")
    #expect(lines[1] == "  M-1  表表表  ä, ö")
    #expect(lines[2] == "  M-2  e\u{301}é      \\u{1b}x")
    let cut = table([["M-1", "表表表表表表", "a"]], width: 21)
    #expect(cut.hasSuffix("  M-1  表表表…   a"), "\(cut)")
  }

  @Test("roles are coloured, and what is empty is not")
  func colored() {
    let text = table([["M-1", "x", ""]], width: 80, color: true)
    #expect(text.hasSuffix("  \u{1B}[1mM-1\u{1B}[0m  x"))
  }
}
