/// A table for a terminal: columns are as wide as they need, and the widest is cut until the line fits. Its cells are
/// stored as consecutive bytes, because a plan of thousands has tens of thousands of them.
struct Table {
  private struct Cell {
    /// The end of its bytes; they begin at the end of the previous cell.
    let end: UInt32
    let columns: UInt32
    let role: Style.Role?
  }

  /// Columns that may be cut, each to no less than eight.
  private let flexible: Set<Int>
  private var bytes: [UInt8] = []
  /// The cells row by row, the heading first.
  private var cells: [Cell] = []
  /// The width of each column.
  private var widths: [Int]
  private var column = 0

  /// - Parameter rows: the approximate number of rows.
  init(header: [String], flexible: Set<Int>, rows: Int) {
    self.flexible = flexible
    widths = [Int](repeating: 0, count: header.count)
    cells.reserveCapacity((rows + 1) * header.count)
    bytes.reserveCapacity((rows + 1) * header.count * 8)
    for name in header { append(name, .quiet) }
  }

  /// Adds the next cell, usually of the current row.
  mutating func append(_ text: String, _ role: Style.Role? = nil) {
    let start = bytes.count
    end(add(text), from: start, role)
  }

  /// Adds a cell of texts separated by commas.
  /// - Parameter texts: calls its argument with each text.
  mutating func append(_ role: Style.Role? = nil, each texts: ((String) -> Void) -> Void) {
    let start = bytes.count
    var isPlain = true
    texts { text in
      if bytes.count > start { bytes.add(", ") }
      if add(text) != nil { isPlain = false }
    }
    end(isPlain ? nil : String(decoding: bytes[start...], as: UTF8.self).columns, from: start, role)
  }

  /// Adds the bytes of a text.
  /// - Returns: the number of columns; nil if it equals the number of bytes.
  private mutating func add(_ text: String) -> Int? {
    var text = text
    let isPlain = text.withUTF8 { utf8 in
      guard utf8.isPlain else { return false }
      bytes.append(contentsOf: utf8)
      return true
    }
    if isPlain { return nil }
    let shown = text.printable
    bytes.append(contentsOf: shown.utf8)
    return shown.columns
  }

  private mutating func end(_ columns: Int?, from start: Int, _ role: Style.Role?) {
    let columns = columns ?? bytes.count - start
    cells.append(Cell(end: UInt32(bytes.count), columns: UInt32(columns), role: role))
    if columns > widths[column] { widths[column] = columns }
    column = column + 1 == widths.count ? 0 : column + 1
  }

  /// Renders heading and rows, one line each.
  func text(width: Int, _ style: Style) -> String {
    var out: [UInt8] = []
    write(to: &out, width: width, style)
    return String(decoding: out, as: UTF8.self)
  }

  /// Appends the rendered table to a text.
  func write(to out: inout [UInt8], width: Int, _ style: Style) {
    var widths = widths
    while widths.reduce(2 * widths.count, +) > width,
      let widest = flexible.filter({ widths[$0] > 8 }).max(by: { (widths[$0], $1) < (widths[$1], $0) })
    {
      widths[widest] -= 1
    }
    let columns = widths.count
    out.reserveCapacity(out.count + cells.count / columns * (widths.reduce(2 * columns, +) + 1))
    let spaces = [UInt8](repeating: 0x20, count: widths.reduce(2, +))
    bytes.withUnsafeBufferPointer { bytes in
      var start = 0
      for row in stride(from: 0, to: cells.count, by: columns) {
        if row > 0 { out.append(0x0A) }
        var gap = 2
        for column in 0..<columns {
          let cell = cells[row + column]
          let text = UnsafeBufferPointer(rebasing: bytes[start..<Int(cell.end)])
          start = Int(cell.end)
          spaces.withUnsafeBufferPointer { out.append(contentsOf: UnsafeBufferPointer(rebasing: $0[..<gap])) }
          gap = widths[column] - Self.append(cell, text, widths[column], style, to: &out) + 2
        }
        while out.last == 0x20 { out.removeLast() }
      }
    }
  }

  /// Writes a cell.
  /// - Returns: the number of columns written: a wide character that does not fit leaves one empty.
  private static func append(
    _ cell: Cell, _ text: UnsafeBufferPointer<UInt8>, _ width: Int, _ style: Style, to out: inout [UInt8]
  ) -> Int {
    if text.isEmpty { return 0 }
    let role = style.isOn ? cell.role : nil
    if let role { out.add(style.beginning(role)) }
    defer { if role != nil { out.add(style.end) } }
    guard cell.columns > width else {
      out.append(contentsOf: text)
      return Int(cell.columns)
    }
    let cut = String(decoding: text, as: UTF8.self).cut(to: width)
    out.add(cut)
    return cut.columns
  }
}
