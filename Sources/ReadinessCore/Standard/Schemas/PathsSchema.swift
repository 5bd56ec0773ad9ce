extension StandardFiles {
  /// `ssot/schemas/paths.schema.json`.
  static let pathsSchema = #"""
    {
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "title": "Paths",
      "description": "Files that only some may change, or nobody while a milestone is done: ssot/policies/paths.json.",
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
        "guarded": {
          "description": "Every entry that covers a path must be kept.",
          "type": "array",
          "items": {
            "type": "object",
            "properties": {
              "paths": {
                "description": "Paths from the top of the repository: * and ? within a part, ** across parts, ! takes out again.",
                "type": "array",
                "items": {
                  "type": "string",
                  "minLength": 1
                },
                "minItems": 1,
                "uniqueItems": true
              },
              "role": {
                "description": "The role of authorization.json that may change them; anyone where it is left out.",
                "type": "string",
                "minLength": 1
              },
              "frozenBy": {
                "description": "While one of these milestones is done, nobody may.",
                "type": "array",
                "items": {
                  "type": "string",
                  "pattern": "^[A-Z][A-Z0-9]{0,15}-[0-9]{1,6}$"
                },
                "minItems": 1,
                "uniqueItems": true
              }
            },
            "required": [
              "paths"
            ],
            "anyOf": [
              {
                "required": [
                  "role"
                ]
              },
              {
                "required": [
                  "frozenBy"
                ]
              }
            ],
            "patternProperties": {
              "^x-": true
            },
            "additionalProperties": false
          }
        }
      },
      "required": [
        "version",
        "guarded"
      ],
      "patternProperties": {
        "^x-": true
      },
      "additionalProperties": false
    }

    """#
}
