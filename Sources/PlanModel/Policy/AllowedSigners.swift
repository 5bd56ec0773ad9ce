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

  private let lines: [(principals: [String], rest: Substring)]

  package init(_ bytes: [UInt8]) {
    lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).compactMap { line in
      let line = line.drop { $0 == " " || $0 == "\t" }
      guard let first = line.first, first != "#" else { return nil }
      let isQuoted = first == "\""
      let field = isQuoted ? line.dropFirst().prefix { $0 != "\"" } : line.prefix { $0 != " " && $0 != "\t" }
      let rest = line[field.endIndex...].dropFirst(isQuoted ? 1 : 0)
      guard rest.first == " " || rest.first == "\t" else { return nil }
      return (field.split(separator: ",", omittingEmptySubsequences: true).map(String.init), rest)
    }
  }

  /// The lines that bind keys to a person, by the spelling of the address.
  package func bindings(of person: Address, _ people: People) -> [Binding] {
    var found: [ExactText: [Substring]] = [:]
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
  private static func isPattern(_ principal: String) -> Bool {
    principal.utf8.contains { [0x21, 0x22, 0x2A, 0x3F, 0x5C].contains($0) || $0 <= 0x20 }
  }
}
