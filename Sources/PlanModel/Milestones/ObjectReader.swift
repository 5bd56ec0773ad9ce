import StrictJSON

/// A fault in a document, before it becomes a finding.
struct DocumentFault: Error {
  let code: ReasonCode
  let message: String
  let offset: Int
}

/// The faults of a document, collected so that a person sees all of them at once.
final class FaultList {
  private(set) var faults: [DocumentFault] = []

  func add(_ message: String, at value: JSONValue, code: ReasonCode = .schemaViolation) {
    faults.append(DocumentFault(code: code, message: message, offset: value.range.lowerBound))
  }

  func add(_ message: String, atKey member: JSONMember) {
    faults.append(DocumentFault(code: .schemaViolation, message: message, offset: member.keyRange.lowerBound))
  }
}

/// A reader of an object's members by their known names. Adds every fault to the list; never throws.
struct ObjectReader {
  var value: JSONValue { fields.value }
  private let fields: JSONFields
  /// The object's description in messages: "The milestone", "The risk".
  let subject: String
  let faults: FaultList

  /// Reads an object. Adds a fault and returns nil if the value is not an object.
  init?(_ value: JSONValue, _ subject: String, known: [StaticString], extensible: Bool = false, _ faults: FaultList) {
    guard let fields = JSONFields(value, names: known) else {
      faults.add("\(subject) should be an object, not \(value.typeName).", at: value)
      return nil
    }
    self.fields = fields
    self.subject = subject
    self.faults = faults
    if fields.strangers.isEmpty { return }
    for member in fields.strangers where !(extensible && member.key.hasPrefix("x-")) {
      let near = nearestName(to: member.key, in: known.map(\.description)).map { " Is \"\($0)\" meant?" } ?? ""
      let own = extensible ? " A field of your own begins with x-." : ""
      faults.add("The property \"\(member.key)\" is not known here.\(near)\(own)", atKey: member)
    }
  }

  /// Returns a required member.
  func required(_ key: StaticString) -> JSONValue? {
    if let found = fields[key] { return found }
    faults.add("\(subject) lacks the property \"\(key)\".", at: value)
    return nil
  }

  /// Returns a required text.
  func text(_ key: StaticString, mayBeEmpty: Bool = false) -> String? {
    if let text = fields.text(key), mayBeEmpty || !text.isEmpty { return text.string }
    guard let found = required(key) else { return nil }
    return text(found, named: key, mayBeEmpty: mayBeEmpty)
  }

  /// Returns an optional text.
  func optionalText(_ key: StaticString, mayBeEmpty: Bool = true) -> String? {
    guard let found = fields[key] else { return nil }
    return text(found, named: key, mayBeEmpty: mayBeEmpty)
  }

  /// Returns the member with a known name, or nil if it is missing.
  subscript(key: StaticString) -> JSONValue? { fields[key] }

  /// Returns a required text that is rarely used.
  func lazyText(_ key: StaticString) -> JSONText? {
    if let text = fields.text(key), !text.isEmpty { return text }
    _ = text(key)
    return nil
  }

  private func text(_ found: JSONValue, named key: StaticString, mayBeEmpty: Bool) -> String? {
    guard let text = found.string else {
      faults.add("\"\(key)\" should be a text, not \(found.typeName).", at: found)
      return nil
    }
    guard mayBeEmpty || !text.isEmpty else {
      faults.add("\"\(key)\" should not be empty.", at: found)
      return nil
    }
    return text
  }

  /// Returns a required text that must be one of `legal`.
  func choice(_ key: StaticString, of legal: [String]) -> String? {
    guard let text = text(key), let found = fields[key] else { return nil }
    guard legal.contains(text) else {
      faults.add("\"\(key)\" should be one of \(legal.joined(separator: ", ")), not \"\(text)\".", at: found)
      return nil
    }
    return text
  }

  /// Returns the elements of a required or optional array.
  func elements(_ key: StaticString, required isRequired: Bool = false) -> JSONElements {
    guard let found = isRequired ? required(key) : fields[key] else { return JSONElements() }
    guard let elements = JSONElements(found) else {
      faults.add("\"\(key)\" should be an array, not \(found.typeName).", at: found)
      return JSONElements()
    }
    return elements
  }

