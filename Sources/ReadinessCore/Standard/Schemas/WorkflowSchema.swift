extension StandardFiles {
  /// `ssot/schemas/workflow.schema.json`.
  static let workflowSchema = #"""
    {
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "title": "Workflow",
      "description": "States and the edges between them: ssot/policies/workflow.json.",
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
        "states": {
          "type": "array",
          "contains": {
            "properties": {
              "category": {
                "const": "pending"
              }
            },
            "required": [
              "category"
            ]
          },
          "items": {
            "type": "object",
            "properties": {
              "name": {
                "type": "string",
                "minLength": 1,
                "maxLength": 64,
                "pattern": "^[^\"\\\\\\x00-\\x1F\\x7F]+$",
                "not": {
                  "const": "none"
                }
              },
              "category": {
                "enum": [
                  "pending",
                  "active",
                  "blocked",
                  "review",
                  "done"
                ]
              }
            },
            "required": [
              "name",
              "category"
            ],
            "patternProperties": {
              "^x-": true
            },
            "additionalProperties": false
          }
        },
        "transitions": {
          "type": "array",
          "items": {
            "type": "object",
            "properties": {
              "from": {
                "type": "string",
                "minLength": 1
              },
              "to": {
                "type": "string",
                "minLength": 1
              },
              "guards": {
                "type": "array",
                "items": {
                  "enum": [
                    "dependencies-done",
                    "owner-assigned",
                    "blocked-reason",
                    "reason",
                    "criteria-met",
                    "deliverables-present",
                    "no-done-dependents"
                  ]
                },
                "uniqueItems": true
              }
            },
            "required": [
              "from",
              "to"
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
        "states",
        "transitions"
      ],
      "patternProperties": {
        "^x-": true
      },
      "additionalProperties": false
    }

    """#
}
