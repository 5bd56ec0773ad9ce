extension StandardFiles {
  /// `ssot/schemas/gates.schema.json`.
  static let gatesSchema = #"""
    {
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "title": "Gates",
      "description": "What go means: ssot/policies/gates.json.",
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
        "gates": {
          "type": "object",
          "additionalProperties": {
            "type": "object",
            "properties": {
              "milestones": {
                "description": "Ids, PREFIX-* or *.",
                "type": "array",
                "items": {
                  "type": "string",
                  "minLength": 1
                },
                "uniqueItems": true
              },
              "category": {
                "enum": [
                  "pending",
                  "active",
                  "blocked",
                  "review",
                  "done"
                ]
              },
              "noSuspect": {
                "type": "boolean"
              },
              "maxOpenRisk": {
                "enum": [
                  "low",
                  "medium",
                  "high",
                  "critical"
                ]
              }
            },
            "required": [
              "milestones",
              "category"
            ],
            "patternProperties": {
              "^x-": true
            },
            "additionalProperties": false
          }
        },
        "indicators": {
          "description": "Service-level indicators with their objectives, for people.",
          "type": "array",
          "items": {
            "type": "object",
            "properties": {
              "id": {
                "type": "string",
                "pattern": "^[a-z0-9][a-z0-9-]{0,62}$"
              },
              "text": {
                "type": "string",
                "minLength": 1
              },
              "objective": {
                "type": "string",
                "minLength": 1
              },
              "measuredBy": {
                "type": "string",
                "minLength": 1
              }
            },
            "required": [
              "id",
              "text",
              "objective",
              "measuredBy"
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
        "gates"
      ],
      "patternProperties": {
        "^x-": true
      },
      "additionalProperties": false
    }

    """#
}
