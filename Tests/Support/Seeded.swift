public import StrictJSON

/// Random numbers with a seed that a failing test prints: Sebastiano Vigna's SplitMix64.
public struct SplitMix: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// Starts at a seed.
  public init(_ seed: UInt64) { state = seed }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// Returns a number below a bound; 0 if the bound is 0.
  public mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(max(1, bound))) }

  /// Returns a document with one random member or element changed, added or removed.
  /// - Parameters:
  ///   - keys: the keys for new members.
  ///   - values: the values for changes.
  public mutating func mutated(_ value: JSONValue, keys: [String], values: [JSONValue]) -> JSONValue {
    switch value.kind {
    case .object(var members):
      if members.isEmpty || below(4) == 0 {
        let key = keys[below(keys.count)]
        members.removeAll { $0.key == key }
        members.append(JSONMember(key, values[below(values.count)]))
      } else {
        let index = below(members.count)
        if below(5) == 0 {
          members.remove(at: index)
        } else {
          members[index] = JSONMember(members[index].key, mutated(members[index].value, keys: keys, values: values))
        }
      }
      return JSONValue(.object(members))
    case .array(var elements) where !elements.isEmpty && below(3) > 0:
      let index = below(elements.count)
      elements[index] = mutated(elements[index], keys: keys, values: values)
      return JSONValue(.array(elements))
    default: return values[below(values.count)]
    }
  }
}
