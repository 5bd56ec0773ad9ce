/// A test report in JUnit XML. Counts test cases and ignores count attributes, so an empty or truncated report is no
/// evidence.
public struct JUnitReport: Sendable, Equatable {
  /// The number of test cases.
  public internal(set) var tests = 0
  /// The number of test cases with a failure or an error.
  public internal(set) var failed = 0
  /// The number of skipped test cases.
  public internal(set) var skipped = 0

  /// The reason that a file is not a report.
  public struct Fault: Error, Sendable, Equatable {
    /// The reason, as a sentence.
    public let message: String
  }

  /// Reads a report. Elements must nest and close as XML requires; entities are not expanded. O(bytes).
  /// - Throws: `Fault`.
  public init(parsing bytes: [UInt8]) throws(Fault) {
    var scanner = XMLScanner(bytes)
    var open: [String] = []
    var isInCase = (failed: false, skipped: false)
    var sawRoot = false
    while let event = try scanner.next() {
      switch event {
      case .start(let name, let isEmpty):
        if open.isEmpty {
          guard !sawRoot else { throw Fault(message: "Two elements are at the top.") }
          guard name == "testsuites" || name == "testsuite" else {
            throw Fault(message: "The top is <\(name)>, not <testsuites> or <testsuite>.")
          }
          sawRoot = true
        }
        if open.last == "testcase" {
          if name == "failure" || name == "error" { isInCase.failed = true }
          if name == "skipped" { isInCase.skipped = true }
        }
        if name == "testcase" { isInCase = (false, false) }
        if isEmpty {
          if name == "testcase" { tests += 1 }
        } else {
          open.append(name)
        }
      case .end(let name):
        guard open.popLast() == name else { throw Fault(message: "</\(name)> closes nothing that is open.") }
        guard name == "testcase" else { continue }
        tests += 1
        if isInCase.failed { failed += 1 } else if isInCase.skipped { skipped += 1 }
      }
    }
    guard open.isEmpty else { throw Fault(message: "<\(open.last ?? "")> is not closed.") }
    guard sawRoot else { throw Fault(message: "It holds no element.") }
  }
}

/// A scanner for the tags of an XML text.
private struct XMLScanner {
  enum Event {
    case start(String, isEmpty: Bool)
    case end(String)
  }

  private let bytes: [UInt8]
  private var at = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  private func starts(_ text: String) -> Bool { bytes[at...].starts(with: text.utf8) }

  /// Moves past the next occurrence of a text.
  private mutating func skip(past text: String, _ what: String) throws(JUnitReport.Fault) {
    let wanted = Array(text.utf8)
    while at + wanted.count <= bytes.count {
      if bytes[at..<(at + wanted.count)].elementsEqual(wanted) {
        at += wanted.count
        return
      }
      at += 1
    }
    throw JUnitReport.Fault(message: "\(what) has no end.")
  }

  mutating func next() throws(JUnitReport.Fault) -> Event? {
    while at < bytes.count {
      guard bytes[at] == UInt8(ascii: "<") else {
        at += 1
        continue
      }
      if starts("<!--") {
        try skip(past: "-->", "A comment")
      } else if starts("<![CDATA[") {
        try skip(past: "]]>", "A section of text")
      } else if starts("<?") {
        try skip(past: "?>", "An instruction")
      } else if starts("<!") {
        throw JUnitReport.Fault(message: "A document type is not read.")
      } else {
        return try tag()
      }
    }
    return nil
  }

  private mutating func tag() throws(JUnitReport.Fault) -> Event {
    at += 1
    let isEnd = at < bytes.count && bytes[at] == UInt8(ascii: "/")
    if isEnd { at += 1 }
    let start = at
    while at < bytes.count, !" \t\r\n/>".utf8.contains(bytes[at]) { at += 1 }
    let name = String(decoding: bytes[start..<at], as: UTF8.self)
    guard !name.isEmpty else { throw JUnitReport.Fault(message: "A tag has no name.") }
    var quote: UInt8?
    while at < bytes.count {
      let byte = bytes[at]
      at += 1
      if let open = quote {
        if byte == open { quote = nil }
      } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
        quote = byte
      } else if byte == UInt8(ascii: ">") {
        return isEnd ? .end(name) : .start(name, isEmpty: bytes[at - 2] == UInt8(ascii: "/"))
      }
    }
    throw JUnitReport.Fault(message: "The tag <\(name)> has no end.")
  }
}
