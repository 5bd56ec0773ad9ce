extension JSONValue {
  /// The file layout: two spaces a level, one member or element a line, one newline at the end.
  public var layoutBytes: [UInt8] {
    var out: [UInt8] = []
    appendLayout(to: &out, level: 0)
    out.append(0x0A)
    return out
  }

  private func appendLayout(to out: inout [UInt8], level: Int) {
    func newline(_ level: Int) {
      out.append(0x0A)
      out.append(contentsOf: repeatElement(0x20, count: 2 * level))
    }
    switch kind {
    case .array(let elements) where !elements.isEmpty:
      out.append(UInt8(ascii: "["))
      for (index, element) in elements.enumerated() {
        if index > 0 { out.append(UInt8(ascii: ",")) }
        newline(level + 1)
        element.appendLayout(to: &out, level: level + 1)
      }
      newline(level)
      out.append(UInt8(ascii: "]"))
    case .object(let members) where !members.isEmpty:
      out.append(UInt8(ascii: "{"))
      for (index, member) in members.enumerated() {
        if index > 0 { out.append(UInt8(ascii: ",")) }
        newline(level + 1)
        CanonicalJSON.appendString(member.key, to: &out)
        out.append(contentsOf: ": ".utf8)
        member.value.appendLayout(to: &out, level: level + 1)
      }
      newline(level)
      out.append(UInt8(ascii: "}"))
    default:
      CanonicalJSON.append(self, to: &out)
    }
  }
}
