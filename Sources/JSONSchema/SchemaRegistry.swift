public import StrictJSON

/// A registry of schemas by URI. It never uses the network: a schema must be registered or come from `loader`.
public final class SchemaRegistry {
  /// Returns the document of an absolute URI without fragment, or nil. It must not use the network.
  public typealias Loader = (String) throws -> JSONDocument?

  private var resources: [String: SchemaResource] = [:]
  private let loader: Loader
  /// True to reject a keyword of no vocabulary as a likely typo; `x-…` is exempt.
  private let refusesUnknownKeywords: Bool
  /// False if no schema uses `unevaluated…` keywords, so that evaluation is not tracked.
  private(set) var tracksEvaluation = false

  /// Creates an empty registry.
  public init(refusesUnknownKeywords: Bool = false, loader: @escaping Loader = { _ in nil }) {
    self.loader = loader
    self.refusesUnknownKeywords = refusesUnknownKeywords
  }

  /// Registers a schema document under a URI.
  /// - Throws: `SchemaError` if a part of it is not a schema. O(document).
  /// - Returns: a validator for the document's root.
  @discardableResult
  public func add(_ document: JSONDocument, uri: String) throws -> SchemaValidator {
    let base = URIReference(uri)
    let holder = SchemaDocument(document)
    let resource = SchemaResource(name: base.resourceName, base: base, root: document.root, document: holder)
    resources[resource.name] = resource
    let root = try index(document.root, in: resource, isResourceRoot: true)
    return SchemaValidator(registry: self, root: root)
  }

  /// Returns a resource by name, and loads it if necessary.
  func resource(named name: String) throws -> SchemaResource? {
    if let known = resources[name] { return known }
    guard let document = try loader(name) else { return nil }
    try add(document, uri: name)
    return resources[name]
  }

  // MARK: - Finding every subschema

  /// Indexes a schema and its subschemas, so that every `$id` and anchor is known before a reference to it.
  @discardableResult
  private func index(_ json: JSONValue, in parent: SchemaResource, isResourceRoot: Bool = false) throws
    -> SchemaNode
  {
    if let known = parent.document.nodes[json.range.lowerBound] { return known }
    var resource = parent
    if let id = json["$id"]?.string {
      let uri = URIReference(id).resolved(against: parent.base)
      if isResourceRoot {
        parent.base = uri
        resources[uri.resourceName] = parent
      } else if !(id.hasPrefix("#")) {
        resource = SchemaResource(name: uri.resourceName, base: uri, root: json, document: parent.document)
        resource.disabledKeywords = parent.disabledKeywords
        resources[uri.resourceName] = resource
      }
    }
    let node = SchemaNode(json: json, resource: resource)
    parent.document.nodes[json.range.lowerBound] = node
    switch json.kind {
    case .bool: return node
    case .object(let members):
      if json.range == resource.root.range, let metaschema = json["$schema"]?.string {
        resource.disabledKeywords = try disabledKeywords(by: metaschema)
      }
      if let anchor = json["$anchor"]?.string { resource.anchors[anchor] = node }
      if let anchor = json["$dynamicAnchor"]?.string {
        resource.anchors[anchor] = node
        resource.dynamicAnchors[anchor] = node
      }
      for member in members { try index(member, of: resource) }
      return node
    default:
      throw SchemaError(
        message: "A schema is an object or a boolean, not \(json.typeName).",
        position: parent.document.document.position(of: json))
    }
  }

  private func index(_ member: JSONMember, of resource: SchemaResource) throws {
    switch Vocabulary.shape(of: member.key) {
    case .schema: try index(member.value, in: resource)
    case .schemas: for element in member.value.array ?? [] { try index(element, in: resource) }
    case .schemaMap: for entry in member.value.object ?? [] { try index(entry.value, in: resource) }
    case .plain: break
    case nil:
      guard !refusesUnknownKeywords || member.key.hasPrefix("x-") else {
        let near = Vocabulary.nearest(to: member.key).map { " Is \"\($0)\" meant?" } ?? ""
        throw SchemaError(
          message: "\"\(member.key)\" is no keyword of JSON Schema 2020-12.\(near) A name of your own begins with x-.",
          position: resource.document.document.position(of: member.keyRange.lowerBound))
      }
    }
    if member.key.hasPrefix("unevaluated") { tracksEvaluation = true }
  }

  /// Returns the keywords that a metaschema's `$vocabulary` omits (core, section 8.1.2).
  private func disabledKeywords(by metaschema: String) throws -> Set<String> {
    let name = URIReference(metaschema).resourceName
    guard name != Vocabulary.metaschema, let resource = try resource(named: name),
      let listed = resource.root["$vocabulary"]?.object
    else { return [] }
    return Vocabulary.keywords(notIn: Set(listed.map(\.key)))
  }

  // MARK: - References

  /// Resolves every reference of a document and compiles every pattern, to report faults early.
  /// - Throws: `SchemaError` for the first fault.
  func check(_ document: SchemaDocument) throws {
    var checked = Set<Int>()
    // The target of a reference may be a schema that no keyword identifies as one.
    while true {
      let open = document.nodes.filter { !checked.contains($0.key) }
      if open.isEmpty { return }
      checked.formUnion(open.keys)
      for node in open.values { try check(node) }
    }
  }

