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

  /// What the value is.
  public let kind: Kind
  /// The half-open range of byte offsets in the document; `0..<0` for a value made in code.
  public let range: Range<Int>

  /// Makes a value; values made in code have no place.
  public init(_ kind: Kind, range: Range<Int> = 0..<0) {
    self.kind = kind
    self.range = range
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

  /// True where the value has no fractional part: `1.0` is an integer, as JSON Schema 2020-12 says.
  public var isIntegral: Bool { integer != nil || double.rounded(.towardZero) == double }

  /// Numbers are equal by value: `1` equals `1.0`.
  public static func == (left: JSONNumber, right: JSONNumber) -> Bool {
    if let a = left.integer, let b = right.integer { return a == b }
    return left.double == right.double
  }
}

extension JSONValue {
  /// The member of that key, compared by code points; nil where this is no object or has none.
  public subscript(key: String) -> JSONValue? {
    guard case .object(let members) = kind, let place = Self.place(of: key, in: members) else { return nil }
    return members[place].value
  }

  /// The member of that key with its own place. O(members).
  public func member(_ key: String) -> JSONMember? {
    guard case .object(let members) = kind, let place = Self.place(of: key, in: members) else { return nil }
    return members[place]
  }

  private static func place(of key: String, in members: [JSONMember]) -> Int? {
    members.indices.first { members[$0].key.isExactly(key) }
  }

  /// The text of a string, else nil.
  public var string: String? { if case .string(let text) = kind { text } else { nil } }
  /// The elements of an array, else nil.
  public var array: [JSONValue]? { if case .array(let elements) = kind { elements } else { nil } }
  /// The members of an object, else nil.
  public var object: [JSONMember]? { if case .object(let members) = kind { members } else { nil } }
  /// The truth of a boolean, else nil.
  public var bool: Bool? { if case .bool(let truth) = kind { truth } else { nil } }
  /// The number, else nil.
  public var number: JSONNumber? { if case .number(let number) = kind { number } else { nil } }
  /// The integer, where the number was written as one, else nil.
  public var integer: Int? { number?.integer }

  /// JSON Schema's name of the kind.
  public var typeName: String {
    switch kind {
    case .null: "null"
    case .bool: "boolean"
    case .number: "number"
    case .string: "string"
    case .array: "array"
    case .object: "object"
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

extension String {
  /// Equality of code points. `==` on `String` takes canonically equivalent texts for one, which JSON does not.
  public func isExactly(_ other: String) -> Bool {
    let count = utf8.count
    guard count == other.utf8.count else { return false }
    let isSame = utf8.withContiguousStorageIfAvailable { a in
      other.utf8.withContiguousStorageIfAvailable { b in (0..<count).allSatisfy { a[$0] == b[$0] } }
    }
    return (isSame ?? nil) ?? utf8.elementsEqual(other.utf8)
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
