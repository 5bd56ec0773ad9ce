extension StandardFiles {
  /// Examples of `milestone.schema.json` with checks, their evidence and waivers.
  static let checkedMilestoneExamples: [File] = [
    (
      "ssot/examples/valid/milestone/checked.json",
      #"""
      {
        "id": "M-07",
        "workstream": "Retry",
        "outcome": "It comes back",
        "dependsOn": [],
        "owner": "ada",
        "status": "In Progress",
        "exitCriteria": [
          {
            "id": "works",
            "text": "It works",
            "check": {
              "command": [
                "make",
                "test"
              ],
              "profile": "refactor",
              "inputs": [
                "Sources/**",
                "!Sources/**/*.md"
              ],
              "outputs": [
                "report.xml"
              ],
              "expect": {
                "exitCode": 0,
                "stdoutMatches": "passed$",
                "json": {
                  "type": "object"
                }
              },
              "validFor": 30
            },
            "evidence": [
              {
                "kind": "check",
                "command": "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                "profile": "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                "inputs": "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                "commit": "7f3c1f0a52b9d4b37c7a3df8e4f8b0f7b9a6c5d4",
                "before": "0f3c1f0a52b9d4b37c7a3df8e4f8b0f7b9a6c5d4",
                "at": "2026-11-22T19:00:00.123Z",
                "exitCode": 0,
                "attempts": 2,
                "milliseconds": 812,
                "output": "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                "log": ".readiness/evidence/M-07-works.txt"
              }
            ]
          }
        ]
      }

      """#
    ),
    (
      "ssot/examples/valid/milestone/checks-without-command.json",
      #"""
      {
        "id": "M-07",
        "workstream": "Retry",
        "outcome": "It comes back",
        "dependsOn": [],
        "owner": "ada",
        "status": "In Progress",
        "exitCriteria": [
          {
            "id": "file",
            "text": "a",
            "check": {
              "kind": "file",
              "path": "doc/a.md"
            }
          },
          {
            "id": "schema",
            "text": "b",
            "check": {
              "kind": "schema",
              "schema": "ssot/schemas/plan.schema.json",
              "valid": [
                "ssot/examples/valid/plan/*.json"
              ],
              "invalid": [
                "ssot/examples/invalid/plan/*.json"
              ]
            }
          },
          {
            "id": "approval",
            "text": "c",
            "check": {
              "kind": "approval",
              "role": "approver",
              "count": 2
            },
            "evidence": [
              {
                "kind": "approval",
                "role": "approver",
                "count": 2
              }
            ]
          },
          {
            "id": "other",
            "text": "d",
            "check": {
              "kind": "milestone",
              "repository": "../other",
              "commit": "7f3c1f0a52b9d4b37c7a3df8e4f8b0f7b9a6c5d4",
              "milestone": "SEC-1",
              "category": "review"
            }
          },
          {
            "id": "junit",
            "text": "e",
            "check": {
              "kind": "junit",
              "path": "report.xml",
              "minTests": 10,
              "maxFailures": 0,
              "validFor": 1
            }
          },
          {
            "id": "sarif",
            "text": "f",
            "check": {
              "kind": "sarif",
              "path": "report.sarif"
            }
          }
        ]
      }

      """#
    ),
    (
      "ssot/examples/valid/milestone/waived.json",
      #"""
      {
        "id": "M-07",
        "workstream": "Retry",
        "outcome": "It comes back",
        "dependsOn": [],
        "owner": "ada",
        "status": "In Progress",
        "exitCriteria": [
          {
            "id": "works",
            "text": "It works",
            "waiver": {
              "owner": "ada",
              "reason": "The supplier delivers in December.",
              "approver": "grace@example.com",
              "until": "2026-12-01"
            }
          }
        ]
      }

      """#
    ),
    (
      "ssot/examples/invalid/milestone/check-without-inputs.json",
      #"""
      {
        "id": "M-07",
        "workstream": "Retry",
        "outcome": "It comes back",
        "dependsOn": [],
        "owner": "ada",
        "status": "In Progress",
        "exitCriteria": [
          {
            "id": "works",
            "text": "It works",
            "check": {
              "command": [
                "true"
              ],
              "profile": "tdd",
              "inputs": []
            }
          }
        ]
      }

      """#
    ),
    (
      "ssot/examples/invalid/milestone/check-as-shell-line.json",
      #"""
      {
        "id": "M-07",
        "workstream": "Retry",
        "outcome": "It comes back",
        "dependsOn": [],
        "owner": "ada",
        "status": "In Progress",
        "exitCriteria": [
          {
            "id": "works",
            "text": "It works",
            "check": {
              "command": "make test",
              "profile": "tdd",
              "inputs": [
                "**"
              ]
            }
          }
        ]
      }

      """#
    ),
    (
      "ssot/examples/invalid/milestone/check-of-unknown-kind.json",
      #"""
      {
        "id": "M-07",
        "workstream": "Retry",
        "outcome": "It comes back",
        "dependsOn": [],
        "owner": "ada",
        "status": "In Progress",
        "exitCriteria": [
          {
            "id": "works",
            "text": "It works",
            "check": {
              "kind": "magic",
              "path": "a"
            }
          }
        ]
      }

      """#
    ),
    (
      "ssot/examples/invalid/milestone/check-that-leads-out.json",
      #"""
      {
        "id": "M-07",
        "workstream": "Retry",
        "outcome": "It comes back",
        "dependsOn": [],
        "owner": "ada",
        "status": "In Progress",
        "exitCriteria": [
          {
            "id": "works",
            "text": "It works",
            "check": {
              "kind": "file",
              "path": "../a"
            }
          }
        ]
      }

      """#
    ),
    (
      "ssot/examples/invalid/milestone/waiver-without-end.json",
      #"""
      {
        "id": "M-07",
        "workstream": "Retry",
        "outcome": "It comes back",
        "dependsOn": [],
        "owner": "ada",
        "status": "In Progress",
        "exitCriteria": [
          {
            "id": "works",
            "text": "It works",
            "waiver": {
              "owner": "ada",
              "reason": "The supplier delivers in December.",
              "approver": "grace@example.com"
            }
          }
        ]
      }

      """#
    ),
    (
      "ssot/examples/invalid/milestone/record-without-inputs.json",
      #"""
      {
        "id": "M-07",
        "workstream": "Retry",
        "outcome": "It comes back",
        "dependsOn": [],
        "owner": "ada",
        "status": "In Progress",
        "exitCriteria": [
          {
            "id": "works",
            "text": "It works",
            "check": {
              "command": [
                "make",
                "test"
              ],
              "profile": "refactor",
              "inputs": [
                "Sources/**",
                "!Sources/**/*.md"
              ],
              "outputs": [
                "report.xml"
              ],
              "expect": {
                "exitCode": 0,
                "stdoutMatches": "passed$",
                "json": {
                  "type": "object"
                }
              },
              "validFor": 30
            },
            "evidence": [
              {
                "kind": "check",
                "command": "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                "profile": "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                "commit": "7f3c1f0a52b9d4b37c7a3df8e4f8b0f7b9a6c5d4",
                "before": "0f3c1f0a52b9d4b37c7a3df8e4f8b0f7b9a6c5d4",
                "at": "2026-11-22T19:00:00.123Z",
                "exitCode": 0,
                "attempts": 2,
                "milliseconds": 812,
                "output": "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                "log": ".readiness/evidence/M-07-works.txt"
              }
            ]
          }
        ]
      }

      """#
    ),
  ]
}
