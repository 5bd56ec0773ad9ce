/// The keywords of draft 2020-12 and the shapes of their values.
enum Vocabulary {
  static let metaschema = "https://json-schema.org/draft/2020-12/schema"

  /// The shape of a keyword's value.
  enum Shape { case schema, schemas, schemaMap, plain }

  private static let vocabularies: [String: [String: Shape]] = [
    "core": [
      "$id": .plain, "$schema": .plain, "$ref": .plain, "$anchor": .plain, "$dynamicRef": .plain,
      "$dynamicAnchor": .plain, "$vocabulary": .plain, "$comment": .plain, "$defs": .schemaMap,
      "definitions": .schemaMap,
    ],
    "applicator": [
      "prefixItems": .schemas, "items": .schema, "contains": .schema, "additionalProperties": .schema,
      "properties": .schemaMap, "patternProperties": .schemaMap, "dependentSchemas": .schemaMap,
      "propertyNames": .schema, "if": .schema, "then": .schema, "else": .schema, "allOf": .schemas,
      "anyOf": .schemas, "oneOf": .schemas, "not": .schema,
    ],
    "unevaluated": ["unevaluatedItems": .schema, "unevaluatedProperties": .schema],
    "validation": [
      "type": .plain, "const": .plain, "enum": .plain, "multipleOf": .plain, "maximum": .plain,
      "exclusiveMaximum": .plain, "minimum": .plain, "exclusiveMinimum": .plain, "maxLength": .plain,
      "minLength": .plain, "pattern": .plain, "maxItems": .plain, "minItems": .plain, "uniqueItems": .plain,
      "maxContains": .plain, "minContains": .plain, "maxProperties": .plain, "minProperties": .plain,
      "required": .plain, "dependentRequired": .plain,
    ],
    "meta-data": [
      "title": .plain, "description": .plain, "default": .plain, "deprecated": .plain, "readOnly": .plain,
      "writeOnly": .plain, "examples": .plain,
    ],
    "format-annotation": ["format": .plain],
    "content": ["contentEncoding": .plain, "contentMediaType": .plain, "contentSchema": .schema],
  ]

  private static let shapes: [String: Shape] = vocabularies.values.reduce(into: [:]) { all, vocabulary in
    all.merge(vocabulary) { first, _ in first }
  }

  /// Returns the shape of a keyword's value. Returns nil if no vocabulary has the keyword.
  static func shape(of keyword: String) -> Shape? { shapes[keyword] }

  /// Returns the keywords of each vocabulary that is not in `$vocabulary`. The core vocabulary always applies.
  static func keywords(notIn listed: Set<String>) -> Set<String> {
    var disabled = Set<String>()
    for (name, keywords) in vocabularies where name != "core" {
      if !listed.contains("https://json-schema.org/draft/2020-12/vocab/" + name) {
        disabled.formUnion(keywords.keys)
      }
    }
    return disabled
  }

  /// Returns the nearest known keyword within two edits, for a hint. Returns nil if there is none.
  static func nearest(to keyword: String) -> String? {
    shapes.keys.map { ($0, editDistance($0, keyword)) }
      .filter { $0.1 <= 2 }
      .min { ($0.1, $0.0) < ($1.1, $1.0) }?.0
  }

  private static func editDistance(_ a: String, _ b: String) -> Int {
    let b = Array(b.lowercased())
    var row = Array(0...b.count)
    for (i, character) in a.lowercased().enumerated() {
      var previous = row[0]
      row[0] = i + 1
      for j in b.indices {
        let cost = previous + (character == b[j] ? 0 : 1)
        previous = row[j + 1]
        row[j + 1] = min(cost, row[j] + 1, row[j + 1] + 1)
      }
    }
    return row[b.count]
  }
}
