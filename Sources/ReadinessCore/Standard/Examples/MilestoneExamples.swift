extension StandardFiles {
  /// Examples of `milestone.schema.json`: what fits it under `valid/`, what does not under `invalid/`.
  static let milestoneExamples: [File] = [
    (
      "ssot/examples/valid/milestone/minimal.json",
      #"""
      {
        "id": "M-01",
        "workstream": "SLOs & Gates",
        "outcome": "Explicit SLO/SLI and go/no-go policy",
        "dependsOn": [],
        "owner": "TBD",
        "status": "Not Started",
        "exitCriteria": [
          {
            "id": "slo-approved",
            "text": "The SLO document is approved"
          }
        ]
      }

      """#
    ),
    (
      "ssot/examples/valid/milestone/in-review.json",
      #"""
      {
        "$schema": "../../../schemas/milestone.schema.json",
        "id": "M-04",
        "workstream": "SLOs & Gates",
        "outcome": "Explicit SLO/SLI and go/no-go policy",
        "dependsOn": [
          "M-02"
        ],
        "owner": "event-team",
        "status": "In Review",
        "exitCriteria": [
          {
            "id": "replay",
            "text": "Replay test reproduces deterministic decisions",
            "evidence": [
              {
                "kind": "file",
                "path": "doc/replay.md",
                "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
              },
              {
                "kind": "statement",
                "text": "Seen green on the night run.",
                "by": "ada@example.com"
              }
            ]
          }
        ],
        "deliverables": [
          {
            "path": "src/replay",
            "purpose": "Replays a log of events",
            "status": "Done"
          }
        ],
        "risks": [
          {
            "id": "clock-skew",
            "text": "Clocks of two sites differ",
            "severity": "medium",
            "status": "open"
          }
        ],
        "x-ticket": "EV-112"
      }

      """#
    ),
    (
      "ssot/examples/valid/milestone/blocked.json",
      #"""
      {
        "$schema": "../../../schemas/milestone.schema.json",
        "id": "M-07",
        "workstream": "SLOs & Gates",
        "outcome": "Explicit SLO/SLI and go/no-go policy",
        "dependsOn": [],
        "owner": "TBD",
        "status": "Blocked",
        "exitCriteria": [
          {
            "id": "slo-approved",
            "text": "The SLO document is approved"
          }
        ],
        "blocked": {
          "reason": "The queue is not chosen yet",
          "by": [
            "M-04"
          ]
        }
      }

      """#
    ),
    (
      "ssot/examples/invalid/milestone/unknown-property.json",
      #"""
      {
        "$schema": "../../../schemas/milestone.schema.json",
        "id": "M-01",
        "workstream": "SLOs & Gates",
        "outcome": "Explicit SLO/SLI and go/no-go policy",
        "dependsOn": [],
        "owner": "TBD",
        "status": "Not Started",
        "exitCriteria": [
          {
            "id": "slo-approved",
            "text": "The SLO document is approved"
          }
        ],
        "owners": [
          "ada"
        ]
      }

      """#
    ),
    (
      "ssot/examples/invalid/milestone/no-criteria.json",
      #"""
      {
        "$schema": "../../../schemas/milestone.schema.json",
        "id": "M-01",
        "workstream": "SLOs & Gates",
        "outcome": "Explicit SLO/SLI and go/no-go policy",
        "dependsOn": [],
        "owner": "TBD",
        "status": "Not Started",
        "exitCriteria": []
      }

      """#
    ),
    (
      "ssot/examples/invalid/milestone/lower-case-id.json",
      #"""
      {
        "$schema": "../../../schemas/milestone.schema.json",
        "id": "m-01",
        "workstream": "SLOs & Gates",
        "outcome": "Explicit SLO/SLI and go/no-go policy",
        "dependsOn": [],
        "owner": "TBD",
        "status": "Not Started",
        "exitCriteria": [
          {
            "id": "slo-approved",
            "text": "The SLO document is approved"
          }
        ]
      }

      """#
    ),
    (
      "ssot/examples/invalid/milestone/absolute-path.json",
      #"""
      {
        "$schema": "../../../schemas/milestone.schema.json",
        "id": "M-01",
        "workstream": "SLOs & Gates",
        "outcome": "Explicit SLO/SLI and go/no-go policy",
        "dependsOn": [],
        "owner": "TBD",
        "status": "Not Started",
        "exitCriteria": [
          {
            "id": "slo-approved",
            "text": "The SLO document is approved"
          }
        ],
        "deliverables": [
          {
            "path": "/etc/passwd",
            "purpose": "x",
            "status": "Done"
          }
        ]
      }

      """#
    ),
    (
      "ssot/examples/invalid/milestone/repeated-dependency.json",
      #"""
      {
        "$schema": "../../../schemas/milestone.schema.json",
        "id": "M-01",
        "workstream": "SLOs & Gates",
        "outcome": "Explicit SLO/SLI and go/no-go policy",
        "dependsOn": [
          "M-02",
          "M-02"
        ],
        "owner": "TBD",
        "status": "Not Started",
        "exitCriteria": [
          {
            "id": "slo-approved",
            "text": "The SLO document is approved"
          }
        ]
      }

      """#
    ),
    (
      "ssot/examples/invalid/milestone/short-digest.json",
      #"""
      {
        "$schema": "../../../schemas/milestone.schema.json",
        "id": "M-01",
        "workstream": "SLOs & Gates",
        "outcome": "Explicit SLO/SLI and go/no-go policy",
        "dependsOn": [],
        "owner": "TBD",
        "status": "Not Started",
        "exitCriteria": [
          {
            "id": "a",
            "text": "b",
            "evidence": [
              {
                "kind": "file",
                "path": "a",
                "sha256": "abc"
              }
            ]
          }
        ]
      }

      """#
    ),
  ]
}
