import StrictJSON

/// What a reader found wrong in a document, before it is a finding of somebody.
struct DocumentFault: Error {
  let code: ReasonCode
  let message: String
  let offset: Int
}

/// Collects faults while a document is read, so that a person sees all of them at once.
final class FaultList {
  private(set) var faults: [DocumentFault] = []

  func add(_ message: String, at value: JSONValue, code: ReasonCode = .schemaViolation) {
    faults.append(DocumentFault(code: code, message: message, offset: value.range.lowerBound))
  }

  func add(_ message: String, atKey member: JSONMember) {
    faults.append(DocumentFault(code: .schemaViolation, message: message, offset: member.keyRange.lowerBound))
  }
}

/// Reads the members of one object against what is known of them. Every fault goes to the list; a reader never throws.
struct ObjectReader {
  let value: JSONValue
  /// What the object is, for messages: "The milestone", "The risk".
  let subject: String
  let faults: FaultList

  /// Reads an object; notes a fault and gives nil where the value is something else.
  init?(_ value: JSONValue, _ subject: String, known: [String], extensible: Bool = false, _ faults: FaultList) {
    guard value.isObject else {
      faults.add("\(subject) should be an object, not \(value.typeName).", at: value)
      return nil
    }
    self.value = value
    self.subject = subject
    self.faults = faults
    for member in value.members(besides: known) where !(extensible && member.key.hasPrefix("x-")) {
      let near = nearestName(to: member.key, in: known).map { " Is \"\($0)\" meant?" } ?? ""
      let own = extensible ? " A field of your own begins with x-." : ""
      faults.add("The property \"\(member.key)\" is not known here.\(near)\(own)", atKey: member)
    }
  }

  /// A member that has to be there.
  func required(_ key: String) -> JSONValue? {
    if let found = value[key] { return found }
    faults.add("\(subject) lacks the property \"\(key)\".", at: value)
    return nil
  }

  /// A text that has to be there.
  func text(_ key: String, mayBeEmpty: Bool = false) -> String? {
    guard let found = required(key) else { return nil }
    return text(found, named: key, mayBeEmpty: mayBeEmpty)
  }

  /// A text that may be missing.
  func optionalText(_ key: String, mayBeEmpty: Bool = true) -> String? {
    guard let found = value[key] else { return nil }
    return text(found, named: key, mayBeEmpty: mayBeEmpty)
  }

  private func text(_ found: JSONValue, named key: String, mayBeEmpty: Bool) -> String? {
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

  /// A text that is one of a few.
  func choice(_ key: String, of legal: [String]) -> String? {
    guard let text = text(key), let found = value[key] else { return nil }
    guard legal.contains(text) else {
      faults.add("\"\(key)\" should be one of \(legal.joined(separator: ", ")), not \"\(text)\".", at: found)
      return nil
    }
    return text
  }

  /// An array that has to be there, or may be missing.
  func elements(_ key: String, required isRequired: Bool = false) -> [JSONValue] {
    guard let found = isRequired ? required(key) : value[key] else { return [] }
    guard let elements = found.array else {
      faults.add("\"\(key)\" should be an array, not \(found.typeName).", at: found)
      return []
    }
    return elements
  }

  /// An array of different texts.
  func uniqueTexts(_ key: String, required isRequired: Bool = false) -> [(text: String, value: JSONValue)] {
    uniqueTexts(key, required: isRequired) { ($0, $1) }
  }

  /// An array of different texts, each made into something, or left out.
  func uniqueTexts<Item>(
    _ key: String, required isRequired: Bool = false, _ item: (String, JSONValue) -> Item?
  ) -> [Item] {
    var seen = SeenTexts()
    let elements = elements(key, required: isRequired)
    var items: [Item] = []
    for element in elements {
      guard let text = element.string else {
        faults.add("\"\(key)\" should hold texts, not \(element.typeName).", at: element)
        continue
      }
      guard seen.insert(text) else {
        faults.add("\"\(text)\" stands twice in \"\(key)\".", at: element)
        continue
      }
      if let item = item(text, element) { items.append(item) }
    }
    return items
  }

  /// An array of different milestone ids.
  func ids(_ key: String, required isRequired: Bool = false) -> [MilestoneID] {
    uniqueTexts(key, required: isRequired) { text, element in
      let id = MilestoneID(text)
      if !id.isValid { faults.add("\"\(text)\" is no milestone id; an id looks like M-04.", at: element) }
      return id.isValid ? id : nil
    }
  }

  /// A truth value that may be missing.
  func flag(_ key: String) -> Bool? {
    guard let found = value[key] else { return nil }
    if found.bool == nil { faults.add("\"\(key)\" should be true or false.", at: found) }
    return found.bool
  }
}

/// Texts that were seen, told apart by their bytes. A few are compared with each other; many are hashed.
struct SeenTexts {
  private var few: [String] = []
  private var many = Set<ExactText>()

  private struct ExactText: Hashable {
    let text: String
    static func == (a: ExactText, b: ExactText) -> Bool { a.text.isExactly(b.text) }
    func hash(into hasher: inout Hasher) {
      var text = text
      text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
  }

  /// False where the text was seen before.
  mutating func insert(_ text: String) -> Bool {
    if many.isEmpty {
      if few.contains(where: text.isExactly) { return false }
      few.append(text)
      if few.count > 16 { many = Set(few.map(ExactText.init)) }
      return true
    }
    return many.insert(ExactText(text: text)).inserted
  }
}

/// The name of a set that is closest, at most a third of its letters away; for hints.
public func nearestName(to name: String, in names: some Sequence<String>) -> String? {
  names.map { ($0, editDistance($0.lowercased(), name.lowercased())) }
    .filter { $0.1 <= max(1, $0.0.count / 3) }
    .min { ($0.1, $0.0) < ($1.1, $1.0) }?.0
}

/// Levenshtein's distance. O(a·b).
private func editDistance(_ a: String, _ b: String) -> Int {
  guard a.utf8.count <= 256, b.utf8.count <= 256 else { return .max }
  let b = Array(b)
  var row = Array(0...b.count)
  for (i, character) in a.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for j in b.indices {
      let cost = diagonal + (character == b[j] ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(cost, row[j] + 1, row[j + 1] + 1)
    }
  }
  return row[b.count]
}
