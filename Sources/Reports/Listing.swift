/// Plain rows under a heading for things other than milestones: settings, sinks, dead letters.
public struct Listing {
  private let header: [String]
  private let rows: [[String]]
  private let flexible: Set<Int>

  /// - Parameter flexible: the columns that may be cut if the line does not fit.
  public init(_ header: [String], _ rows: [[String]], flexible: Set<Int>) {
    self.header = header
    self.rows = rows
    self.flexible = flexible
  }

  /// Renders the rows for a terminal.
  public func text(width: Int, _ style: Style) -> String {
    var table = Table(header: header, flexible: flexible, rows: rows.count)
    for row in rows { for text in row { table.append(text) } }
    return table.text(width: width, style)
  }
}
