/// The key bindings in an OpenSSH `allowed_signers` file (ssh-keygen(1), ALLOWED SIGNERS).
///
/// OpenSSH matches principals as patterns. Here they are addresses: a pattern binds nobody (contract 2.4, identity).
package struct AllowedSigners {
  /// The lines that bind keys to one spelling of an address.
  package struct Binding {
    /// The principal, as spelled in those lines.
    package let principal: String
    /// The lines, with that principal only.
    package let bytes: [UInt8]
    /// True if a key in these lines may be valid only for a time.
    package let mayLapse: Bool
  }

  let lines: [(principals: [String], rest: String)]

  package init(_ bytes: [UInt8]) {
    // Splits by bytes, as OpenSSH does: other Unicode line ends may occur within a line, such as in a comment.
    lines = bytes.split(separator: 0x0A).compactMap { raw in
      let line = (raw.last == 0x0D ? raw.dropLast() : raw).drop(while: Self.isBlank)
      guard let first = line.first, first != 0x23 else { return nil }
      let isQuoted = first == 0x22
      let field = isQuoted ? line.dropFirst().prefix { $0 != 0x22 } : line.prefix { !Self.isBlank($0) }
      let rest = line[field.endIndex...].dropFirst(isQuoted ? 1 : 0)
      guard let next = rest.first, Self.isBlank(next) else { return nil }
      return (
        field.split(separator: 0x2C).map { String(decoding: $0, as: UTF8.self) }, String(decoding: rest, as: UTF8.self)
      )
    }
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

  /// Returns the lines that bind keys to a person, by the spelling of the address.
  package func bindings(of person: Address, _ people: People) -> [Binding] {
    var found: [ExactText: [String]] = [:]
    for line in lines {
      let names = line.principals.filter { !Self.isPattern($0) && people.person($0) == person }
      // In OpenSSH, a matching negated pattern disables the line, so such a line is skipped.
      guard let name = names.first, !line.principals.contains(where: { $0.hasPrefix("!") }) else { continue }
      found[ExactText(name), default: []].append(line.rest)
    }
    return found.keys.sorted().map { name in
      let rests = found[name] ?? []
      return Binding(
        principal: name.text, bytes: Array(rests.map { name.text + $0 + "\n" }.joined().utf8),
        mayLapse: rests.contains { rest in
          let options = rest.lowercased()
          return options.contains("valid-") || options.contains("cert-authority")
        })
    }
  }

  /// Returns true if a principal has a wildcard, a space or a quote: no address has one, and OpenSSH may read it
  /// differently.
  static func isPattern(_ principal: String) -> Bool {
    principal.utf8.contains { [0x21, 0x22, 0x2A, 0x3F, 0x5C].contains($0) || $0 <= 0x20 }
  }
}
