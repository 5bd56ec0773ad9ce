/// Writes outcomes as JUnit XML, which checks of kind `junit` and most CI servers read.
public enum JUnitText {
  /// One outcome.
  public typealias Case = (name: String, failure: (code: String, message: String)?)

  /// Returns a suite of cases; a case without a failure passed.
  public static func suite(_ name: String, _ cases: [Case]) -> String {
    let lines = cases.map { one in
      let head = "  <testcase classname=\"\(XMLText.line(name))\" name=\"\(XMLText.line(one.name))\""
      guard let failure = one.failure else { return head + "/>" }
      return head
        + "><failure type=\"\(XMLText.line(failure.code))\" message=\"\(XMLText.line(failure.message))\"/></testcase>"
    }
    let failures = cases.count { $0.failure != nil }
    return """
      <?xml version="1.0" encoding="UTF-8"?>
      <testsuite name="\(XMLText.line(name))" tests="\(cases.count)" failures="\(failures)" errors="0" skipped="0">
      \(lines.joined(separator: "\n"))
      </testsuite>

      """
  }
}
