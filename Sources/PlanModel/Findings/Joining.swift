// The library's `joined(separator:)` is generic: the first call asks the runtime for the associated types of arrays, which
// looks through every conformance of the program. That is 200,000 instructions, a fourteenth of a hook or a `move`
// (decision 0112). Where this module is imported, these are preferred.

extension [String] {
  /// Returns the texts, one behind the other, with a separator between two. O(bytes).
  public func joined(separator: String) -> String {
    guard var text = first else { return "" }
    for part in dropFirst() {
      text += separator
      text += part
    }
    return text
  }
}

extension [Substring] {
  /// Returns the texts, one behind the other, with a separator between two. O(bytes).
  public func joined(separator: String) -> String {
    guard let first else { return "" }
    var text = String(first)
    for part in dropFirst() {
      text += separator
      text += part
    }
    return text
  }
}
