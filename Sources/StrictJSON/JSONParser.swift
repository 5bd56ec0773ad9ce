extension JSONDocument {
  /// Parses bytes as strict JSON: RFC 8259 in UTF-8 without a byte order mark, unique keys, and within `limits`.
  /// - Throws: `JSONError` with the place of the first fault. O(bytes).
  public init(parsing bytes: [UInt8], limits: JSONLimits = .plan) throws(JSONError) {
    self.root = try bytes.withUnsafeBufferPointer { buffer throws(JSONError) in
      var parser = JSONParser(bytes: buffer, limits: limits)
      return try parser.document()
    }
    self.bytes = bytes
  }
}

/// A recursive-descent parser over bytes. Recursion is bounded by `limits.depth`.
struct JSONParser {
  let bytes: UnsafeBufferPointer<UInt8>
  let limits: JSONLimits
  private var at = 0
  private var depth = 0

  init(bytes: UnsafeBufferPointer<UInt8>, limits: JSONLimits) {
    self.bytes = bytes
    self.limits = limits
  }

  mutating func document() throws(JSONError) -> JSONValue {
    guard bytes.count <= limits.size else {
      throw fault(.tooLarge, "The file has \(bytes.count) bytes; at most \(limits.size) are read.", at: 0)
    }
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
      throw fault(.malformed, "The file begins with a byte order mark.", at: 0)
    }
    if bytes.starts(with: [0xFE, 0xFF]) || bytes.starts(with: [0xFF, 0xFE]) {
      throw fault(.malformed, "The file is UTF-16, not UTF-8.", at: 0)
    }
    skipSpace()
    guard at < bytes.count else { throw fault(.malformed, "The file is empty.", at: 0) }
    let root = try value()
    skipSpace()
    guard at == bytes.count else {
      throw fault(.malformed, "There is more after the end of the JSON value.", at: at)
    }
    return root
  }

  private func fault(_ reason: JSONError.Reason, _ message: String, at offset: Int) -> JSONError {
    JSONError(
      reason: reason, message: message, offset: offset, position: TextPosition(of: offset, in: Array(bytes)))
  }

  private mutating func skipSpace() {
    while at < bytes.count {
      switch bytes[at] {
      case 0x20, 0x09, 0x0A, 0x0D: at += 1
      default: return
      }
    }
  }

  private mutating func value() throws(JSONError) -> JSONValue {
    guard at < bytes.count else { throw fault(.malformed, "The file ends where a value should stand.", at: at) }
    let start = at
    switch bytes[at] {
    case UInt8(ascii: "{"): return try object()
    case UInt8(ascii: "["): return try array()
    case UInt8(ascii: "\""): return JSONValue(.string(try string()), range: start..<at)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    case UInt8(ascii: "t"): return try literal("true", .bool(true))
    case UInt8(ascii: "f"): return try literal("false", .bool(false))
    case UInt8(ascii: "n"): return try literal("null", .null)
    case UInt8(ascii: "<"), UInt8(ascii: "="), UInt8(ascii: ">"):
      throw fault(.malformed, conflictMarker ?? "A value should stand here.", at: at)
    default: throw fault(.malformed, "A value should stand here.", at: at)
    }
  }

  /// The sentence for an unresolved merge, where the place looks like one.
  private var conflictMarker: String? {
    for marker in ["<<<<<<<", "=======", ">>>>>>>", "|||||||"] where bytes[at...].starts(with: marker.utf8) {
      return "A conflict marker of an unfinished merge stands here."
    }
    return nil
  }

  private mutating func literal(_ text: StaticString, _ kind: JSONValue.Kind) throws(JSONError) -> JSONValue {
    let start = at
    let wanted = text.withUTF8Buffer { Array($0) }
    guard bytes[at...].starts(with: wanted) else { throw fault(.malformed, "A value should stand here.", at: at) }
    at += wanted.count
    return JSONValue(kind, range: start..<at)
  }

  private mutating func descend() throws(JSONError) {
    depth += 1
    guard depth <= limits.depth else {
      throw fault(.tooDeep, "The value is nested deeper than \(limits.depth) levels.", at: at)
    }
    at += 1
    skipSpace()
  }

  private mutating func array() throws(JSONError) -> JSONValue {
    let start = at
    try descend()
    var elements: [JSONValue] = []
    if at < bytes.count, bytes[at] == UInt8(ascii: "]") {
      at += 1
    } else {
      while true {
        elements.append(try value())
        if try separator(closing: UInt8(ascii: "]"), in: "array") { break }
      }
    }
    depth -= 1
    return JSONValue(.array(elements), range: start..<at)
  }

  private mutating func object() throws(JSONError) -> JSONValue {
    let start = at
    try descend()
    var members: [JSONMember] = []
    // Most documents are a dozen members wide, and what stands in them three.
    members.reserveCapacity(depth == 1 ? 12 : 4)
    var seen = Set<[UInt8]>()
    if at < bytes.count, bytes[at] == UInt8(ascii: "}") {
      at += 1
    } else {
      while true {
        let keyStart = at
        guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") else {
          let sentence = at < bytes.count ? conflictMarker : nil
          throw fault(.malformed, sentence ?? "A key in double quotes should stand here.", at: at)
        }
        let key = try string()
        let keyRange = keyStart..<at
        let repeated =
          members.count < 24
          ? members.contains { $0.key.isExactly(key) }
          : {
            if seen.isEmpty { for member in members { seen.insert(Array(member.key.utf8)) } }
            return seen.contains(Array(key.utf8))
          }()
        guard !repeated else {
          throw fault(.duplicateKey, "The key \"\(key)\" stands twice in this object.", at: keyStart)
        }
        if !seen.isEmpty { seen.insert(Array(key.utf8)) }
        skipSpace()
        guard at < bytes.count, bytes[at] == UInt8(ascii: ":") else {
          throw fault(.malformed, "A colon should stand here.", at: at)
        }
        at += 1
        skipSpace()
        members.append(JSONMember(key, try value(), keyRange: keyRange))
        if try separator(closing: UInt8(ascii: "}"), in: "object") { break }
      }
    }
    depth -= 1
    return JSONValue(.object(members), range: start..<at)
  }

  /// Reads `,` or the closing bracket; true at the close.
  private mutating func separator(closing: UInt8, in container: StaticString) throws(JSONError) -> Bool {
    skipSpace()
    guard at < bytes.count else {
      throw fault(.malformed, "The file ends inside an \(container).", at: at)
    }
    if bytes[at] == closing {
      at += 1
      return true
    }
    guard bytes[at] == UInt8(ascii: ",") else {
      throw fault(.malformed, conflictMarker ?? "A comma or the end of the \(container) should stand here.", at: at)
    }
    at += 1
    skipSpace()
    return false
  }

  private mutating func number() throws(JSONError) -> JSONValue {
    let start = at
    var isInteger = true
    var isZero = true
    func digit(_ index: Int) -> Bool { index < bytes.count && bytes[index] >= 0x30 && bytes[index] <= 0x39 }
    if bytes[at] == UInt8(ascii: "-") { at += 1 }
    guard digit(at) else { throw fault(.malformed, "A digit should stand here.", at: at) }
    if bytes[at] == UInt8(ascii: "0") {
      at += 1
      if digit(at) { throw fault(.malformed, "A number has no leading zero.", at: at - 1) }
    }
    while digit(at) {
      isZero = false
      at += 1
    }
    if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
      isInteger = false
      at += 1
      guard digit(at) else { throw fault(.malformed, "A digit should follow the decimal point.", at: at) }
      while digit(at) {
        if bytes[at] != UInt8(ascii: "0") { isZero = false }
        at += 1
      }
    }
    if at < bytes.count, bytes[at] | 0x20 == UInt8(ascii: "e") {
      isInteger = false
      at += 1
      if at < bytes.count, bytes[at] == UInt8(ascii: "+") || bytes[at] == UInt8(ascii: "-") { at += 1 }
      guard digit(at) else { throw fault(.malformed, "A digit should stand in the exponent.", at: at) }
      while digit(at) { at += 1 }
    }
    let text = String(decoding: bytes[start..<at], as: UTF8.self)
    if isInteger, let integer = Int(text) {
      guard !limits.portableOnly || integer.magnitude <= 1 << 53 - 1 else {
        throw fault(.malformed, "The integer lies outside ±(2⁵³−1).", at: start)
      }
      // "-0" is the double −0, which RFC 8785 writes as 0.
      return JSONValue(.number(JSONNumber(integer)), range: start..<at)
    }
    guard let double = Double(text), double.isFinite, isZero || double != 0 else {
      throw fault(.malformed, "The number lies outside the range of a double.", at: start)
    }
    if isInteger, limits.portableOnly {
      throw fault(.malformed, "The integer lies outside ±(2⁵³−1).", at: start)
    }
    return JSONValue(.number(JSONNumber(double)), range: start..<at)
  }
}

