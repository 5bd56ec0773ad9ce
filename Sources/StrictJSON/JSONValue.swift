import CPure

/// A JSON value that remembers where in its document it stood.
public struct JSONValue: Sendable {
  /// The seven kinds of RFC 8259, with object members in the order they were written.
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
    /// Made in code, and said to stand somewhere: rare, so that all others are small.
    indirect case placed(Kind, Range<Int>)
  }

  private let storage: Storage

  /// Makes a value; values made in code have no place.
  public init(_ kind: Kind) { storage = .made(kind) }

  /// Makes a value that stands for something at a place.
  public init(_ kind: Kind, range: Range<Int>) { storage = .placed(kind, range) }

  init(_ tape: JSONTape, _ node: Int) { storage = .parsed(tape, node) }

  /// What the value is. For a parsed value it is made at each call, one level deep: O(elements or members).
  public var kind: Kind {
    switch storage {
    case .made(let kind), .placed(let kind, _): kind
    case .parsed(let tape, let node): tape.kind(node)
    }
  }

  /// The half-open range of byte offsets in the document; `0..<0` for a value made in code.
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
  /// The key, with its escapes decoded.
  public let key: String
  /// The byte offsets of the key, quotes included.
  public let keyRange: Range<Int>
  /// The value.
  public let value: JSONValue

  /// Makes a member; members made in code have no place.
  public init(_ key: String, _ value: JSONValue, keyRange: Range<Int> = 0..<0) {
    self.key = key
    self.value = value
    self.keyRange = keyRange
  }
}

/// A JSON number: a double, and the exact integer where it was written as one.
public struct JSONNumber: Sendable, Equatable {
  /// The value as an IEEE 754 double.
  public let double: Double
  /// The exact value where the literal has neither fraction nor exponent and fits 64 bits.
  public let integer: Int?

  /// Makes a number from a double.
  public init(_ double: Double) {
    self.double = double
    self.integer = nil
  }

  /// Makes a number from an integer.
  public init(_ integer: Int) {
    self.double = Double(integer)
    self.integer = integer
  }

  /// Reads a literal of RFC 8259; nil where it lies outside the range of a double.
  init?(literal text: String, isInteger: Bool) {
    if isInteger, let integer = Int(text) {
      // "-0" is the double −0, which RFC 8785 writes as 0.
      self.init(integer)
      return
    }
    guard let double = Double(text), double.isFinite else { return nil }
    self.init(double)
  }

  /// True where the value has no fractional part: `1.0` is an integer, as JSON Schema 2020-12 says.
  public var isIntegral: Bool { integer != nil || double.rounded(.towardZero) == double }

  /// Numbers are equal by value: `1` equals `1.0`.
  public static func == (left: JSONNumber, right: JSONNumber) -> Bool {
    if let a = left.integer, let b = right.integer { return a == b }
    return left.double == right.double
  }
}

extension JSONValue {
  /// The value of that key, compared by code points; nil where this is no object or has none. O(members).
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

  /// The member of that key with its own place. O(members).
  public func member(_ key: String) -> JSONMember? {
    switch storage {
    case .made(.object(let members)), .placed(.object(let members), _): return members.first { $0.key.isExactly(key) }
    case .parsed(let tape, let node):
      guard tape.nodes[node].kind == .object, let place = tape.key(key, of: node) else { return nil }
      return tape.member(place)
    default: return nil
    }
  }

  /// The text of a string, else nil.
  public var string: String? {
    switch storage {
    case .made(.string(let text)), .placed(.string(let text), _): text
    case .parsed(let tape, let node): tape.nodes[node].kind == .string ? tape.text(node) : nil
    default: nil
    }
  }

  /// The text of a string, decoded when somebody asks, else nil.
  public var lazyText: JSONText? {
    switch storage {
    case .made(.string(let text)), .placed(.string(let text), _): JSONText(text)
    case .parsed(let tape, let node): tape.nodes[node].kind == .string ? tape.lazyText(node) : nil
    default: nil
    }
  }

  /// The parsed text that the value stands in, and its node; nil for a value made in code.
  var parsed: (tape: JSONTape, node: Int)? {
    guard case .parsed(let tape, let node) = storage else { return nil }
    return (tape, node)
  }

  /// The elements of an array, else nil.
  public var array: [JSONValue]? {
    switch storage {
    case .made(.array(let elements)), .placed(.array(let elements), _): elements
    case .parsed(let tape, let node): tape.nodes[node].kind == .array ? tape.elements(node) : nil
    default: nil
    }
  }

  /// The members of an object, else nil.
  public var object: [JSONMember]? {
    switch storage {
    case .made(.object(let members)), .placed(.object(let members), _): members
    case .parsed(let tape, let node): tape.nodes[node].kind == .object ? tape.members(node) : nil
    default: nil
    }
  }

  /// True for an object, whatever stands in it.
  public var isObject: Bool {
    switch storage {
    case .made(.object), .placed(.object, _): true
    case .parsed(let tape, let node): tape.nodes[node].kind == .object
    default: false
    }
  }

  /// The truth of a boolean, else nil.
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

  /// The number, else nil.
  public var number: JSONNumber? {
    switch storage {
    case .made(.number(let number)), .placed(.number(let number), _): number
    case .parsed(let tape, let node): tape.nodes[node].kind == .number ? tape.number(node) : nil
    default: nil
    }
  }

  /// The integer, where the number was written as one, else nil.
  public var integer: Int? { number?.integer }

  /// JSON Schema's name of the kind.
  public var typeName: String {
    switch storage {
    case .made(let kind), .placed(let kind, _): kind.typeName
    case .parsed(let tape, let node): tape.nodes[node].kind.typeName
    }
  }

  /// Equality as JSON Schema defines it: numbers by value, strings by code points, objects without order.
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
  /// Equality of code points. `==` on `String` takes canonically equivalent texts for one, which JSON does not.
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
  /// A string made in code.
  public init(stringLiteral text: String) { self.init(.string(text)) }
  /// An array made in code.
  public init(arrayLiteral elements: JSONValue...) { self.init(.array(elements)) }
  /// An object made in code, its members in the order written.
  public init(dictionaryLiteral members: (String, JSONValue)...) {
    self.init(.object(members.map { JSONMember($0, $1) }))
  }
  /// A boolean made in code.
  public init(booleanLiteral truth: Bool) { self.init(.bool(truth)) }
  /// An integer made in code.
  public init(integerLiteral number: Int) { self.init(.number(JSONNumber(number))) }
  /// A null made in code.
  public init(nilLiteral: ()) { self.init(.null) }

  /// A string from a variable.
  public static func text(_ text: String) -> JSONValue { JSONValue(.string(text)) }
  /// An array of strings.
  public static func texts(_ texts: [String]) -> JSONValue { JSONValue(.array(texts.map { .text($0) })) }
  /// An integer from a variable.
  public static func int(_ number: Int) -> JSONValue { JSONValue(.number(JSONNumber(number))) }
}
