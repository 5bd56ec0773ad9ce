extension StandardFiles {
  /// `ssot/schemas/authorization.schema.json`.
  static let authorizationSchema = #"""
    {
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "title": "Authorization",
      "description": "Who may do what: ssot/policies/authorization.json.",
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
        "roles": {
          "description": "Holders by role, as e-mail addresses; case does not count.",
          "type": "object",
          "additionalProperties": {
            "type": "array",
            "items": {
              "type": "string",
              "minLength": 1
            }
          }
        },
        "rules": {
          "description": "Every rule that applies must hold.",
          "type": "array",
          "items": {
            "type": "object",
            "properties": {
              "milestones": {
                "type": "array",
                "items": {
                  "type": "string",
                  "minLength": 1
                },
                "uniqueItems": true
              },
              "from": {
                "type": "string",
                "minLength": 1
              },
              "to": {
                "type": "string",
                "minLength": 1
              },
              "fields": {
                "type": "array",
                "items": {
                  "type": "string",
                  "minLength": 1
                },
                "uniqueItems": true
              },
              "role": {
                "type": "string",
                "minLength": 1
              },
              "approvals": {
                "type": "integer",
                "minimum": 1
              },
              "signed": {
                "type": "boolean"
              },
              "signedCommits": {
                "description": "Whether the commit itself has to be signed as well, by its actor's SSH or OpenPGP key.",
                "type": "boolean"
              },
              "notWhoSentToReview": {
                "type": "boolean"
              }
            },
            "required": [
              "role"
            ],
            "patternProperties": {
              "^x-": true
            },
            "additionalProperties": false,
            "anyOf": [
              {
                "required": [
                  "to"
                ]
              },
              {
                "required": [
                  "from"
                ]
              },
              {
                "required": [
                  "fields"
                ]
              }
            ]
          }
        },
        "policyChange": {
          "type": "object",
          "properties": {
            "role": {
              "type": "string",
              "minLength": 1
            },
            "signed": {
              "type": "boolean"
            },
            "signedCommits": {
              "type": "boolean"
            }
          },
          "required": [
            "role"
          ],
          "additionalProperties": false
        },
        "waivers": {
          "description": "Who may let a criterion go for a while.",
          "type": "object",
          "properties": {
            "role": {
              "type": "string",
              "minLength": 1
            }
          },
          "required": [
            "role"
          ],
          "additionalProperties": false
        },
        "bypass": {
          "description": "Who may let which rule go for a while: readiness move --waive.",
          "type": "array",
          "items": {
            "type": "object",
            "properties": {
              "role": {
                "type": "string",
                "minLength": 1
              },
              "codes": {
                "description": "The reason codes of the rules.",
                "type": "array",
                "items": {
                  "enum": [
                    "unmet-dependency",
                    "done-dependent",
                    "criterion-unmet",
                    "evidence-missing",
                    "evidence-mismatch",
                    "deliverable-missing",
                    "not-approved",
                    "self-approval"
                  ]
                },
                "minItems": 1,
                "uniqueItems": true
              },
              "milestones": {
                "description": "Ids or PREFIX-*; absent means all.",
                "type": "array",
                "items": {
                  "type": "string",
                  "minLength": 1
                },
                "uniqueItems": true
              },
              "days": {
                "description": "For how many days at most; 14 where it does not say.",
                "type": "integer",
                "minimum": 1,
                "maximum": 366
              },
              "signed": {
                "description": "Whether it takes a signature.",
                "type": "boolean"
              }
            },
            "required": [
              "role",
              "codes"
            ],
            "patternProperties": {
              "^x-": true
            },
            "additionalProperties": false
          }
        },
        "emergencyPush": {
          "description": "Who may push past the server's gate in an emergency: git push -o readiness.bypass=REASON.",
          "type": "object",
          "properties": {
            "role": {
              "type": "string",
              "minLength": 1
            }
          },
          "required": [
            "role"
          ],
          "additionalProperties": false
        }
      },
      "required": [
        "version",
        "roles"
      ],
      "patternProperties": {
        "^x-": true
      },
      "additionalProperties": false
    }

    """#
}
