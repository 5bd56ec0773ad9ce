/// A URI reference split as in RFC 3986, appendix B, and its resolution against a base (section 5.2).
struct URIReference: Hashable {
  var scheme: String?
  var authority: String?
  var path: String
  var query: String?
  var fragment: String?

  init(_ text: String) {
    var rest = Substring(text)
    if let hash = rest.firstIndex(of: "#") {
      fragment = String(rest[rest.index(after: hash)...])
      rest = rest[..<hash]
    }
    if let mark = rest.firstIndex(of: "?") {
      query = String(rest[rest.index(after: mark)...])
      rest = rest[..<mark]
    }
    if let colon = rest.firstIndex(of: ":"), rest[..<colon].allSatisfy({ $0 != "/" }),
      rest.first?.isLetter == true
    {
      scheme = String(rest[..<colon]).lowercased()
      rest = rest[rest.index(after: colon)...]
    }
    if rest.hasPrefix("//") {
      rest = rest.dropFirst(2)
      let end = rest.firstIndex(of: "/") ?? rest.endIndex
      authority = String(rest[..<end])
      rest = rest[end...]
    }
    path = String(rest)
  }

  /// The reference without its fragment: the name of a resource.
  var resourceName: String {
    var text = scheme.map { $0 + ":" } ?? ""
    if let authority { text += "//" + authority }
    text += path
    if let query { text += "?" + query }
    return text
  }

  /// Resolves the reference against a base (RFC 3986, 5.2.2).
  func resolved(against base: URIReference) -> URIReference {
    var target = self
    if scheme != nil {
      target.path = Self.removingDotSegments(path)
    } else {
      target.scheme = base.scheme
      if authority != nil {
        target.path = Self.removingDotSegments(path)
      } else {
        target.authority = base.authority
        if path.isEmpty {
          target.path = base.path
          target.query = query ?? base.query
        } else if path.hasPrefix("/") {
          target.path = Self.removingDotSegments(path)
        } else {
          target.path = Self.removingDotSegments(base.merging(path))
        }
      }
    }
    return target
  }

  private func merging(_ relative: String) -> String {
    if authority != nil && path.isEmpty { return "/" + relative }
    guard let slash = path.lastIndex(of: "/") else { return relative }
    return path[...slash] + relative
  }

  /// Removes dot segments (RFC 3986, 5.2.4).
  private static func removingDotSegments(_ path: String) -> String {
    guard path.contains(".") else { return path }
    var out: [Substring] = []
    let segments = path.split(separator: "/", omittingEmptySubsequences: false)
    for (index, segment) in segments.enumerated() {
      let isLast = index == segments.count - 1
      switch segment {
      case ".": if isLast { out.append("") }
      case "..":
        if out.count > 1 || (out.first.map { !$0.isEmpty } ?? false) { out.removeLast() }
        if isLast { out.append("") }
      default: out.append(segment)
      }
    }
    return out.joined(separator: "/")
  }

  /// Decodes percent escapes (RFC 3986, 2.1). Returns nil if an escape is malformed or the bytes are not UTF-8.
  static func percentDecoded(_ text: String) -> String? {
    guard text.utf8.contains(UInt8(ascii: "%")) else { return text }
    var out: [UInt8] = []
    var bytes = Array(text.utf8)[...]
    while let byte = bytes.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        out.append(byte)
        continue
      }
      guard bytes.count >= 2, let code = UInt8(String(decoding: bytes.prefix(2), as: UTF8.self), radix: 16)
      else { return nil }
      out.append(code)
      bytes = bytes.dropFirst(2)
    }
    return String(validating: out, as: UTF8.self)
  }
}