// MARK: - Strings

extension JSONParser {
  fileprivate mutating func string() throws(JSONError) -> String {
    at += 1
    let start = at
    var all: UInt8 = 0
    while at < bytes.count {
      let byte = bytes[at]
      all |= byte
      if byte == UInt8(ascii: "\"") {
        let text = all < 0x80 ? ascii(start..<at) : try text(start..<at)
        at += 1
        return text
      }
      if byte == UInt8(ascii: "\\") { return try escapedString(from: start) }
      if byte < 0x20 { throw rawControl() }
      at += 1
    }
    throw fault(.malformed, "The file ends inside a string.", at: start - 1)
  }

  private func rawControl() -> JSONError {
    let isLineEnd = bytes[at] == 0x0A || bytes[at] == 0x0D
    return fault(
      .malformed, isLineEnd ? "The string is not closed on its line." : "A control character stands in a string.",
      at: at)
  }

  private func ascii(_ range: Range<Int>) -> String {
    String(unsafeUninitializedCapacity: range.count) { out in
      _ = out.initialize(fromContentsOf: bytes[range])
      return range.count
    }
  }

  private func text(_ range: Range<Int>) throws(JSONError) -> String {
    guard let text = String(validating: bytes[range], as: UTF8.self) else {
      throw fault(.malformed, "The bytes are not UTF-8.", at: firstInvalid(in: range))
    }
    return text
  }

