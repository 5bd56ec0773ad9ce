import PlanModel
import StrictJSON

/// Collects what is wrong with a definition, each with its line.
final class DefinitionFaults {
  let path: String
  let document: JSONDocument
  private(set) var findings: [Finding] = []

  init(path: String, document: JSONDocument) {
    self.path = path
    self.document = document
  }

  func add(
    _ code: ReasonCode, _ message: String, at offset: Int, hint: String? = nil, severity: Finding.Severity = .error
  ) {
    let line = document.position(of: offset).line
    findings.append(Finding(code, message, hint: hint, severity: severity, path: path, line: line))
  }
}

/// A value of a definition, with the JSON pointer that leads to it.
struct DefinitionNode {
  let value: JSONValue
  let pointer: String
  let faults: DefinitionFaults

  /// Says what is wrong with the value.
  func refuse(
    _ message: String, code: ReasonCode = .sloInvalid, hint: String? = nil, severity: Finding.Severity = .error
  ) {
    faults.add(
      code, "\(pointer.isEmpty ? "/" : pointer): \(message)", at: value.range.lowerBound, hint: hint, severity: severity
    )
  }

  /// A member; nil if it is not there.
  subscript(key: String) -> DefinitionNode? {
    value[key].map { DefinitionNode(value: $0, pointer: pointer + "/" + key, faults: faults) }
  }

  /// A member that has to be an object with these members and no others.
  func object(_ key: String, known: [String]) -> DefinitionNode? {
    guard let node = required(key) else { return nil }
    return node.isObject(known: known) ? node : nil
  }

  /// Returns true if the value is an object; says which of its members are not known.
  func isObject(known: [String]) -> Bool {
    guard let members = value.object else {
      refuse("an object is expected here, not \(value.typeName).")
      return false
    }
    for member in members where !known.contains(member.key) {
      let near = nearestName(to: member.key, in: known).map { " Is \"\($0)\" meant?" } ?? ""
      faults.add(
        .sloInvalid, "\(pointer)/\(member.key): this property is not supported.\(near)",
        at: member.keyRange.lowerBound)
    }
    return true
  }

  /// A member that has to be there.
  func required(_ key: String) -> DefinitionNode? {
    if let node = self[key] { return node }
    refuse("the property \"\(key)\" is missing.")
    return nil
  }

  /// The text of a member that has to be there and not empty.
  func text(_ key: String) -> String? { required(key)?.ownText() }

  /// The value's own text.
  func ownText() -> String? {
    guard let text = value.string, !text.isEmpty else {
      refuse("a text that is not empty is expected here.")
      return nil
    }
    return text
  }

  /// Says if a member for people is there and is no text.
  func checkText(_ key: String) {
    if let node = self[key], node.value.string == nil { node.refuse("a text is expected here.") }
  }

  /// A member that has to be one name: lower-case letters, digits and hyphens, at most 63.
  func name(_ key: String) -> String? {
    guard let node = required(key), let text = node.ownText() else { return nil }
    guard ExitCriterion.isValid(id: text) else {
      node.refuse("\"\(text)\" should be lower-case letters, digits and hyphens, at most 63.")
      return nil
    }
    return text
  }

  /// The one element of an array that has to hold exactly one.
  func onlyElement(_ key: String, hint: String) -> DefinitionNode? {
    guard let node = required(key) else { return nil }
    guard let elements = node.value.array, elements.count == 1, let element = elements.first else {
      node.refuse(
        "exactly one element is expected here, not \(node.value.array?.count.description ?? "this").", hint: hint)
      return nil
    }
    return DefinitionNode(value: element, pointer: node.pointer + "/0", faults: faults)
  }
}
