import StrictJSON

/// The keywords that assert a property of the value itself (validation, section 6). Lengths count Unicode scalars.
extension Evaluation {
  mutating func assert(
    _ keyword: JSONMember, of node: SchemaNode, on instance: JSONValue, at path: InstancePath
  ) throws {
    switch keyword.key {
    case "type": assertType(keyword.value, on: instance, at: path)
    case "const":
      if !instance.isEqual(to: keyword.value) {
        report(instance, path, "const", "The value should be \(Self.quoted(keyword.value)).")
      }
    case "enum":
      let values = keyword.value.array ?? []
      try charge(values.count / 8, at: node)
      if !values.contains(where: { instance.isEqual(to: $0) }) {
        let legal = values.prefix(20).map(Self.quoted).joined(separator: ", ")
        report(
          instance, path, "enum", "The value should be one of \(legal)\(values.count > 20 ? " and more" : "").")
      }
    default:
      switch instance.kind {
      case .number(let number): assertNumber(number, keyword, on: instance, at: path)
      case .string(let text): try assertString(text, keyword, of: node, on: instance, at: path)
      case .array(let elements): assertArray(elements, keyword, on: instance, at: path)
      case .object(let members): try assertObject(members, keyword, of: node, on: instance, at: path)
      case .null, .bool: break
      }
    }
  }

  /// Formats a bound in decimal, because a double need not fit an integer.
  private static func count(_ limit: Double) -> String { JSONNumber(limit).ecmaScriptText }

  /// Formats a value for a message: JSON, cut after 200 characters.
  private static func quoted(_ value: JSONValue) -> String {
    let text = String(decoding: value.canonicalBytes, as: UTF8.self)
    return text.count <= 200 ? text : text.prefix(200) + "…"
  }

  private mutating func assertType(_ types: JSONValue, on instance: JSONValue, at path: InstancePath) {
    let names = types.array?.compactMap(\.string) ?? [types.string ?? ""]
    let fits = names.contains { name in
      name == instance.typeName || (name == "integer" && instance.number?.isIntegral == true)
    }
    if !fits {
      report(
        instance, path, "type",
        "The value should be of type \(names.joined(separator: " or ")), not \(instance.typeName).")
    }
  }

  private mutating func assertNumber(
    _ number: JSONNumber, _ keyword: JSONMember, on instance: JSONValue, at path: InstancePath
  ) {
    guard let bound = keyword.value.number else { return }
    let (value, limit) = (number.double, bound.double)
    let written = bound.ecmaScriptText
    switch keyword.key {
    case "maximum" where value > limit:
      report(instance, path, "maximum", "The number should be at most \(written).")
    case "exclusiveMaximum" where value >= limit:
      report(instance, path, "exclusiveMaximum", "The number should be below \(written).")
    case "minimum" where value < limit:
      report(instance, path, "minimum", "The number should be at least \(written).")
    case "exclusiveMinimum" where value <= limit:
      report(instance, path, "exclusiveMinimum", "The number should be above \(written).")
    case "multipleOf" where !Self.isMultiple(number, of: bound):
      report(instance, path, "multipleOf", "The number should be a multiple of \(written).")
    default: break
    }
  }

  /// Exact for integers. For decimals such as 0.0075 and 0.0001 it checks the quotient: its distance from a whole
  /// number must be below the rounding error of the division.
  private static func isMultiple(_ number: JSONNumber, of divisor: JSONNumber) -> Bool {
    if let a = number.integer, let b = divisor.integer, b > 0 { return a % b == 0 }
    if divisor.double == 0 { return false }
    if number.double.truncatingRemainder(dividingBy: divisor.double) == 0 { return true }
    let quotient = number.double / divisor.double
    guard quotient.isFinite else { return false }
    return (quotient - quotient.rounded()).magnitude <= quotient.ulp
  }

  private mutating func assertString(
    _ text: String, _ keyword: JSONMember, of node: SchemaNode, on instance: JSONValue, at path: InstancePath
  ) throws {
    switch keyword.key {
    case "maxLength":
      if let limit = keyword.value.number?.double, Double(text.unicodeScalars.count) > limit {
        report(instance, path, "maxLength", "The text should have at most \(Self.count(limit)) characters.")
      }
    case "minLength":
      if let limit = keyword.value.number?.double, Double(text.unicodeScalars.count) < limit {
        let message =
          limit == 1
          ? "The text should not be empty." : "The text should have at least \(Self.count(limit)) characters."
        report(instance, path, "minLength", message)
      }
    case "pattern":
      if let wanted = keyword.value.string, try !node.pattern(wanted).isFound(in: text, within: &budget) {
        report(instance, path, "pattern", "The text should match \(wanted).")
      }
    default: break
    }
  }

  private mutating func assertArray(
    _ elements: [JSONValue], _ keyword: JSONMember, on instance: JSONValue, at path: InstancePath
  ) {
    let limit = keyword.value.number?.double
    switch keyword.key {
    case "maxItems":
      if let limit, Double(elements.count) > limit {
        report(instance, path, "maxItems", "The array should have at most \(Self.count(limit)) elements.")
      }
    case "minItems":
      if let limit, Double(elements.count) < limit {
        report(instance, path, "minItems", "The array should have at least \(Self.count(limit)) elements.")
      }
    case "uniqueItems" where keyword.value.bool == true:
      var seen = Set<[UInt8]>()
      for (index, element) in elements.enumerated() where !seen.insert(element.canonicalBytes).inserted {
        report(element, .index(index, path), "uniqueItems", "The value \(Self.quoted(element)) stands here twice.")
      }
    default: break
    }
  }

  private mutating func assertObject(
    _ members: [JSONMember], _ keyword: JSONMember, of node: SchemaNode, on instance: JSONValue,
    at path: InstancePath
  ) throws {
    let limit = keyword.value.number?.double
    switch keyword.key {
    case "maxProperties":
      if let limit, Double(members.count) > limit {
        report(instance, path, "maxProperties", "The object should have at most \(Self.count(limit)) properties.")
      }
    case "minProperties":
      if let limit, Double(members.count) < limit {
        report(instance, path, "minProperties", "The object should have at least \(Self.count(limit)) properties.")
      }
    case "required":
      try charge((keyword.value.array?.count ?? 0) * members.count / 64, at: node)
      for name in (keyword.value.array ?? []).compactMap(\.string) where instance[name] == nil {
        report(instance, path, "required", "The property \"\(name)\" is missing.")
      }
    case "dependentRequired":
      for entry in keyword.value.object ?? [] where instance[entry.key] != nil {
        try charge(1 + (entry.value.array?.count ?? 0) * members.count / 64, at: node)
        for name in (entry.value.array ?? []).compactMap(\.string) where instance[name] == nil {
          report(
            instance, path, "dependentRequired", "Where \"\(entry.key)\" stands, \"\(name)\" is needed and missing.")
        }
      }
    default: break
    }
  }
}
