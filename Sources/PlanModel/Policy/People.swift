import StrictJSON

/// An e-mail address for comparisons: its bytes, with ASCII letters in lower case (contract 2.4, identity).
///
/// Unicode folding would make a Kelvin sign equal to `k`; rules treat them as different addresses.
public struct Address: Hashable, Comparable, Sendable, CustomStringConvertible {
  private let folded: ExactText

  /// Creates an address with its ASCII letters in lower case.
  public init(_ email: String) { folded = ExactText(email.foldedAddress) }

  /// The address in lower case.
  public var description: String { folded.text }
  /// Compares the bytes.
  public static func < (a: Address, b: Address) -> Bool { a.folded < b.folded }
}

extension Sequence<Address> {
  /// The addresses, sorted and separated by commas.
  package var listed: String { sorted().map(\.description).joined(separator: ", ") }
}

/// The additional addresses of people (`people` in `authorization.json`); each counts as the person's first address.
public struct People: Sendable {
  private var first: [Address: Address] = [:]

  /// Creates a list without additional addresses.
  public init() {}

  /// Returns the first address of the person with an address.
  public func person(_ email: String) -> Address {
    let address = Address(email)
    return first[address] ?? address
  }

  /// Returns every address of a person, sorted.
  package func addresses(of person: Address) -> [Address] {
    (first.filter { $0.value == person }.map(\.key) + [person]).sorted()
  }

  /// Returns true if both addresses belong to one person.
  public func isSame(_ a: String, _ b: String) -> Bool { person(a) == person(b) }
}

extension People {
  /// Reads `people`: an object that maps an address to the person's others. An address may occur once.
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