  private func check(_ node: SchemaNode) throws {
    for keyword in node.json.object ?? [] {
      switch keyword.key {
      case "$ref", "$dynamicRef":
        if let reference = keyword.value.string { _ = try resolve(reference, from: node) }
      case "pattern":
        if let pattern = keyword.value.string { _ = try node.pattern(pattern) }
      case "patternProperties":
        for entry in keyword.value.object ?? [] { _ = try node.pattern(entry.key) }
      case "maxLength", "minLength", "maxItems", "minItems", "maxProperties", "minProperties", "maxContains",
        "minContains":
        if let number = keyword.value.number, !number.isCount {
          throw SchemaError(
            message: "\"\(keyword.key)\" should be a whole number from 0 to 9007199254740991.",
            position: node.resource.document.document.position(of: keyword.value))
        }
      case "multipleOf":
        if let number = keyword.value.number, number.double <= 0 {
          throw SchemaError(
            message: "\"multipleOf\" should be above 0.",
            position: node.resource.document.document.position(of: keyword.value))
        }
      default: break
      }
    }
  }

  /// Resolves a reference relative to a node.
  /// - Throws: `SchemaError` if there is no target.
  func resolve(_ reference: String, from node: SchemaNode) throws -> SchemaNode {
    let uri = URIReference(reference).resolved(against: node.resource.base)
    let missing = SchemaError(
      message: "The reference \"\(reference)\" names no schema.",
      position: node.resource.document.document.position(of: node.json))
    guard let resource = try resource(named: uri.resourceName) else { throw missing }
    guard let encoded = uri.fragment, !encoded.isEmpty else { return try index(resource.root, in: resource) }
    guard let fragment = URIReference.percentDecoded(encoded) else { throw missing }
    guard fragment.hasPrefix("/") else {
      guard let anchored = resource.anchors[fragment] else { throw missing }
      return anchored
    }
    var value = resource.root
    var owner = resource
    for token in fragment.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
      let key = token.unescapingPointer
      if let member = value[key] {
        value = member
      } else if let elements = value.array, let position = Int(key), elements.indices.contains(position) {
        value = elements[position]
      } else {
        throw missing
      }
      if let known = owner.document.nodes[value.range.lowerBound] { owner = known.resource }
    }
    return try index(value, in: owner)
  }
}

/// A parsed schema text and its nodes, by byte offset.
final class SchemaDocument {
  let document: JSONDocument
  var nodes: [Int: SchemaNode] = [:]

  init(_ document: JSONDocument) { self.document = document }
}

/// A schema resource: a root with its own base URI and anchors (core, section 4.3.5).
final class SchemaResource {
  let name: String
  var base: URIReference
  let root: JSONValue
  let document: SchemaDocument
  var anchors: [String: SchemaNode] = [:]
  var dynamicAnchors: [String: SchemaNode] = [:]
  var disabledKeywords: Set<String> = []

  init(name: String, base: URIReference, root: JSONValue, document: SchemaDocument) {
    self.name = name
    self.base = base
    self.root = root
    self.document = document
  }
}

/// A schema or subschema.
final class SchemaNode {
  let json: JSONValue
  let resource: SchemaResource
  /// The compiled patterns, by their text.
  var patterns: [String: TextPattern] = [:]
  /// The resolved targets of `$ref` and `$dynamicRef`.
  var targets: [String: SchemaNode] = [:]

  init(json: JSONValue, resource: SchemaResource) {
    self.json = json
    self.resource = resource
  }

  /// Returns a compiled pattern, from the node's cache.
  /// - Throws: `SchemaError` if the text is not a regular expression.
  func pattern(_ text: String) throws -> TextPattern {
    if let known = patterns[text] { return known }
    do {
      let pattern = try TextPattern(text)
      patterns[text] = pattern
      return pattern
    } catch {
      throw SchemaError(
        message: "The pattern \"\(text)\" is no regular expression.",
        position: resource.document.document.position(of: json))
    }
  }

  /// Returns the node of a subschema. Every subschema was indexed when its document was registered.
  func child(_ json: JSONValue) -> SchemaNode {
    resource.document.nodes[json.range.lowerBound] ?? SchemaNode(json: json, resource: resource)
  }
}

/// The reason why a schema cannot be used.
public struct SchemaError: Error, Sendable, Equatable {
  /// One sentence for a person.
  public let message: String
  /// The position in the schema's text.
  public let position: TextPosition
}

extension StringProtocol {
  /// A token of a JSON Pointer, with `~1` and `~0` decoded (RFC 6901, section 4).
  var unescapingPointer: String {
    guard contains("~") else { return String(self) }
    var out = ""
    var rest = self[...]
    while let character = rest.popFirst() {
      guard character == "~", let code = rest.first, code == "0" || code == "1" else {
        out.append(character)
        continue
      }
      rest.removeFirst()
      out.append(code == "1" ? "/" : "~")
    }
    return out
  }
}

extension JSONNumber {
  /// True if the number is a whole number from 0 to 2⁵³−1, in any notation.
  var isCount: Bool { isIntegral && (0...9_007_199_254_740_991).contains(double) }
}
