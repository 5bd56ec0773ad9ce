import PlanModel
import StrictJSON

/// Collects the faults of a definition, with their lines.
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

/// A value of a definition, with its JSON pointer.
struct DefinitionNode {
  let value: JSONValue
  let pointer: String
  let faults: DefinitionFaults

  /// Reports a fault of the value.
  func refuse(
    _ message: String, code: ReasonCode = .sloInvalid, hint: String? = nil, severity: Finding.Severity = .error
  ) {
    faults.add(
      code, "\(pointer.isEmpty ? "/" : pointer): \(message)", at: value.range.lowerBound, hint: hint, severity: severity
    )
  }

  /// Returns a member. Returns nil if there is none.
  subscript(key: String) -> DefinitionNode? {
    value[key].map { DefinitionNode(value: $0, pointer: pointer + "/" + key, faults: faults) }
  }

  /// Returns a required member that is an object with only the known members. Reports any fault.
  func object(_ key: String, known: [String]) -> DefinitionNode? {
    guard let node = required(key) else { return nil }
    return node.isObject(known: known) ? node : nil
  }

  /// Returns true if the value is an object. Reports unknown members.
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

  /// Returns a required member. Reports a missing one.
  func required(_ key: String) -> DefinitionNode? {
    if let node = self[key] { return node }
    refuse("the property \"\(key)\" is missing.")
    return nil
  }

  /// Returns the text of a required member that must not be empty.
  func text(_ key: String) -> String? { required(key)?.ownText() }

  /// Returns the value's own text.
  func ownText() -> String? {
    guard let text = value.string, !text.isEmpty else {
      refuse("a text that is not empty is expected here.")
      return nil
    }
    return text
  }

  /// Reports an optional member that is not a text.
  func checkText(_ key: String) {
    if let node = self[key], node.value.string == nil { node.refuse("a text is expected here.") }
  }

  /// Returns a required member that is a name: lower-case letters, digits and hyphens, at most 63.
  func name(_ key: String) -> String? {
    guard let node = required(key), let text = node.ownText() else { return nil }
    guard ExitCriterion.isValid(id: text) else {
      node.refuse("\"\(text)\" should be lower-case letters, digits and hyphens, at most 63.")
      return nil
    }
    return text
  }

  /// Returns the element of an array that must have exactly one.
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
