/// Untrusted text for a terminal: nothing in it moves the cursor, sets a title, changes the direction of writing or is
/// invisible (Unicode TR 36, section 2; decision 0042).
public enum TerminalText {
  /// Returns an answer that is safe for a terminal. Renderers escape their input; this covers their omissions, so that
  /// no command can forget it. Line ends and the colours of `Style` are kept. O(bytes).
  /// - Parameter inWorkflowLog: true if a forge reads lines that begin with `::` or `##[` as commands.
  public static func cleaned(_ bytes: [UInt8], inWorkflowLog: Bool = false) -> [UInt8] {
    var out = escaped(bytes, keepsLayout: true) { "\\u{" + String($0, radix: 16) + "}" }
    if inWorkflowLog { out = withoutCommands(out) }
    return withoutServiceMessages(out)
  }

  /// Returns UTF-8 with each hazardous scalar escaped, or the same bytes if there is none.
  static func escaped(_ bytes: [UInt8], keepsLayout: Bool, _ escape: (UInt32) -> String) -> [UInt8] {
    bytes.withUnsafeBufferPointer { all in
      var (at, copied, out) = (0, 0, [UInt8]())
      while at < all.count {
        let byte = all[at]
        if byte >= 0x20, byte < 0x7F {
          at += 1
          continue
        }
        let (value, length) = scalar(all, at)
        if keepsLayout, let layout = layoutLength(all, at) {
          at += layout
        } else if let value, !isHazardous(value) {
          at += length
        } else {
          out.append(contentsOf: all[copied..<at])
          out.append(contentsOf: escape(value ?? 0xFFFD).utf8)
          at += length
          copied = at
        }
      }
      return copied == 0 ? bytes : out + all[copied...]
    }
  }

  /// Returns the length of a line end or of a colour of `Style`. Nil for anything else.
  private static func layoutLength(_ all: UnsafeBufferPointer<UInt8>, _ at: Int) -> Int? {
    if all[at] == 0x0A { return 1 }
    if all[at] == 0x0D { return at + 1 == all.count || all[at + 1] == 0x0A ? 1 : nil }
    guard all[at] == 0x1B else { return nil }
    for code in Style.codes where all[at...].starts(with: code) { return code.count }
    return nil
  }

  /// Returns the scalar at a position and its length in bytes. The scalar is nil if the bytes are not UTF-8.
  private static func scalar(_ all: UnsafeBufferPointer<UInt8>, _ at: Int) -> (value: UInt32?, length: Int) {
    let first = all[at]
    if first < 0x80 { return (UInt32(first), 1) }
    let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
    guard first >= 0xC2, first < 0xF5, at + length <= all.count else { return (nil, 1) }
    var value = UInt32(first) & (0xFF >> UInt32(length + 1))
    for next in all[(at + 1)..<(at + length)] {
      guard next & 0xC0 == 0x80 else { return (nil, 1) }
      value = value << 6 | UInt32(next & 0x3F)
    }
    return (value, length)
  }

  /// Returns true for controls, characters that change the direction of writing, invisible characters, and
  /// noncharacters.
  static func isHazardous(_ value: UInt32) -> Bool {
    switch value {
    case 0x20..<0x7F, 0xA1..<0xAD, 0xAE..<0x300, 0x370..<0x530, 0x2010..<0x2028, 0x3041..<0x3100, 0x3400..<0xD7A4:
      return false
    // Variation selectors that decide how an emoji is shown.
    case 0xFE0E, 0xFE0F: return false
    case 0..<0x20, 0x7F..<0xA0: return true
    default: break
    }
    guard let properties = Unicode.Scalar(value)?.properties else { return true }
    if properties.isDefaultIgnorableCodePoint || properties.isNoncharacterCodePoint { return true }
    return switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: true
    default: false
    }
  }

  /// The markers that agents of Azure Pipelines and TeamCity look for anywhere in a line; our own texts contain none.
  private static let serviceMessages = ["##vso[", "##teamcity["].map { Array($0.utf8) }

  /// Returns bytes with the first `#` of each service message escaped. O(bytes).
  private static func withoutServiceMessages(_ bytes: [UInt8]) -> [UInt8] {
    var (at, copied, out) = (0, 0, [UInt8]())
    while let place = bytes[at...].firstIndex(of: 0x23) {
      at = place + 1
      guard serviceMessages.contains(where: { bytes[place...].starts(with: $0) }) else { continue }
      out += bytes[copied..<place] + Array("\\u{23}".utf8)
      copied = at
    }
    return copied == 0 ? bytes : out + bytes[copied...]
  }

  /// Escapes workflow commands, which a forge recognizes by the beginning of a line after white space.
  private static func withoutCommands(_ bytes: [UInt8]) -> [UInt8] {
    let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map { line -> [UInt8] in
      guard let start = line.firstIndex(where: { $0 != 0x20 }) else { return Array(line) }
      let rest = line[start...]
      guard rest.starts(with: Array("::".utf8)) || rest.starts(with: Array("##[".utf8)) else { return Array(line) }
      return line[..<start] + Array("\\u{\(String(line[start], radix: 16))}".utf8) + line[(start + 1)...]
    }
    return Array(lines.joined(separator: [0x0A]))
  }
}

extension String {
  /// The text with invisible characters and those that move the cursor or change the direction of writing made visible.
  public var printable: String {
    if isPlain { return self }
    guard unicodeScalars.contains(where: { TerminalText.isHazardous($0.value) }) else { return self }
    return unicodeScalars.reduce(into: "") { out, scalar in
      if TerminalText.isHazardous(scalar.value) {
        out += "\\u{" + String(scalar.value, radix: 16) + "}"
      } else {
        out.unicodeScalars.append(scalar)
      }
    }
  }
}
