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
    Table(header: header, rows: rows.map { $0.map { Table.Cell($0) } }, flexible: flexible)
      .lines(width: width, style).joined(separator: "\n")
  }
}
