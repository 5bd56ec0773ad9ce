extension StandardFiles {
  /// `ssot/schemas/sinks.schema.json`.
  static let sinksSchema = #"""
    {
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "title": "Sinks",
      "description": "Where runs are told to: ssot/policies/sinks.json. readiness deliver reads it.",
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
        "sinks": {
          "description": "By name.",
          "type": "object",
          "propertyNames": {
            "pattern": "^[a-z][a-z0-9-]{0,62}$"
          },
          "additionalProperties": {
            "oneOf": [
              {
                "properties": {
                  "kind": {
                    "const": "file"
                  },
                  "profile": {
                    "$ref": "#/$defs/profile"
                  },
                  "path": {
                    "description": "Absolute, or from the top of the work tree; each event is a line.",
                    "type": "string",
                    "minLength": 1
                  }
                },
                "required": [
                  "kind",
                  "path"
                ],
                "$ref": "#/$defs/sink"
              },
              {
                "properties": {
                  "kind": {
                    "const": "command"
                  },
                  "profile": {
                    "$ref": "#/$defs/profile"
                  },
                  "command": {
                    "description": "The words; the event comes on standard input.",
                    "type": "array",
                    "items": {
                      "type": "string"
                    },
                    "prefixItems": [
                      {
                        "minLength": 1
                      }
                    ],
                    "minItems": 1
                  }
                },
                "required": [
                  "kind",
                  "command"
                ],
                "$ref": "#/$defs/sink"
              },
              {
                "properties": {
                  "kind": {
                    "const": "webhook"
                  },
                  "profile": {
                    "$ref": "#/$defs/profile"
                  },
                  "url": {
                    "type": "string",
                    "pattern": "^https?://[!-~]*$"
                  },
                  "headers": {
                    "description": "A value that is $NAME is that variable's.",
                    "type": "object",
                    "propertyNames": {
                      "pattern": "^[A-Za-z0-9-]+$"
                    },
                    "additionalProperties": {
                      "type": "string",
                      "pattern": "^[ -~]*$"
                    }
                  }
                },
                "required": [
                  "kind",
                  "url"
                ],
                "$ref": "#/$defs/sink"
              }
            ],
            "unevaluatedProperties": false
          }
        }
      },
      "required": [
        "version",
        "sinks"
      ],
      "patternProperties": {
        "^x-": true
      },
      "additionalProperties": false,
      "$defs": {
        "profile": {
          "description": "Of ssot/runtime.config.json: its timeout, retries and breaker hold.",
          "type": "string",
          "minLength": 1
        },
        "sink": {
          "type": "object",
          "patternProperties": {
            "^x-": true
          }
        }
      }
    }

    """#
}
