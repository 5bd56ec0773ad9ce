/// A date in HTTP's format (RFC 9110, section 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`.
public enum HTTPDate {
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// Returns milliseconds since 1970, or nil if the text is not in that format.
  public static func milliseconds(of text: String) -> Int64? {
    let words = text.split(separator: " ").map(String.init)
    guard words.count == 6, words[5] == "GMT", let month = months.firstIndex(of: words[2]) else { return nil }
    let two = month < 9 ? "0\(month + 1)" : "\(month + 1)"
    return Timestamp.milliseconds(of: "\(words[3])-\(two)-\(words[1])T\(words[4]).000Z")
  }
}