  /// Returns an array of distinct texts.
  func uniqueTexts(_ key: StaticString, required isRequired: Bool = false) -> [(text: String, value: JSONValue)] {
    var texts: [(text: String, value: JSONValue)] = []
    forEachUnique(key, required: isRequired, ExactText.init) { texts.append(($0.text, $1)) }
    return texts
  }

  /// Returns an array of distinct milestone ids.
  func ids(_ key: StaticString, required isRequired: Bool = false) -> [MilestoneID] {
    var ids: [MilestoneID] = []
    forEachUnique(key, required: isRequired, MilestoneID.init) { id, element in
      if id.isValid {
        ids.append(id)
      } else {
        faults.add("\"\(id)\" is no milestone id; an id looks like M-04.", at: element)
      }
    }
    return ids
  }

  /// Calls `body` for each text of an array, converted to a key that identifies duplicates.
  private func forEachUnique<Item: Hashable & Comparable>(
    _ key: StaticString, required isRequired: Bool, _ item: (String) -> Item, _ body: (Item, JSONValue) -> Void
  ) {
    var seen = Seen<Item>()
    for element in elements(key, required: isRequired) {
      guard let text = element.string else {
        faults.add("\"\(key)\" should hold texts, not \(element.typeName).", at: element)
        continue
      }
      let item = item(text)
      guard seen.insert(item) else {
        faults.add("\"\(text)\" occurs twice in \"\(key)\".", at: element)
        continue
      }
      body(item, element)
    }
  }

  /// Returns an optional Boolean.
  func flag(_ key: StaticString) -> Bool? {
    guard let found = fields[key] else { return nil }
    if found.bool == nil { faults.add("\"\(key)\" should be true or false.", at: found) }
    return found.bool
  }
}

/// A text that is compared by its bytes.
package struct ExactText: Hashable, Comparable, Sendable {
  let text: String

  package init(_ text: String) { self.text = text }

  package static func == (a: ExactText, b: ExactText) -> Bool { a.text.isExactly(b.text) }
  package static func < (a: ExactText, b: ExactText) -> Bool { a.text.utf8.lexicographicallyPrecedes(b.text.utf8) }
  package func hash(into hasher: inout Hasher) {
    var text = text
    text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}

/// A set of seen items, without hashing while items ascend. After that, it compares a few items and hashes many.
struct Seen<Item: Hashable & Comparable> {
  private var first: Item?
  private var others: [Item] = []
  private var isAscending = true
  private var many = Set<Item>()

  /// Returns false if the item was seen before.
  mutating func insert(_ item: Item) -> Bool {
    guard let first else {
      first = item
      return true
    }
    if isAscending, others.last ?? first < item {
      others.append(item)
      return true
    }
    isAscending = false
    if first == item { return false }
    if many.isEmpty, others.count > 16 { many = Set(others) }
    guard many.isEmpty else { return many.insert(item).inserted }
    if others.contains(item) { return false }
    others.append(item)
    return true
  }
}

/// Returns the closest name, within an edit distance of a third of its length, for hints.
public func nearestName(to name: String, in names: some Sequence<String>) -> String? {
  names.map { ($0, editDistance($0.lowercased(), name.lowercased())) }
    .filter { $0.1 <= max(1, $0.0.count / 3) }
    .min { ($0.1, $0.0) < ($1.1, $1.0) }?.0
}

/// Returns the edit distance with insertions, deletions, substitutions and swaps of neighbours (optimal string
/// alignment). O(a·b).
private func editDistance(_ a: String, _ b: String) -> Int {
  guard a.utf8.count <= 256, b.utf8.count <= 256 else { return .max }
  let (a, b) = (Array(a), Array(b))
  var (beforeLast, last) = ([Int](), Array(0...b.count))
  for i in a.indices {
    var row = [i + 1]
    for j in b.indices {
      var least = min(last[j] + (a[i] == b[j] ? 0 : 1), row[j] + 1, last[j + 1] + 1)
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { least = min(least, beforeLast[j - 1] + 1) }
      row.append(least)
    }
    (beforeLast, last) = (last, row)
  }
  return last[b.count]
}
