extension StandardFiles {
  /// `ssot/schemas/runtime.config.schema.json`.
  static let runtimeConfigSchema = #"""
    {
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "title": "Runtime config",
      "description": "Profiles under which checks run: ssot/runtime.config.json. A value that a profile lacks is that of the profile it extends, then that of the built-in profile of its name, then the default.",
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
          "description": "By name.",
          "type": "object",
          "minProperties": 1,
          "propertyNames": {
            "pattern": "^[a-z][a-z0-9-]{0,62}$"
          },
          "additionalProperties": {
            "$ref": "#/$defs/profile"
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
      "additionalProperties": false,
      "$defs": {
        "profile": {
          "type": "object",
          "properties": {
            "extends": {
              "description": "The profile whose values stand where this one has none.",
              "type": "string",
              "minLength": 1
            },
            "timeoutSeconds": {
              "description": "How long one attempt may take.",
              "type": "number",
              "exclusiveMinimum": 0,
              "maximum": 86400,
              "default": 600
            },
            "killGraceSeconds": {
              "description": "Between asking a check to end and ending it.",
              "type": "number",
              "minimum": 0,
              "maximum": 3600,
              "default": 5
            },
            "demands": {
              "description": "On which commits a check is green: the one that is checked, or its parent as well.",
              "enum": [
                "after",
                "before-and-after"
              ],
              "default": "after"
            },
            "failFast": {
              "description": "Whether the first failure stops what has not begun.",
              "type": "boolean",
              "default": false
            },
            "retry": {
              "description": "When and how often a check is tried again.",
              "type": "object",
              "properties": {
                "attempts": {
                  "description": "The first counted.",
                  "type": "integer",
                  "minimum": 1,
                  "maximum": 100,
                  "default": 1
                },
                "firstDelayMilliseconds": {
                  "description": "Before the second attempt.",
                  "type": "integer",
                  "minimum": 0,
                  "maximum": 3600000,
                  "default": 200
                },
                "maxDelayMilliseconds": {
                  "description": "Which no delay exceeds.",
                  "type": "integer",
                  "minimum": 0,
                  "maximum": 3600000,
                  "default": 10000
                },
                "budgetMilliseconds": {
                  "description": "Over all attempts and delays.",
                  "type": "integer",
                  "minimum": 0,
                  "maximum": 86400000,
                  "default": 3600000
                },
                "multiplier": {
                  "description": "From one delay to the next.",
                  "type": "number",
                  "minimum": 1,
                  "maximum": 100,
                  "default": 2
                },
                "jitter": {
                  "description": "How delays are scattered: not at all, evenly down to nothing, or evenly up from the first.",
                  "enum": [
                    "none",
                    "full",
                    "decorrelated"
                  ],
                  "default": "full"
                },
                "on": {
                  "description": "The outcomes that are tried again.",
                  "type": "array",
                  "items": {
                    "enum": [
                      "timeout",
                      "exit",
                      "signal",
                      "spawn"
                    ]
                  },
                  "uniqueItems": true,
                  "default": [
                    "timeout",
                    "signal",
                    "spawn"
                  ]
                }
              },
              "additionalProperties": false
            },
            "breaker": {
              "description": "When a command that keeps failing is left alone.",
              "type": "object",
              "properties": {
                "failures": {
                  "description": "Within the window, which open it.",
                  "type": "integer",
                  "minimum": 1,
                  "maximum": 1000000,
                  "default": 5
                },
                "windowSeconds": {
                  "description": "In which failures count.",
                  "type": "number",
                  "exclusiveMinimum": 0,
                  "maximum": 86400,
                  "default": 60
                },
                "coolDownSeconds": {
                  "description": "From open to half-open.",
                  "type": "number",
                  "minimum": 0,
                  "maximum": 86400,
                  "default": 30
                },
                "halfOpenTrials": {
                  "description": "That must succeed to close it.",
                  "type": "integer",
                  "minimum": 1,
                  "maximum": 1000,
                  "default": 1
                }
              },
              "additionalProperties": false
            },
            "parallelism": {
              "description": "Checks at a time.",
              "type": "integer",
              "minimum": 1,
              "maximum": 1024,
              "default": 2
            },
            "environment": {
              "description": "Names of the variables that a check sees.",
              "type": "array",
              "items": {
                "type": "string",
                "pattern": "^[A-Za-z_][A-Za-z0-9_]*$"
              },
              "uniqueItems": true,
              "default": [
                "HOME",
                "LANG",
                "PATH"
              ]
            },
            "workingArea": {
              "description": "The repository's own work tree, or a clean copy of the commit.",
              "enum": [
                "worktree",
                "export"
              ],
              "default": "export"
            },
            "paths": {
              "description": "Files and folders: relative to the working area, absolute, or from the home folder by ~/.",
              "type": "object",
              "properties": {
                "read": {
                  "description": "What a check may read.",
                  "type": "array",
                  "items": {
                    "type": "string",
                    "minLength": 1
                  },
                  "default": [
                    "/"
                  ]
                },
                "write": {
                  "description": "What a check may write.",
                  "type": "array",
                  "items": {
                    "type": "string",
                    "minLength": 1
                  },
                  "default": [
                    "."
                  ]
                }
              },
              "additionalProperties": false
            },
            "maxOutputBytes": {
              "description": "Of what a check prints, on each stream.",
              "type": "integer",
              "minimum": 0,
              "maximum": 1073741824,
              "default": 16777216
            },
            "maxFileBytes": {
              "description": "Of any one file that a check writes.",
              "type": "integer",
              "minimum": 0,
              "maximum": 1099511627776,
              "default": 4294967296
            }
          },
          "patternProperties": {
            "^x-": true
          },
          "additionalProperties": false
        }
      }
    }

    """#
}
