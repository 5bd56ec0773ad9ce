import StrictJSON

/// An e-mail address as rules compare it: byte for byte, ASCII letters in lower case (contract 2.4, identity).
///
/// To Unicode the Kelvin sign is a `k`, and an accent may be a letter of its own; to a rule both are other addresses.
public struct Address: Hashable, Comparable, Sendable, CustomStringConvertible {
  private let folded: ExactText

  /// Folds an address.
  public init(_ email: String) { folded = ExactText(email.foldedAddress) }

  /// The folded text.
  public var description: String { folded.text }
  /// By bytes.
  public static func < (a: Address, b: Address) -> Bool { a.folded < b.folded }
}

extension Sequence<Address> {
  /// The addresses in one line, sorted.
  package var listed: String { sorted().map(\.description).joined(separator: ", ") }
}

/// The further addresses of persons (`people` of `authorization.json`): each of them counts as the first.
public struct People: Sendable {
  private var first: [Address: Address] = [:]

  /// Nobody has a second address.
  public init() {}

  /// The address by which rules know the person with this one.
  public func person(_ email: String) -> Address {
    let address = Address(email)
    return first[address] ?? address
  }

  /// Every address of a person, sorted.
  package func addresses(of person: Address) -> [Address] {
    (first.filter { $0.value == person }.map(\.key) + [person]).sorted()
  }

  /// True if both addresses are one person's.
  public func isSame(_ a: String, _ b: String) -> Bool { person(a) == person(b) }
}

extension People {
  /// Reads `people`: an object that maps an address to the same person's others. An address stands in it once.
  init(_ value: JSONValue, _ faults: FaultList) {
    guard let members = value.object else {
      faults.add("\"people\" should be an object that maps an address to the person's other addresses.", at: value)
      return
    }
    var seen = Set<Address>()
    func take(_ email: String, at place: JSONValue) -> Address {
      let address = Address(email)
      if email.isEmpty { faults.add("An e-mail address is expected here.", at: place) }
      if !seen.insert(address).inserted {
        faults.add("The address \"\(email)\" occurs twice in \"people\".", at: place)
      }
      return address
    }
    for member in members {
      let person = take(member.key, at: member.value)
      guard let others = member.value.array else {
        faults.add("\"people\" should list the other addresses of \(member.key).", at: member.value)
        continue
      }
      for other in others {
        guard let email = other.string else {
          faults.add("An e-mail address is expected here.", at: other)
          continue
        }
        first[take(email, at: other)] = person
      }
    }
  }
}
