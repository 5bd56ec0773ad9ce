/// Reads OpenSSH's `allowed_signers` as far as it binds keys to one person (ssh-keygen(1), ALLOWED SIGNERS).
///
/// OpenSSH matches principals as patterns. Here they are addresses: a pattern binds nobody (contract 2.4, identity).
package struct AllowedSigners {
  /// The lines whose principals hold one address, spelled in one way.
  package struct Binding {
    /// The principal as those lines write it.
    package let principal: String
    /// The lines, with that principal alone.
    package let bytes: [UInt8]
    /// True if a key of these lines may be good at one moment and not at another.
    package let mayLapse: Bool
  }

  let lines: [(principals: [String], rest: String)]

  package init(_ bytes: [UInt8]) {
    // By bytes, as OpenSSH reads them: what Unicode also calls a line end stands within a line, such as a comment.
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

  /// The lines that bind keys to a person, by the spelling of the address.
  package func bindings(of person: Address, _ people: People) -> [Binding] {
    var found: [ExactText: [String]] = [:]
    for line in lines {
      let names = line.principals.filter { !Self.isPattern($0) && people.person($0) == person }
      // OpenSSH lets a negated pattern take a line away, so it is taken away here.
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

  /// No address has a wildcard, a space or a quote; a principal with one could mean something else to OpenSSH.
  static func isPattern(_ principal: String) -> Bool {
    principal.utf8.contains { [0x21, 0x22, 0x2A, 0x3F, 0x5C].contains($0) || $0 <= 0x20 }
  }
}
