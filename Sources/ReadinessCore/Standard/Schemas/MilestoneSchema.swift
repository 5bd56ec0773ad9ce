extension StandardFiles {
  /// `ssot/schemas/milestone.schema.json`.
  static let milestoneSchema = #"""
    {
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "title": "Milestone",
      "description": "One milestone of a production-readiness plan: .readiness/ID.json.",
      "type": "object",
      "properties": {
        "$schema": { "type": "string", "description": "Relative path to the schema, for editors." },
        "id": {
          "description": "Equals the file's name without .json.",
          "type": "string",
          "pattern": "^[A-Z][A-Z0-9]{0,15}-[0-9]{1,6}$"
        },
        "workstream": { "description": "What the milestone is about, in a few words.", "type": "string", "minLength": 1 },
        "outcome": { "description": "What is true when it is done.", "type": "string", "minLength": 1 },
        "dependsOn": {
          "description": "The milestones that come first.",
          "type": "array",
          "items": { "type": "string", "pattern": "^[A-Z][A-Z0-9]{0,15}-[0-9]{1,6}$" },
          "uniqueItems": true
        },
        "owner": { "description": "Who answers for it; TBD is nobody yet.", "type": "string", "minLength": 1 },
        "status": {
          "description": "A state of ssot/policies/workflow.json.",
          "type": "string",
          "minLength": 1,
          "examples": ["Not Started", "In Progress", "Blocked", "In Review", "Done"]
        },
        "blocked": {
          "description": "Why it waits; stands exactly where the state is a blocked one.",
          "type": "object",
          "properties": {
            "reason": { "type": "string" },
            "by": {
              "type": "array",
              "items": { "type": "string", "pattern": "^[A-Z][A-Z0-9]{0,15}-[0-9]{1,6}$" },
              "uniqueItems": true
            }
          },
          "required": ["reason"],
          "additionalProperties": false
        },
        "exitCriteria": {
          "description": "What has to be shown before it is done.",
          "type": "array",
          "minItems": 1,
          "items": { "$ref": "#/$defs/criterion" }
        },
        "deliverables": {
          "description": "Files that the milestone brings.",
          "type": "array",
          "items": {
            "type": "object",
            "properties": {
              "path": { "$ref": "#/$defs/path" },
              "purpose": { "type": "string", "minLength": 1 },
              "status": { "type": "string", "minLength": 1 }
            },
            "required": ["path", "purpose", "status"],
            "additionalProperties": false
          }
        },
        "risks": {
          "description": "What may go wrong.",
          "type": "array",
          "items": {
            "type": "object",
            "properties": {
              "id": { "type": "string", "minLength": 1 },
              "text": { "type": "string", "minLength": 1 },
              "severity": { "enum": ["low", "medium", "high", "critical"] },
              "status": { "enum": ["open", "mitigated", "accepted", "closed"] }
            },
            "required": ["id", "text", "severity", "status"],
            "additionalProperties": false
          }
        },
        "approvals": {
          "description": "Who has approved what the milestone says.",
          "type": "array",
          "items": {
            "type": "object",
            "properties": {
              "by": { "type": "string", "minLength": 1 },
              "digest": { "type": "string", "pattern": "^sha256:[0-9a-f]{64}$" },
              "signature": { "type": "string" }
            },
            "required": ["by", "digest"],
            "additionalProperties": false
          }
        }
      },
      "required": ["id", "workstream", "outcome", "dependsOn", "owner", "status", "exitCriteria"],
      "patternProperties": { "^x-": true },
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
            "id": { "description": "Unique in the file.", "type": "string", "pattern": "^[a-z0-9][a-z0-9-]{0,62}$" },
            "text": { "type": "string", "minLength": 1 },
            "check": { "description": "How a machine shows it; readiness check runs it.", "$ref": "#/$defs/check" },
            "evidence": { "type": "array", "items": { "$ref": "#/$defs/evidence" } },
            "waiver": { "$ref": "#/$defs/waiver" }
          },
          "required": ["id", "text"],
          "additionalProperties": false
        },
        "evidence": {
          "oneOf": [
            {
              "type": "object",
              "properties": {
                "kind": { "const": "file" },
                "path": { "$ref": "#/$defs/path" },
                "sha256": {
                  "description": "Of the file's bytes in the same commit.",
                  "type": "string",
                  "pattern": "^[0-9a-f]{64}$"
                }
              },
              "required": ["kind", "path", "sha256"],
              "additionalProperties": false
            },
            {
              "type": "object",
              "properties": {
                "kind": { "const": "statement" },
                "text": { "type": "string", "minLength": 1 },
                "by": { "type": "string", "minLength": 1 }
              },
              "required": ["kind", "text", "by"],
              "additionalProperties": false
            },
            {
              "type": "object",
              "properties": {
                "kind": { "const": "check" },
                "command": { "description": "Of the RFC 8785 form of the check.", "$ref": "#/$defs/digest" },
                "profile": { "description": "Of the RFC 8785 form of the profile's values.", "$ref": "#/$defs/digest" },
                "inputs": { "description": "Of what git ls-tree -r -z prints of the inputs.", "$ref": "#/$defs/digest" },
                "commit": { "description": "Which was checked.", "$ref": "#/$defs/commit" },
                "before": {
                  "description": "The commit before the change, which was green as well.",
                  "$ref": "#/$defs/commit"
                },
                "at": {
                  "description": "When it ended, in UTC with milliseconds.",
                  "type": "string",
                  "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)\\.[0-9]{3}Z$"
                },
                "exitCode": { "type": "integer", "minimum": 0, "maximum": 255 },
                "attempts": { "type": "integer", "minimum": 1, "maximum": 1000 },
                "milliseconds": {
                  "description": "Of the last attempt.",
                  "type": "integer",
                  "minimum": 0,
                  "maximum": 1000000000000
                },
                "output": {
                  "description": "Of standard output, and behind it standard error.",
                  "$ref": "#/$defs/digest"
                },
                "log": { "description": "Where the output was kept.", "$ref": "#/$defs/path" }
              },
              "required": ["kind", "command", "inputs", "commit", "at", "attempts", "milliseconds", "output"],
              "additionalProperties": false
            },
            {
              "type": "object",
              "properties": {
                "kind": { "const": "approval" },
                "role": { "type": "string", "minLength": 1 },
                "count": { "type": "integer", "minimum": 1, "maximum": 1000 }
              },
              "required": ["kind", "role", "count"],
              "additionalProperties": false
            }
          ]
        },
        "digest": { "type": "string", "pattern": "^sha256:[0-9a-f]{64}$" },
        "commit": { "type": "string", "pattern": "^[0-9a-f]{40}$" },
        "pattern": {
          "description": "Paths: * and ? within one part, ** across parts, a folder with all in it, ! to take out.",
          "type": "string",
          "minLength": 1,
          "pattern": "^(?:!|(?!!))(?!/)(?!\\.{1,2}(/|$))(?!.*/\\.{1,2}(/|$))(?!.*//)(?!(.*/)?\\.[gG][iI][tT](/|$))[^\\\\]+$"
        },
        "patterns": { "type": "array", "items": { "$ref": "#/$defs/pattern" }, "minItems": 1 },
        "check": {
          "oneOf": [
            {
              "type": "object",
              "properties": {
                "command": {
                  "description": "The words; the first names the program. No shell reads them.",
                  "type": "array",
                  "items": { "type": "string" },
                  "minItems": 1,
                  "prefixItems": [{ "minLength": 1 }]
                },
                "profile": { "type": "string", "minLength": 1, "description": "Of ssot/runtime.config.json." },
                "inputs": { "description": "The files that the answer hangs on.", "$ref": "#/$defs/patterns" },
                "outputs": {
                  "description": "Files that have to be there when it has ended.",
                  "type": "array",
                  "items": { "$ref": "#/$defs/path" }
                },
                "expect": {
                  "type": "object",
                  "properties": {
                    "exitCode": { "type": "integer", "minimum": 0, "maximum": 255 },
                    "stdoutMatches": {
                      "type": "string",
                      "minLength": 1,
                      "description": "A regular expression that is found in what it prints."
                    },
                    "json": {
                      "description": "A JSON Schema that what it prints has to fit.",
                      "type": ["object", "boolean"]
                    }
                  },
                  "additionalProperties": false
                },
                "validFor": {
                  "description": "Days for which its evidence counts.",
                  "type": "integer",
                  "minimum": 1,
                  "maximum": 36500
                }
              },
              "required": ["command", "profile", "inputs"],
              "additionalProperties": false
            },
            {
              "type": "object",
              "properties": {
                "kind": { "const": "file" },
                "path": { "$ref": "#/$defs/path" },
                "validFor": {
                  "description": "Days for which its evidence counts.",
                  "type": "integer",
                  "minimum": 1,
                  "maximum": 36500
                }
              },
              "required": ["kind", "path"],
              "additionalProperties": false
            },
            {
              "type": "object",
              "properties": {
                "kind": { "const": "schema" },
                "schema": { "$ref": "#/$defs/path" },
                "valid": { "$ref": "#/$defs/patterns" },
                "invalid": { "type": "array", "items": { "$ref": "#/$defs/pattern" } },
                "validFor": {
                  "description": "Days for which its evidence counts.",
                  "type": "integer",
                  "minimum": 1,
                  "maximum": 36500
                }
              },
              "required": ["kind", "schema", "valid"],
              "additionalProperties": false
            },
            {
              "type": "object",
              "properties": {
                "kind": { "const": "approval" },
                "role": { "type": "string", "minLength": 1 },
                "count": { "type": "integer", "minimum": 1, "maximum": 1000 },
                "validFor": {
                  "description": "Days for which its evidence counts.",
                  "type": "integer",
                  "minimum": 1,
                  "maximum": 36500
                }
              },
              "required": ["kind", "role", "count"],
              "additionalProperties": false
            },
            {
              "type": "object",
              "properties": {
                "kind": { "const": "milestone" },
                "repository": { "type": "string", "minLength": 1 },
                "commit": { "$ref": "#/$defs/commit" },
                "milestone": { "type": "string", "pattern": "^[A-Z][A-Z0-9]{0,15}-[0-9]{1,6}$" },
                "category": { "enum": ["pending", "active", "blocked", "review", "done"] },
                "validFor": {
                  "description": "Days for which its evidence counts.",
                  "type": "integer",
                  "minimum": 1,
                  "maximum": 36500
                }
              },
              "required": ["kind", "repository", "commit", "milestone"],
              "additionalProperties": false
            },
            {
              "type": "object",
              "properties": {
                "kind": { "const": "junit" },
                "path": { "$ref": "#/$defs/path" },
                "minTests": { "type": "integer", "minimum": 1, "maximum": 1000000000 },
                "maxFailures": { "type": "integer", "minimum": 0, "maximum": 1000000000 },
                "validFor": {
                  "description": "Days for which its evidence counts.",
                  "type": "integer",
                  "minimum": 1,
                  "maximum": 36500
                }
              },
              "required": ["kind", "path"],
              "additionalProperties": false
            },
            {
              "type": "object",
              "properties": {
                "kind": { "const": "sarif" },
                "path": { "$ref": "#/$defs/path" },
                "maxFailures": { "type": "integer", "minimum": 0, "maximum": 1000000000 },
                "validFor": {
                  "description": "Days for which its evidence counts.",
                  "type": "integer",
                  "minimum": 1,
                  "maximum": 36500
                }
              },
              "required": ["kind", "path"],
              "additionalProperties": false
            }
          ]
        },
        "waiver": {
          "description": "Lets the criterion go for a while.",
          "type": "object",
          "properties": {
            "owner": { "type": "string", "minLength": 1, "description": "Who answers for what it would have shown." },
            "reason": { "type": "string", "minLength": 1 },
            "approver": {
              "type": "string",
              "minLength": 1,
              "description": "The address of who allows it; the commit that brings it is theirs."
            },
            "until": {
              "description": "The last day on which it holds, in UTC.",
              "type": "string",
              "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
            }
          },
          "required": ["owner", "reason", "approver", "until"],
          "additionalProperties": false
        }
      }
    }

    """#
}
