extension JSONDocument {
  /// Parses bytes as strict JSON: RFC 8259 in UTF-8 without a byte order mark, unique keys, and within `limits`.
  /// - Throws: `JSONError` with the position of the first fault. O(bytes).
  public init(parsing bytes: [UInt8], limits: JSONLimits = .plan) throws(JSONError) {
    let nodes = try bytes.withUnsafeBufferPointer { buffer throws(JSONError) in
      var parser = JSONParser(bytes: buffer, limits: limits)
      try parser.document()
      return parser.nodes
    }
    self.bytes = bytes
    self.root = JSONValue(JSONTape(bytes: bytes, nodes: nodes), 0)
  }
}

/// A recursive-descent parser over bytes. Recursion is bounded by `limits.depth`.
struct JSONParser {
  let bytes: UnsafeBufferPointer<UInt8>
  let limits: JSONLimits
  private(set) var nodes: [JSONNode] = []
  private var at = 0
  private var depth = 0

  init(bytes: UnsafeBufferPointer<UInt8>, limits: JSONLimits) {
    self.bytes = bytes
    self.limits = limits
  }

  mutating func document() throws(JSONError) {
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
    // A key or a value takes about sixteen bytes of a typical file.
    nodes.reserveCapacity(bytes.count / 16 + 4)
    try value()
    skipSpace()
    guard at == bytes.count else {
      throw fault(.malformed, "There is more after the end of the JSON value.", at: at)
    }
  }

  private func fault(_ reason: JSONError.Reason, _ message: String, at offset: Int) -> JSONError {
    JSONError(
      reason: reason, message: message, offset: offset, position: TextPosition(of: offset, in: Array(bytes)))
  }

  private mutating func skipSpace() {
    if at < bytes.count, bytes[at] > 0x20 { return }
    while at < bytes.count {
      switch bytes[at] {
      case 0x20, 0x09, 0x0A, 0x0D: at += 1
      default: return
      }
    }
  }

  private mutating func value() throws(JSONError) {
    guard at < bytes.count else { throw fault(.malformed, "The file ends where a value should stand.", at: at) }
    switch bytes[at] {
    case UInt8(ascii: "{"): try object()
    case UInt8(ascii: "["): try array()
    case UInt8(ascii: "\""): try string()
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try number()
    case UInt8(ascii: "t"): try literal("true", .yes)
    case UInt8(ascii: "f"): try literal("false", .no)
    case UInt8(ascii: "n"): try literal("null", .null)
    case UInt8(ascii: "<"), UInt8(ascii: "="), UInt8(ascii: ">"):
      throw fault(.malformed, conflictMarker ?? "A value is expected here.", at: at)
    default: throw fault(.malformed, "A value is expected here.", at: at)
    }
  }

  /// Appends the node of a scalar that ends here.
  private mutating func note(_ kind: JSONNode.Kind, from start: Int, isMarked: Bool = false) {
    nodes.append(JSONNode(kind, start..<at, next: nodes.count + 1, isMarked: isMarked))
  }

  /// Ends the node of an array or an object here.
  private mutating func close(_ place: Int) {
    nodes[place].end = UInt32(truncatingIfNeeded: at)
    nodes[place].next = nodes.count
  }

  /// The sentence for an unresolved merge; nil if the text is not a conflict marker.
  private var conflictMarker: String? {
    for marker in ["<<<<<<<", "=======", ">>>>>>>", "|||||||"] where bytes[at...].starts(with: marker.utf8) {
      return "A conflict marker of an unfinished merge stands here."
    }
    return nil
  }

  private mutating func literal(_ text: StaticString, _ kind: JSONNode.Kind) throws(JSONError) {
    let start = at
    let isThere = text.withUTF8Buffer { bytes[at...].starts(with: $0) }
    guard isThere else { throw fault(.malformed, "A value is expected here.", at: at) }
    at += text.utf8CodeUnitCount
    note(kind, from: start)
  }

  private mutating func descend() throws(JSONError) {
    depth += 1
    guard depth <= limits.depth else {
      throw fault(.tooDeep, "The value is nested deeper than \(limits.depth) levels.", at: at)
    }
    at += 1
    skipSpace()
  }

  private mutating func array() throws(JSONError) {
    let place = nodes.count
    nodes.append(JSONNode(.array, at..<at, next: place))
    try descend()
    if at < bytes.count, bytes[at] == UInt8(ascii: "]") {
      at += 1
    } else {
      repeat { try value() } while try !separator(closing: UInt8(ascii: "]"), in: "array")
    }
    depth -= 1
    close(place)
  }

  private mutating func object() throws(JSONError) {
    let place = nodes.count
    nodes.append(JSONNode(.object, at..<at, next: place))
    try descend()
    var keys = SeenKeys()
    if at < bytes.count, bytes[at] == UInt8(ascii: "}") {
      at += 1
    } else {
      repeat { try member(of: place, &keys) } while try !separator(closing: UInt8(ascii: "}"), in: "object")
    }
    depth -= 1
    close(place)
  }

