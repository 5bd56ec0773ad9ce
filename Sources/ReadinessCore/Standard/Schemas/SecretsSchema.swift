extension StandardFiles {
  /// `ssot/schemas/secrets.schema.json`.
  static let secretsSchema = #"""
    {
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "title": "Secrets",
      "description": "What is taken for a secret, beside well-known tokens and private keys: ssot/policies/secrets.json.",
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
        "patterns": {
          "description": "A word that one of these is found in is a secret.",
          "type": "array",
          "items": {
            "type": "object",
            "properties": {
              "name": {
                "description": "What a refusal calls it.",
                "type": "string",
                "minLength": 1
              },
              "pattern": {
                "type": "string",
                "minLength": 1,
                "format": "regex"
              }
            },
            "required": [
              "name",
              "pattern"
            ],
            "additionalProperties": false
          }
        },
        "entropy": {
          "description": "A word of at least that length with at least so many bits for each byte is a secret; hexadecimal words are not.",
          "type": "object",
          "properties": {
            "minLength": {
              "type": "integer",
              "minimum": 8,
              "maximum": 4096
            },
            "bits": {
              "type": "number",
              "minimum": 0,
              "maximum": 8
            }
          },
          "required": [
            "minLength",
            "bits"
          ],
          "additionalProperties": false
        },
        "allow": {
          "description": "A word that one of these is found in is none.",
          "type": "array",
          "items": {
            "type": "string",
            "format": "regex"
          },
          "uniqueItems": true
        }
      },
      "required": [
        "version"
      ],
      "patternProperties": {
        "^x-": true
      },
      "additionalProperties": false
    }

    """#
}
