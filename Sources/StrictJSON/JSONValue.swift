import CPure

/// A JSON value with its position in its document.
public struct JSONValue: Sendable {
  /// The seven kinds of RFC 8259, with object members in the order of the text.
  public enum Kind: Sendable {
    case null
    case bool(Bool)
    case number(JSONNumber)
    case string(String)
    case array([JSONValue])
    case object([JSONMember])
  }

  private enum Storage: Sendable {
    case parsed(JSONTape, Int)
    case made(Kind)
    /// Created in code, with a position: rare, so indirect, to keep the other cases small.
    indirect case placed(Kind, Range<Int>)
  }

  private let storage: Storage

  /// Creates a value without a position.
  public init(_ kind: Kind) { storage = .made(kind) }

  /// Creates a value with a position.
  public init(_ kind: Kind, range: Range<Int>) { storage = .placed(kind, range) }

  init(_ tape: JSONTape, _ node: Int) { storage = .parsed(tape, node) }

  /// The kind of the value. For a parsed value it is created at each call, one level deep: O(elements or members).
  public var kind: Kind {
    switch storage {
    case .made(let kind), .placed(let kind, _): kind
    case .parsed(let tape, let node): tape.kind(node)
    }
  }

  /// The half-open range of byte offsets in the document; `0..<0` for a value without a position.
  public var range: Range<Int> {
    switch storage {
    case .made: 0..<0
    case .placed(_, let range): range
    case .parsed(let tape, let node): tape.nodes[node].range
    }
  }
}

/// One `"key": value` of an object.
public struct JSONMember: Sendable {
  /// The key, escapes decoded.
  public let key: String
  /// The byte offsets of the key, including quotes.
  public let keyRange: Range<Int>
  /// The value.
  public let value: JSONValue

  /// Creates a member; without a range it has no position.
  public init(_ key: String, _ value: JSONValue, keyRange: Range<Int> = 0..<0) {
    self.key = key
    self.value = value
    self.keyRange = keyRange
  }
}

/// A JSON number: a double, and the exact integer if it was written as one.
public struct JSONNumber: Sendable, Equatable {
  /// The value as an IEEE 754 double.
  public let double: Double
  /// The exact value if the literal has neither fraction nor exponent and fits 64 bits.
  public let integer: Int?

  /// Creates a number from a double.
  public init(_ double: Double) {
    self.double = double
    self.integer = nil
  }

  /// Creates a number from an integer.
  public init(_ integer: Int) {
    self.double = Double(integer)
    self.integer = integer
  }

  /// Parses a literal of RFC 8259. Returns nil if it is outside the range of a double.
  init?(literal text: String, isInteger: Bool) {
    if isInteger, let integer = Int(text) {
      // "-0" is the double −0, which RFC 8785 writes as 0.
      self.init(integer)
      return
    }
    guard let double = Double(text), double.isFinite else { return nil }
    self.init(double)
  }

  /// True if the value has no fractional part: `1.0` is an integer in JSON Schema 2020-12.
  public var isIntegral: Bool { integer != nil || double.rounded(.towardZero) == double }

  /// Compares numbers by value: `1` equals `1.0`.
  public static func == (left: JSONNumber, right: JSONNumber) -> Bool {
    if let a = left.integer, let b = right.integer { return a == b }
    return left.double == right.double
  }
}

extension JSONValue {
  /// Returns the value of a key, compared by code points. Returns nil if this is not an object or has no such key.
  /// O(members).
  public subscript(key: String) -> JSONValue? {
    switch storage {
    case .made(.object(let members)), .placed(.object(let members), _):
      return members.first { $0.key.isExactly(key) }?.value
    case .parsed(let tape, let node):
      guard tape.nodes[node].kind == .object, let place = tape.key(key, of: node) else { return nil }
      return JSONValue(tape, place + 1)
    default: return nil
    }
  }

  /// Returns the member of a key, with its position. O(members).
  public func member(_ key: String) -> JSONMember? {
    switch storage {
    case .made(.object(let members)), .placed(.object(let members), _): return members.first { $0.key.isExactly(key) }
    case .parsed(let tape, let node):
      guard tape.nodes[node].kind == .object, let place = tape.key(key, of: node) else { return nil }
      return tape.member(place)
    default: return nil
    }
  }

  /// The text of a string; nil for other kinds.
  public var string: String? {
    switch storage {
    case .made(.string(let text)), .placed(.string(let text), _): text
    case .parsed(let tape, let node): tape.nodes[node].kind == .string ? tape.text(node) : nil
    default: nil
    }
  }

  /// The text of a string, decoded on demand; nil for other kinds.
  public var lazyText: JSONText? {
    switch storage {
    case .made(.string(let text)), .placed(.string(let text), _): JSONText(text)
    case .parsed(let tape, let node): tape.nodes[node].kind == .string ? tape.lazyText(node) : nil
    default: nil
    }
  }

