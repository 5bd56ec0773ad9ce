/// Plain rows under a heading, for what is no milestone: settings, sinks, letters.
public struct Listing {
  private let header: [String]
  private let rows: [[String]]
  private let flexible: Set<Int>

  /// - Parameter flexible: columns that may be cut where the line does not fit.
  public init(_ header: [String], _ rows: [[String]], flexible: Set<Int>) {
    self.header = header
    self.rows = rows
    self.flexible = flexible
  }

  /// For a terminal.
  public func text(width: Int, _ style: Style) -> String {
    var table = Table(header: header, flexible: flexible, rows: rows.count)
    for row in rows { for text in row { table.append(text) } }
    return table.text(width: width, style)
  }
}
