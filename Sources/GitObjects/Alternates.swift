/// The paths of other object folders, as git writes them in `info/alternates` and in its environment. Comments are
/// skipped. A path that contains the separator is quoted as in C (git's `odb.c`, `parse_alt_odb_entry`).
package enum Alternates {
  package static func paths(_ bytes: [UInt8], between separator: UInt8) -> [String] {
    var paths: [String] = []
    var at = 0
    while at < bytes.count {
      var path: [UInt8]?
      if bytes[at] == 0x22, let (text, end) = unquoted(bytes, from: at) {
        (path, at) = (text, end)
      }
      let end = bytes[at...].firstIndex(of: separator) ?? bytes.count
      let plain = path ?? Array(bytes[at..<end])
      let isComment = separator == 0x0A && plain.first == 0x23
      if !plain.isEmpty, !isComment { paths.append(String(decoding: plain, as: UTF8.self)) }
      at = end + 1
    }
    return paths
  }

  /// Returns the text between two quotation marks, and its end. Returns nil if the second mark is missing.
  private static func unquoted(_ bytes: [UInt8], from start: Int) -> (text: [UInt8], end: Int)? {
    let letters: [UInt8: UInt8] = [
      0x61: 7, 0x62: 8, 0x66: 12, 0x6E: 10, 0x72: 13, 0x74: 9, 0x76: 11, 0x5C: 0x5C, 0x22: 0x22,
    ]
    var text: [UInt8] = []
    var at = start + 1
    while at < bytes.count {
      let byte = bytes[at]
      at += 1
      if byte == 0x22 { return (text, at) }
      guard byte == 0x5C else {
        text.append(byte)
        continue
      }
      guard at < bytes.count else { return nil }
      if let letter = letters[bytes[at]] {
        text.append(letter)
        at += 1
      } else {
        let digits = bytes[at...].prefix(3)
        guard digits.count == 3, digits.allSatisfy({ (0x30...0x37).contains($0) }) else { return nil }
        text.append(UInt8(truncatingIfNeeded: digits.reduce(0) { $0 * 8 + Int($1 - 0x30) }))
        at += 3
      }
    }
    return nil
  }
}