  /// The parsed text and the node of the value; nil for a value created in code.
  var parsed: (tape: JSONTape, node: Int)? {
    guard case .parsed(let tape, let node) = storage else { return nil }
    return (tape, node)
  }

  /// The elements of an array; nil for other kinds.
  public var array: [JSONValue]? {
    switch storage {
    case .made(.array(let elements)), .placed(.array(let elements), _): elements
    case .parsed(let tape, let node): tape.nodes[node].kind == .array ? tape.elements(node) : nil
    default: nil
    }
  }

  /// The members of an object; nil for other kinds.
  public var object: [JSONMember]? {
    switch storage {
    case .made(.object(let members)), .placed(.object(let members), _): members
    case .parsed(let tape, let node): tape.nodes[node].kind == .object ? tape.members(node) : nil
    default: nil
    }
  }

  /// True if the value is an object.
  public var isObject: Bool {
    switch storage {
    case .made(.object), .placed(.object, _): true
    case .parsed(let tape, let node): tape.nodes[node].kind == .object
    default: false
    }
  }

  /// The value of a boolean; nil for other kinds.
  public var bool: Bool? {
    switch storage {
    case .made(.bool(let truth)), .placed(.bool(let truth), _): truth
    case .parsed(let tape, let node):
      switch tape.nodes[node].kind {
      case .yes: true
      case .no: false
      default: nil
      }
    default: nil
    }
  }

  /// The number; nil for other kinds.
  public var number: JSONNumber? {
    switch storage {
    case .made(.number(let number)), .placed(.number(let number), _): number
    case .parsed(let tape, let node): tape.nodes[node].kind == .number ? tape.number(node) : nil
    default: nil
    }
  }

  /// The integer if the number was written as one; nil otherwise.
  public var integer: Int? { number?.integer }

  /// JSON Schema's name of the kind.
  public var typeName: String {
    switch storage {
    case .made(let kind), .placed(let kind, _): kind.typeName
    case .parsed(let tape, let node): tape.nodes[node].kind.typeName
    }
  }

  /// Compares values as JSON Schema does: numbers by value, strings by code points, objects without order.
  public func isEqual(to other: JSONValue) -> Bool {
    switch (kind, other.kind) {
    case (.null, .null): true
    case (.bool(let a), .bool(let b)): a == b
    case (.number(let a), .number(let b)): a == b
    case (.string(let a), .string(let b)): a.isExactly(b)
    case (.array(let a), .array(let b)):
      a.count == b.count && zip(a, b).allSatisfy { $0.isEqual(to: $1) }
    case (.object(let a), .object(let b)):
      a.count == b.count && a.allSatisfy { member in other[member.key]?.isEqual(to: member.value) ?? false }
    default: false
    }
  }
}

extension JSONValue.Kind {
  fileprivate var typeName: String {
    switch self {
    case .null: "null"
    case .bool: "boolean"
    case .number: "number"
    case .string: "string"
    case .array: "array"
    case .object: "object"
    }
  }
}

extension JSONNode.Kind {
  fileprivate var typeName: String {
    switch self {
    case .null: "null"
    case .no, .yes: "boolean"
    case .number: "number"
    case .string: "string"
    case .array: "array"
    case .object: "object"
    }
  }
}

extension String {
  /// Compares code points. `==` on `String` treats canonically equivalent texts as equal, which JSON does not.
  public func isExactly(_ other: String) -> Bool {
    var (a, b) = (self, other)
    return a.withUTF8 { a in
      b.withUTF8 { b in
        guard a.count == b.count, let start = a.baseAddress, let other = b.baseAddress else {
          return a.count == b.count
        }
        return memcmp(start, other, a.count) == 0
      }
    }
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral, ExpressibleByNilLiteral
{
  /// Creates a string.
  public init(stringLiteral text: String) { self.init(.string(text)) }
  /// Creates an array.
  public init(arrayLiteral elements: JSONValue...) { self.init(.array(elements)) }
  /// Creates an object, with members in the given order.
  public init(dictionaryLiteral members: (String, JSONValue)...) {
    self.init(.object(members.map { JSONMember($0, $1) }))
  }
  /// Creates a boolean.
  public init(booleanLiteral truth: Bool) { self.init(.bool(truth)) }
  /// Creates an integer.
  public init(integerLiteral number: Int) { self.init(.number(JSONNumber(number))) }
  /// Creates a null.
  public init(nilLiteral: ()) { self.init(.null) }

  /// Creates a string from a variable.
  public static func text(_ text: String) -> JSONValue { JSONValue(.string(text)) }
  /// Creates an array of strings.
  public static func texts(_ texts: [String]) -> JSONValue { JSONValue(.array(texts.map { .text($0) })) }
  /// Creates an integer from a variable.
  public static func int(_ number: Int) -> JSONValue { JSONValue(.number(JSONNumber(number))) }
}
