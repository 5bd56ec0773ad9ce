extension StandardFiles {
  /// `ssot/schemas/milestone.schema.json`.
  static let milestoneSchema = #"""
    {
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "title": "Milestone",
      "description": "One milestone of a production-readiness plan: .readiness/ID.json.",
      "type": "object",
      "properties": {
        "$schema": {
          "type": "string",
          "description": "Relative path to the schema, for editors."
        },
        "id": {
          "description": "Equals the file's name without .json.",
          "type": "string",
          "pattern": "^[A-Z][A-Z0-9]{0,15}-[0-9]{1,6}$"
        },
        "workstream": {
          "description": "What the milestone is about, in a few words.",
          "type": "string",
          "minLength": 1
        },
        "outcome": {
          "description": "What is true when it is done.",
          "type": "string",
          "minLength": 1
        },
        "dependsOn": {
          "description": "The milestones that come first.",
          "type": "array",
          "items": {
            "type": "string",
            "pattern": "^[A-Z][A-Z0-9]{0,15}-[0-9]{1,6}$"
          },
          "uniqueItems": true
        },
        "owner": {
          "description": "Who answers for it; TBD is nobody yet.",
          "type": "string",
          "minLength": 1
        },
        "status": {
          "description": "A state of ssot/policies/workflow.json.",
          "type": "string",
          "minLength": 1,
          "examples": [
            "Not Started",
            "In Progress",
            "Blocked",
            "In Review",
            "Done"
          ]
        },
        "blocked": {
          "description": "Why it waits; stands exactly where the state is a blocked one.",
          "type": "object",
          "properties": {
            "reason": {
              "type": "string"
            },
            "by": {
              "type": "array",
              "items": {
                "type": "string",
                "pattern": "^[A-Z][A-Z0-9]{0,15}-[0-9]{1,6}$"
              },
              "uniqueItems": true
            }
          },
          "required": [
            "reason"
          ],
          "additionalProperties": false
        },
        "exitCriteria": {
          "description": "What has to be shown before it is done.",
          "type": "array",
          "minItems": 1,
          "items": {
            "$ref": "#/$defs/criterion"
          }
        },
        "deliverables": {
          "description": "Files that the milestone brings.",
          "type": "array",
          "items": {
            "type": "object",
            "properties": {
              "path": {
                "$ref": "#/$defs/path"
              },
              "purpose": {
                "type": "string",
                "minLength": 1
              },
              "status": {
                "type": "string",
                "minLength": 1
              }
            },
            "required": [
              "path",
              "purpose",
              "status"
            ],
            "additionalProperties": false
          }
        },
        "risks": {
          "description": "What may go wrong.",
          "type": "array",
          "items": {
            "type": "object",
            "properties": {
              "id": {
                "type": "string",
                "minLength": 1
              },
              "text": {
                "type": "string",
                "minLength": 1
              },
              "severity": {
                "enum": [
                  "low",
                  "medium",
                  "high",
                  "critical"
                ]
              },
              "status": {
                "enum": [
                  "open",
                  "mitigated",
                  "accepted",
                  "closed"
                ]
              }
            },
            "required": [
              "id",
              "text",
              "severity",
              "status"
            ],
            "additionalProperties": false
          }
        },
        "approvals": {
          "description": "Who has approved what the milestone says.",
          "type": "array",
          "items": {
            "type": "object",
            "properties": {
              "by": {
                "type": "string",
                "minLength": 1
              },
              "digest": {
                "type": "string",
                "pattern": "^sha256:[0-9a-f]{64}$"
              },
              "signature": {
                "type": "string"
              }
            },
            "required": [
              "by",
              "digest"
            ],
            "additionalProperties": false
          }
        }
      },
      "required": [
        "id",
        "workstream",
        "outcome",
        "dependsOn",
        "owner",
        "status",
        "exitCriteria"
      ],
      "patternProperties": {
        "^x-": true
      },
      "additionalProperties": false,
      "$defs": {
        "path": {
          "description": "From the top of the repository, parts separated by /.",
          "type": "string",
          "minLength": 1,
          "pattern": "^(?!/)(?!.*(^|/)\\.{1,2}(/|$))(?!.*//)(?!(.*/)?\\.[gG][iI][tT](/|$))[^\\\\]+$"
        },
        "criterion": {
          "type": "object",
          "properties": {
            "id": {
              "description": "Unique in the file.",
              "type": "string",
              "pattern": "^[a-z0-9][a-z0-9-]{0,62}$"
            },
            "text": {
              "type": "string",
              "minLength": 1
            },
            "evidence": {
              "type": "array",
              "items": {
                "$ref": "#/$defs/evidence"
              }
            }
          },
          "required": [
            "id",
            "text"
          ],
          "additionalProperties": false
        },
        "evidence": {
          "oneOf": [
            {
              "type": "object",
              "properties": {
                "kind": {
                  "const": "file"
                },
                "path": {
                  "$ref": "#/$defs/path"
                },
                "sha256": {
                  "description": "Of the file's bytes in the same commit.",
                  "type": "string",
                  "pattern": "^[0-9a-f]{64}$"
                }
              },
              "required": [
                "kind",
                "path",
                "sha256"
              ],
              "additionalProperties": false
            },
            {
              "type": "object",
              "properties": {
                "kind": {
                  "const": "statement"
                },
                "text": {
                  "type": "string",
                  "minLength": 1
                },
                "by": {
                  "type": "string",
                  "minLength": 1
                }
              },
              "required": [
                "kind",
                "text",
                "by"
              ],
              "additionalProperties": false
            }
          ]
        }
      }
    }

    """#
}