  private mutating func member(of object: Int, _ keys: inout SeenKeys) throws(JSONError) {
    guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") else {
      let sentence = at < bytes.count ? conflictMarker : nil
      throw fault(.malformed, sentence ?? "A key in double quotes is expected here.", at: at)
    }
    let key = nodes.count
    try string()
    guard keys.insert(key, of: object, nodes, bytes) else {
      let name = JSONEscapes.decoded(inside(key))
      throw fault(.duplicateKey, "The key \"\(name)\" occurs twice in this object.", at: Int(nodes[key].start))
    }
    skipSpace()
    guard at < bytes.count, bytes[at] == UInt8(ascii: ":") else {
      throw fault(.malformed, "A colon is expected here.", at: at)
    }
    at += 1
    skipSpace()
    try value()
  }

  private func inside(_ string: Int) -> UnsafeBufferPointer<UInt8> { nodes[string].inside(bytes) }

  /// Reads `,` or the closing bracket. Returns true at the closing bracket.
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
      throw fault(.malformed, conflictMarker ?? "A comma or the end of the \(container) is expected here.", at: at)
    }
    at += 1
    skipSpace()
    return false
  }

  private mutating func number() throws(JSONError) {
    let start = at
    var isInteger = true
    var isZero = true
    func digit(_ index: Int) -> Bool { index < bytes.count && bytes[index] >= 0x30 && bytes[index] <= 0x39 }
    if bytes[at] == UInt8(ascii: "-") { at += 1 }
    guard digit(at) else { throw fault(.malformed, "A digit is expected here.", at: at) }
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
    guard let number = JSONNumber(literal: text, isInteger: isInteger), isZero || number.double != 0 else {
      throw fault(.malformed, "The number lies outside the range of a double.", at: start)
    }
    if isInteger, limits.portableOnly, number.integer.map({ $0.magnitude > 1 << 53 - 1 }) ?? true {
      throw fault(.malformed, "The integer lies outside ±(2⁵³−1).", at: start)
    }
    note(.number, from: start, isMarked: isInteger)
  }
}

/// The keys of one object so far. A few are compared with each other; many, or any with escapes, are hashed.
private struct SeenKeys {
  private var count = 0
  private var hashed: Set<[UInt8]>?

  /// Returns false if the object already has the key.
  mutating func insert(_ key: Int, of object: Int, _ nodes: [JSONNode], _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    func decoded(_ key: Int) -> [UInt8] {
      let inside = nodes[key].inside(bytes)
      return nodes[key].isMarked ? Array(JSONEscapes.decoded(inside).utf8) : Array(inside)
    }
    defer { count += 1 }
    if hashed == nil, count < 24, !nodes[key].isMarked {
      let name = nodes[key].inside(bytes)
      var other = object + 1
      while other < key {
        if nodes[other].end - nodes[other].start == name.count + 2,
          nodes[other].inside(bytes).elementsEqual(name)
        {
          return false
        }
        other = nodes[other + 1].next
      }
      return true
    }
    if hashed == nil {
      hashed = []
      var other = object + 1
      while other < key {
        hashed?.insert(decoded(other))
        other = nodes[other + 1].next
      }
    }
    return hashed?.insert(decoded(key)).inserted ?? true
  }
}

extension JSONNode {
  /// The bytes between a string's quotes.
  func inside(_ bytes: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(rebasing: bytes[Int(start) + 1..<Int(end) - 1])
  }
}

// MARK: - Strings

extension JSONParser {
  fileprivate mutating func string() throws(JSONError) {
    let start = at
    at += 1
    var (all, isEscaped): (UInt8, Bool) = (0, false)
    while at < bytes.count {
      at = endOfASCII(from: at)
      guard at < bytes.count else { break }
      let byte = bytes[at]
      all |= byte
      if byte == UInt8(ascii: "\"") {
        if all >= 0x80, String(validating: bytes[start + 1..<at], as: UTF8.self) == nil {
          throw fault(.malformed, "The bytes are not UTF-8.", at: firstInvalid(in: start + 1..<at))
        }
        at += 1
        note(.string, from: start, isMarked: isEscaped)
        return
      }
      if byte == UInt8(ascii: "\\") {
        isEscaped = true
        try escape()
        continue
      }
      if byte < 0x20 { throw rawControl() }
      at += 1
    }
    throw fault(.malformed, "The file ends inside a string.", at: start)
  }

  /// The first byte from a place on that is no plain ASCII, is a quote or a backslash, or is near the end. Eight at a time
  /// (Mycroft's test for a zero byte).
  private func endOfASCII(from start: Int) -> Int {
    guard let base = UnsafeRawPointer(bytes.baseAddress) else { return start }
    let (ones, highs): (UInt64, UInt64) = (0x0101_0101_0101_0101, 0x8080_8080_8080_8080)
    var at = start
    while at + 8 <= bytes.count {
      let word = UInt64(littleEndian: base.loadUnaligned(fromByteOffset: at, as: UInt64.self))
      let (quote, backslash) = (word ^ ones &* 0x22, word ^ ones &* 0x5C)
      // The lowest bit that is set belongs to the first such byte; those above it may be wrong.
      let special =
        ((quote &- ones) & ~quote | (backslash &- ones) & ~backslash | (word &- ones &* 0x20) & ~word | word) & highs
      guard special == 0 else { return at + special.trailingZeroBitCount / 8 }
      at += 8
    }
    return at
  }

  private func rawControl() -> JSONError {
    let isLineEnd = bytes[at] == 0x0A || bytes[at] == 0x0D
    return fault(
      .malformed, isLineEnd ? "The string is not closed on its line." : "A control character stands in a string.",
      at: at)
  }

  /// Returns the offset of the first byte that is not UTF-8. O(n), only after an error.
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

  private mutating func escape() throws(JSONError) {
    switch JSONEscapes.scalar(bytes, at) {
    case .success(let (scalar, end)):
      if scalar == "\0", limits.portableOnly { throw fault(.malformed, "A string holds no NUL.", at: at) }
      at = end
    case .failure(let error):
      throw fault(.malformed, error.rawValue, at: at)
    }
  }
}
