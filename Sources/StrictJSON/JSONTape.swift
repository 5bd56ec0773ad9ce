import CPure

/// A parsed text as its bytes and a list of nodes, one for each key and value in order. All else is created on
/// demand, because most readers use a few of many values.
final class JSONTape: Sendable {
  let bytes: [UInt8]
  let nodes: [JSONNode]

  init(bytes: [UInt8], nodes: [JSONNode]) {
    self.bytes = bytes
    self.nodes = nodes
  }
}

/// A key or a value of a text. An array node precedes its elements, an object node precedes the key and value of each
/// member.
struct JSONNode {
  enum Kind: UInt8 {
    case null, no, yes, number, string, array, object
  }

  /// The byte offsets, including quotes and brackets.
  let start: UInt32
  var end: UInt32
  /// The kind, the mark, and the index of the next sibling, in 3, 1 and 28 bits.
  private var packed: UInt32

  init(_ kind: Kind, _ range: Range<Int>, next: Int, isMarked: Bool = false) {
    start = UInt32(truncatingIfNeeded: range.lowerBound)
    end = UInt32(truncatingIfNeeded: range.upperBound)
    packed = UInt32(kind.rawValue) << 29 | (isMarked ? 1 << 28 : 0) | UInt32(truncatingIfNeeded: next)
  }

  var kind: Kind { Kind(rawValue: UInt8(packed >> 29)) ?? .null }
  /// True if a string has escapes, or a number has neither fraction nor exponent.
  var isMarked: Bool { packed & 1 << 28 != 0 }
  /// The index of the node after this one and its descendants.
  var next: Int {
    get { Int(packed & (1 << 28 - 1)) }
    set { packed = packed & 0xF000_0000 | UInt32(truncatingIfNeeded: newValue) }
  }
  var range: Range<Int> { Int(start)..<Int(end) }
}

extension JSONTape {
  /// Returns the text of a string, escapes decoded.
  func text(_ index: Int) -> String {
    lazyText(index).string
  }

  /// Returns the text of a string, to be decoded on demand.
  func lazyText(_ index: Int) -> JSONText { JSONText(bytes, nodes[index]) }

  /// Returns true if a string equals a text, by code points.
  func isText(_ index: Int, _ wanted: UnsafeBufferPointer<UInt8>) -> Bool {
    let node = nodes[index]
    if node.isMarked { return text(index).utf8.elementsEqual(wanted) }
    guard node.end - node.start == wanted.count + 2 else { return false }
    guard let text = wanted.baseAddress else { return true }
    return bytes.withUnsafeBytes {
      memcmp($0.baseAddress.unsafelyUnwrapped + Int(node.start) + 1, text, wanted.count) == 0
    }
  }

  /// Returns the number of a validated literal.
  func number(_ index: Int) -> JSONNumber {
    let node = nodes[index]
    let text = String(decoding: bytes[node.range], as: UTF8.self)
    return JSONNumber(literal: text, isInteger: node.isMarked) ?? JSONNumber(0)
  }

  /// Returns the key node of an object's member. Returns nil if there is no such member. O(members).
  func key(_ name: String, of object: Int) -> Int? {
    var name = name
    return name.withUTF8 { name in
      var at = object + 1
      while at < nodes[object].next {
        if isText(at, name) { return at }
        at = nodes[at + 1].next
      }
      return nil
    }
  }

  /// Returns the kind of a node, one level deep.
  func kind(_ index: Int) -> JSONValue.Kind {
    switch nodes[index].kind {
    case .null: .null
    case .no: .bool(false)
    case .yes: .bool(true)
    case .number: .number(number(index))
    case .string: .string(text(index))
    case .array: .array(elements(index))
    case .object: .object(members(index))
    }
  }

  func elements(_ index: Int) -> [JSONValue] {
    var elements: [JSONValue] = []
    var at = index + 1
    while at < nodes[index].next {
      elements.append(JSONValue(self, at))
      at = nodes[at].next
    }
    return elements
  }

  func members(_ index: Int) -> [JSONMember] {
    var members: [JSONMember] = []
    var at = index + 1
    while at < nodes[index].next {
      members.append(member(at))
      at = nodes[at + 1].next
    }
    return members
  }

  /// Returns the member with a key node.
  func member(_ key: Int) -> JSONMember {
    JSONMember(text(key), JSONValue(self, key + 1), keyRange: nodes[key].range)
  }
}
