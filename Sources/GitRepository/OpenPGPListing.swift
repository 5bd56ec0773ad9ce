import PlanModel

/// Parses lines of `gpg --with-colons` (GnuPG, doc/DETAILS).
enum OpenPGPListing {
  /// Returns the address of a valid user id: the text in its final angle brackets, or the whole text if it has none.
  /// Returns nil for another line, and for a user id that is revoked, expired or invalid.
  static func address(in line: Substring) -> String? {
    let fields = line.split(separator: ":", omittingEmptySubsequences: false)
    guard fields.count > 9, fields[0] == "uid", !["r", "e", "i", "n"].contains(fields[1]) else { return nil }
    let text = unescaped(fields[9])
    guard let open = text.lastIndex(of: "<") else { return text.contains(">") ? nil : text }
    guard text.last == ">" else { return nil }
    return String(text[text.index(after: open)...].dropLast())
  }

  /// Decodes colons, backslashes and control characters, which are written `\x3a`.
  private static func unescaped(_ text: Substring) -> String {
    var (bytes, rest) = ([UInt8](), Array(text.utf8)[...])
    while let byte = rest.popFirst() {
      if byte == 0x5C, rest.first == 0x78, rest.count >= 3,
        let value = UInt8(String(decoding: rest.dropFirst().prefix(2), as: UTF8.self), radix: 16)
      {
        bytes.append(value)
        rest = rest.dropFirst(3)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
