import StrictJSON

/// The keywords that apply schemas to the members of an object or the elements of an array.
extension Evaluation {
  mutating func applyToChildren(
    _ keyword: JSONMember, of node: SchemaNode, to instance: JSONValue, at path: InstancePath,
    evaluated: inout Evaluated
  ) throws -> Bool {
    switch (keyword.key, instance.kind) {
    case ("properties", .object(let members)):
      try charge((keyword.value.object?.count ?? 0) * members.count / 64, at: node)
      for (index, member) in members.enumerated() {
        guard let schema = keyword.value[member.key] else { continue }
        try apply(node.child(schema), to: member.value, at: .key(member.key, path))
        evaluated.indices.insert(index)
      }
    case ("patternProperties", .object(let members)):
      for entry in keyword.value.object ?? [] {
        try charge(1, at: node)
        let pattern = try node.pattern(entry.key)
        for (index, member) in members.enumerated()
        where try pattern.isFound(in: member.key, within: &budget) {
          try apply(node.child(entry.value), to: member.value, at: .key(member.key, path))
          evaluated.indices.insert(index)
        }
      }
    case ("additionalProperties", .object(let members)):
      for (index, member) in members.enumerated() where try !isNamed(member.key, in: node) {
        evaluated.indices.insert(index)
        try applyToUnnamed(keyword, member, of: node, at: path)
      }
    case ("propertyNames", .object(let members)):
      for member in members {
        let name = JSONValue(.string(member.key), range: member.keyRange)
        try apply(node.child(keyword.value), to: name, at: .key(member.key, path))
      }
    case ("prefixItems", .array(let elements)):
      for (index, (schema, element)) in zip(keyword.value.array ?? [], elements).enumerated() {
        try apply(node.child(schema), to: element, at: .index(index, path))
        evaluated.indices.insert(index)
      }
    case ("items", .array(let elements)):
      let first = node.json["prefixItems"]?.array?.count ?? 0
      for (index, element) in elements.enumerated().dropFirst(first) {
        try apply(node.child(keyword.value), to: element, at: .index(index, path))
      }
      if elements.count > first { evaluated.all = true }
    case ("contains", .array(let elements)):
      try applyContains(keyword, elements, of: node, to: instance, at: path, evaluated: &evaluated)
    case ("properties", _), ("patternProperties", _), ("additionalProperties", _), ("propertyNames", _),
      ("prefixItems", _), ("items", _), ("contains", _):
      break
    default: return false
    }
    return true
  }

  /// Returns true if the adjacent `properties` or `patternProperties` match the key.
  private mutating func isNamed(_ key: String, in node: SchemaNode) throws -> Bool {
    if node.json["properties"]?[key] != nil { return true }
    for entry in node.json["patternProperties"]?.object ?? [] {
      if try node.pattern(entry.key).isFound(in: key, within: &budget) { return true }
    }
    return false
  }

  private mutating func applyToUnnamed(
    _ keyword: JSONMember, _ member: JSONMember, of node: SchemaNode, at path: InstancePath
  ) throws {
    if keyword.value.bool == false {
      let name = JSONValue(.null, range: member.keyRange)
      report(name, .key(member.key, path), keyword.key, "The property \"\(member.key)\" is not known here.")
    } else {
      try apply(node.child(keyword.value), to: member.value, at: .key(member.key, path))
    }
  }

  private mutating func applyContains(
    _ keyword: JSONMember, _ elements: [JSONValue], of node: SchemaNode, to instance: JSONValue,
    at path: InstancePath, evaluated: inout Evaluated
  ) throws {
    var count = 0
    for (index, element) in elements.enumerated()
    where try probe(node.child(keyword.value), element, .index(index, path)).fits {
      count += 1
      evaluated.indices.insert(index)
    }
    let boundsApply = !node.resource.disabledKeywords.contains("minContains")
    let least = boundsApply ? node.json["minContains"]?.number?.double ?? 1 : 1
    if Double(count) < least {
      report(instance, path, "contains", "Too few elements are of the form that the schema asks for.")
    }
    if boundsApply, let most = node.json["maxContains"]?.number?.double, Double(count) > most {
      report(instance, path, "maxContains", "Too many elements are of the form that the schema counts.")
    }
  }

  /// Applies `unevaluatedProperties` and `unevaluatedItems` to children that no adjacent or nested keyword has
  /// evaluated.
  mutating func applyUnevaluated(
    _ keyword: JSONMember, of node: SchemaNode, to instance: JSONValue, at path: InstancePath,
    evaluated: inout Evaluated
  ) throws {
    switch (keyword.key, instance.kind) {
    case ("unevaluatedProperties", .object(let members)):
      for (index, member) in members.enumerated() where !evaluated.contains(index) {
        try applyToUnnamed(keyword, member, of: node, at: path)
      }
      evaluated.all = true
    case ("unevaluatedItems", .array(let elements)):
      for (index, element) in elements.enumerated() where !evaluated.contains(index) {
        try apply(node.child(keyword.value), to: element, at: .index(index, path))
      }
      evaluated.all = true
    default: break
    }
  }
}
