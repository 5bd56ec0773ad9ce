/// The key in an SSH public key or signature, in a form that identifies it in any encoding.
///
/// Encodings of one key may differ in leading zeros, and a certificate contains the key it certifies.
package struct SSHKey: Hashable, Sendable {
  private let parts: [[UInt8]]

  /// Reads a public key (RFC 4253, section 6.6), or an OpenSSH certificate (PROTOCOL.certkeys).
  package init?(blob: [UInt8]) {
    var reader = SSHFields(blob[...])
    guard let name = reader.next() else { return nil }
    var type = String(decoding: name, as: UTF8.self)
    if let mark = type.lastIndex(of: "@"), type[..<mark].hasSuffix("-cert-v01") {
      type = String(type[..<mark].dropLast("-cert-v01".count))
      // Skips the nonce.
      guard reader.next() != nil else { return nil }
    } else if type.hasPrefix("sk-"), let mark = type.lastIndex(of: "@") {
      type = String(type[..<mark])
    }
    guard let count = Self.fields[type] else { return nil }
    var parts = [Array(type.utf8)]
    for _ in 0..<count {
      guard let field = reader.next() else { return nil }
      parts.append(type == "ssh-rsa" || type == "ssh-dss" ? Array(field.drop { $0 == 0 }) : Array(field))
    }
    self.parts = parts
  }

  /// Reads the key of a signature (PROTOCOL.sshsig), from the base64 between the markers.
  package init?(signature: String) {
    guard let bytes = Base64.decode(signature), bytes.starts(with: Array("SSHSIG".utf8)), bytes.count > 10 else {
      return nil
    }
    var reader = SSHFields(bytes[10...])
    guard let blob = reader.next() else { return nil }
    self.init(blob: Array(blob))
  }

  /// The number of fields of each key type.
  private static let fields = [
    "ssh-ed25519": 1, "ssh-rsa": 2, "ssh-dss": 4, "ecdsa-sha2-nistp256": 2, "ecdsa-sha2-nistp384": 2,
    "ecdsa-sha2-nistp521": 2, "sk-ssh-ed25519": 2, "sk-ecdsa-sha2-nistp256": 3,
  ]
}

/// A reader of length-prefixed strings (RFC 4251, section 5).
private struct SSHFields {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  mutating func next() -> ArraySlice<UInt8>? {
    guard rest.count >= 4 else { return nil }
    let length = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
    rest = rest.dropFirst(4)
    guard rest.count >= length else { return nil }
    defer { rest = rest.dropFirst(length) }
    return rest.prefix(length)
  }
}

/// The people who share a key. Signatures cannot distinguish them, so a signed quorum counts them once
/// (`doc/design/decisions/0101-one-key-is-one-person.md`).
package struct SharedKeys {
  private var others: [Address: Address] = [:]
  private var holders: [SSHKey: Address] = [:]

  /// Creates a list without shared keys.
  package init() {}

  /// Returns the address that represents a person and everyone with whom they share a key.
  package func holder(_ person: Address) -> Address {
    var person = person
    while let other = others[person] { person = other }
    return person
  }

  /// Returns true if signatures cannot distinguish two people.
  package func isSame(_ a: Address, _ b: Address) -> Bool { holder(a) == holder(b) }

  /// Records that a person holds a key. Ignores a key that cannot be read: no signature by it is valid.
  package mutating func note(_ key: SSHKey?, of person: Address) {
    guard let key else { return }
    guard let other = holders[key] else {
      holders[key] = person
      return
    }
    let pair = [holder(other), holder(person)].sorted()
    if pair[0] != pair[1] { others[pair[1]] = pair[0] }
  }

  /// Records the keys that lines bind to addresses. Skips certificate authorities, whose key belongs to no person.
  package mutating func note(_ signers: AllowedSigners, _ people: People) {
    for line in signers.plainKeys { for name in line.principals { note(line.key, of: people.person(name)) } }
  }
}

extension AllowedSigners {
  /// The keys that lines bind to addresses, each with those addresses. O(bytes).
  package var plainKeys: [(key: SSHKey, principals: [String])] {
    lines.compactMap { line in
      guard !line.principals.contains(where: { $0.hasPrefix("!") }) else { return nil }
      let names = line.principals.filter { !Self.isPattern($0) }
      guard !names.isEmpty, let key = Self.plainKey(line.rest) else { return nil }
      return (key, names)
    }
  }

  /// Returns false if the lines contain only other keys, and no authority that could certify this one.
  package func mayHold(_ key: SSHKey?) -> Bool {
    guard let key else { return true }
    return lines.contains { line in Self.plainKey(line.rest).map { $0 == key } ?? true }
  }

  /// Returns the people of each key that is bound to several people, sorted.
  package func sharedKeys(_ people: People) -> [[Address]] {
    var found: [SSHKey: Set<Address>] = [:]
    for line in plainKeys { found[line.key, default: []].formUnion(line.principals.map(people.person)) }
    return found.values.filter { $0.count > 1 }.map { $0.sorted() }.sorted { $0.listed < $1.listed }
  }

  /// Returns the key of a line after its principals, `[options] type base64 [comment]`, or nil for a certificate
  /// authority.
  private static func plainKey(_ rest: String) -> SSHKey? {
    var fields = Fields(rest)
    guard var field = fields.next() else { return nil }
    if !isType(field) {
      // The options; a comma within quotes does not separate them.
      if options(field).contains("cert-authority") { return nil }
      guard let type = fields.next() else { return nil }
      field = type
    }
    guard isType(field), let body = fields.next(), let blob = Base64.decode(body) else { return nil }
    return SSHKey(blob: blob)
  }

  private static func isType(_ field: String) -> Bool {
    ["ssh-", "ecdsa-sha2-", "sk-"].contains(where: field.hasPrefix)
  }

  private static func options(_ field: String) -> [String] {
    var isQuoted = false
    return field.lowercased().split { character in
      if character == "\"" { isQuoted.toggle() }
      return character == "," && !isQuoted
    }.map(String.init)
  }

  /// A reader of a line's words; blanks within quotes do not separate words.
  private struct Fields {
    private var rest: Substring.UTF8View

    init(_ line: String) { rest = line[...].utf8 }

    mutating func next() -> String? {
      rest = rest.drop { $0 == 0x20 || $0 == 0x09 }
      var (isQuoted, isEscaped) = (false, false)
      let field = rest.prefix { byte in
        if byte == 0x22, !isEscaped { isQuoted.toggle() }
        isEscaped = byte == 0x5C && !isEscaped
        return isQuoted || (byte != 0x20 && byte != 0x09)
      }
      rest = rest[field.endIndex...]
      return field.isEmpty ? nil : String(decoding: Array(field), as: UTF8.self)
    }
  }
}
