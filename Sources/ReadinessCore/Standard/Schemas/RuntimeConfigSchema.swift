extension StandardFiles {
  /// `ssot/schemas/runtime.config.schema.json`.
  static let runtimeConfigSchema = #"""
    {
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "title": "Runtime config",
      "description": "How checks run: timeouts, retries, isolation. ssot/runtime.config.json.",
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
        "profiles": {
          "type": "object",
          "minProperties": 1,
          "propertyNames": {
            "pattern": "^[a-z][a-z0-9-]{0,62}$"
          },
          "additionalProperties": {
            "type": "object",
            "properties": {
              "extends": {
                "description": "The profile whose values stand where this one has none.",
                "type": "string",
                "minLength": 1
              },
              "timeoutSeconds": {
                "type": "number",
                "exclusiveMinimum": 0
              },
              "killGraceSeconds": {
                "type": "number",
                "minimum": 0
              },
              "retry": {
                "type": "object",
                "properties": {
                  "attempts": {
                    "type": "integer",
                    "minimum": 1,
                    "maximum": 100
                  },
                  "firstDelayMilliseconds": {
                    "type": "integer",
                    "minimum": 0
                  },
                  "maxDelayMilliseconds": {
                    "type": "integer",
                    "minimum": 0
                  },
                  "multiplier": {
                    "type": "number",
                    "minimum": 1
                  },
                  "jitter": {
                    "enum": [
                      "none",
                      "full",
                      "decorrelated"
                    ]
                  },
                  "on": {
                    "type": "array",
                    "items": {
                      "enum": [
                        "timeout",
                        "exit",
                        "signal",
                        "spawn"
                      ]
                    },
                    "uniqueItems": true
                  }
                },
                "required": [],
                "additionalProperties": false
              },
              "breaker": {
                "type": "object",
                "properties": {
                  "failures": {
                    "type": "integer",
                    "minimum": 1
                  },
                  "windowSeconds": {
                    "type": "number",
                    "exclusiveMinimum": 0
                  },
                  "coolDownSeconds": {
                    "type": "number",
                    "minimum": 0
                  },
                  "halfOpenTrials": {
                    "type": "integer",
                    "minimum": 1
                  }
                },
                "required": [],
                "additionalProperties": false
              },
              "parallelism": {
                "type": "integer",
                "minimum": 1,
                "maximum": 1024
              },
              "environment": {
                "description": "Names of variables that a check may see.",
                "type": "array",
                "items": {
                  "type": "string",
                  "pattern": "^[A-Za-z_][A-Za-z0-9_]*$"
                },
                "uniqueItems": true
              },
              "workingArea": {
                "enum": [
                  "worktree",
                  "export"
                ]
              },
              "paths": {
                "type": "object",
                "properties": {
                  "read": {
                    "type": "array",
                    "items": {
                      "type": "string",
                      "minLength": 1
                    }
                  },
                  "write": {
                    "type": "array",
                    "items": {
                      "type": "string",
                      "minLength": 1
                    }
                  }
                },
                "required": [],
                "additionalProperties": false
              },
              "maxOutputBytes": {
                "type": "integer",
                "minimum": 0
              }
            },
            "required": [],
            "patternProperties": {
              "^x-": true
            },
            "additionalProperties": false
          }
        }
      },
      "required": [
        "version",
        "profiles"
      ],
      "patternProperties": {
        "^x-": true
      },
      "additionalProperties": false
    }

    """#
}
