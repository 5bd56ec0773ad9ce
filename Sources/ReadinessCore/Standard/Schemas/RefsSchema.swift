extension StandardFiles {
  /// `ssot/schemas/refs.schema.json`.
  static let refsSchema = #"""
    {
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "title": "Refs",
      "description": "Refs that a server keeps: ssot/policies/refs.json. They only go forward, and what comes to them is judged; others may hold anything until a protected one takes it.",
      "type": "object",
      "properties": {
        "$schema": {
          "type": "string",
          "description": "Relative path to the schema, for editors."
        },
        "version": {
          "description": "Of this format.",
          "const": 1
        },
        "protected": {
          "description": "Full names; * at the end stands for any rest.",
          "type": "array",
          "items": {
            "type": "string",
            "pattern": "^refs/"
          },
          "uniqueItems": true
        }
      },
      "required": [
        "version",
        "protected"
      ],
      "patternProperties": {
        "^x-": true
      },
      "additionalProperties": false
    }

    """#
}