  /// The offset of the first byte that is not UTF-8. O(n), on the way out only.
  private func firstInvalid(in range: Range<Int>) -> Int {
    var decoder = UTF8.ForwardParser()
    var iterator = bytes[range].makeIterator()
    var offset = range.lowerBound
    while true {
      switch decoder.parseScalar(from: &iterator) {
      case .valid(let scalar): offset += scalar.count
      case .emptyInput, .error: return offset
      }
    }
  }

  private mutating func escapedString(from start: Int) throws(JSONError) -> String {
    var out: [UInt8] = Array(bytes[start..<at])
    while at < bytes.count {
      let byte = bytes[at]
      switch byte {
      case UInt8(ascii: "\""):
        at += 1
        guard let text = String(validating: out, as: UTF8.self) else {
          throw fault(.malformed, "The bytes are not UTF-8.", at: firstInvalid(in: start..<(at - 1)))
        }
        return text
      case UInt8(ascii: "\\"):
        let escapeStart = at
        out.append(contentsOf: UTF8.encode(try escape(at: escapeStart)) ?? UTF8.encodedReplacementCharacter)
      case 0..<0x20:
        throw rawControl()
      default:
        out.append(byte)
        at += 1
      }
    }
    throw fault(.malformed, "The file ends inside a string.", at: start - 1)
  }

  private mutating func escape(at start: Int) throws(JSONError) -> Unicode.Scalar {
    at += 1
    guard at < bytes.count else { throw fault(.malformed, "The file ends inside a string.", at: start) }
    defer { at += 1 }
    switch bytes[at] {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return try unicodeEscape(at: start)
    default: throw fault(.malformed, "This escape is not known to JSON.", at: start)
    }
  }

  /// On return, `at` is the last hexadecimal digit.
  private mutating func unicodeEscape(at start: Int) throws(JSONError) -> Unicode.Scalar {
    let first = try hexadecimal(at: start)
    var code = UInt32(first)
    if UTF16.isLeadSurrogate(first) {
      guard at + 2 < bytes.count, bytes[at + 1] == UInt8(ascii: "\\"), bytes[at + 2] == UInt8(ascii: "u") else {
        throw fault(.malformed, "A surrogate stands alone.", at: start)
      }
      at += 2
      let second = try hexadecimal(at: start)
      guard UTF16.isTrailSurrogate(second) else { throw fault(.malformed, "A surrogate stands alone.", at: start) }
      code = 0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00)
    }
    guard let scalar = Unicode.Scalar(code) else { throw fault(.malformed, "A surrogate stands alone.", at: start) }
    if scalar == "\0", limits.portableOnly { throw fault(.malformed, "A string holds no NUL.", at: start) }
    return scalar
  }

  private mutating func hexadecimal(at start: Int) throws(JSONError) -> UInt16 {
    var code: UInt16 = 0
    for _ in 0..<4 {
      at += 1
      guard at < bytes.count, let digit = Character(Unicode.Scalar(bytes[at])).hexDigitValue,
        bytes[at] < 0x80
      else { throw fault(.malformed, "Four hexadecimal digits should follow \\u.", at: start) }
      code = code << 4 | UInt16(digit)
    }
    return code
  }
}
