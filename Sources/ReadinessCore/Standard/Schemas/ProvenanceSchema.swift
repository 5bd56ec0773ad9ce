extension StandardFiles {
  /// `ssot/schemas/provenance.schema.json`.
  static let provenanceSchema = #"""
    {
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "title": "Provenance",
      "description": "What an unstamped change is worth: ssot/policies/provenance.json.",
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
        "unstamped": {
          "enum": [
            "refuse",
            "warn"
          ]
        },
        "judgedFrom": {
          "description": "The commit whose ancestors are not judged.",
          "type": "string",
          "pattern": "^[0-9A-Fa-f]{40}$"
        }
      },
      "required": [
        "version",
        "unstamped"
      ],
      "patternProperties": {
        "^x-": true
      },
      "additionalProperties": false
    }

    """#
}
