import CPure

/// The members of an object by a list of known names, found in one pass. Names are literals, so that no `String` is
/// created, retained or compared.
public struct JSONFields: Sendable {
  /// The object.
  public let value: JSONValue
  /// The members with other names, in their order in the text.
  public let strangers: [JSONMember]
  private let names: [StaticString]
  /// The parsed text; nil for an object created in code.
  private let tape: JSONTape?
  /// The nodes of the values of the first sixteen names; 0, which no member has, if there is none.
  private let places: SIMD16<UInt32>

  /// Finds the members. Returns nil if the value is not an object. O(members) if they are in the order of the names.
  public init?(_ value: JSONValue, names: [StaticString]) {
    guard value.isObject else { return nil }
    self.value = value
    self.names = names
    guard let (tape, object) = value.parsed else {
      (tape, places) = (nil, SIMD16())
      strangers = (value.object ?? []).filter { member in !names.contains { member.key.isExactly($0.description) } }
      return
    }
    var places = SIMD16<UInt32>()
    var strangers: [JSONMember] = []
    var (key, guess) = (object + 1, 0)
    let end = tape.nodes[object].next
    while key < end {
      let name =
        names[guess...].firstIndex { tape.isText(key, $0) } ?? names[..<guess].firstIndex { tape.isText(key, $0) }
      if let name {
        if name < 16 { places[name] = UInt32(truncatingIfNeeded: key + 1) }
        guess = name + 1
      } else {
        strangers.append(tape.member(key))
      }
      key = tape.nodes[key + 1].next
    }
    (self.tape, self.strangers, self.places) = (tape, strangers, places)
  }

  /// Returns the value of a name. Returns nil if the object has none.
  public subscript(name: StaticString) -> JSONValue? {
    guard let tape, let place = place(name) else { return value[name.description] }
    guard places[place] > 0 else { return nil }
    return JSONValue(tape, Int(places[place]))
  }

  /// Returns the text of a name. Returns nil if the object has no string of that name.
  public func text(_ name: StaticString) -> JSONText? {
    guard let tape, let place = place(name) else { return self[name]?.lazyText }
    let node = Int(places[place])
    return node > 0 && tape.nodes[node].kind == .string ? tape.lazyText(node) : nil
  }

  private func place(_ name: StaticString) -> Int? {
    for place in 0..<min(16, names.count) where names[place].isExactly(name) { return place }
    return nil
  }
}

extension StaticString {
  fileprivate func isExactly(_ other: StaticString) -> Bool {
    utf8CodeUnitCount == other.utf8CodeUnitCount
      && (utf8Start == other.utf8Start || memcmp(utf8Start, other.utf8Start, utf8CodeUnitCount) == 0)
  }
}

extension JSONTape {
  /// Returns true if a key equals a name.
  fileprivate func isText(_ index: Int, _ name: StaticString) -> Bool {
    isText(index, UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
  }
}
