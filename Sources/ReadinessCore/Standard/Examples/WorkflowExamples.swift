extension StandardFiles {
  /// Examples of `workflow.schema.json`: what fits it under `valid/`, what does not under `invalid/`.
  static let workflowExamples: [File] = [
    (
      "ssot/examples/valid/workflow/three-states.json",
      #"""
      {
        "version": 1,
        "states": [
          {
            "name": "Open",
            "category": "pending"
          },
          {
            "name": "Doing",
            "category": "active"
          },
          {
            "name": "Shipped",
            "category": "done"
          }
        ],
        "transitions": [
          {
            "from": "Open",
            "to": "Doing",
            "guards": [
              "owner-assigned"
            ]
          },
          {
            "from": "Doing",
            "to": "Shipped",
            "guards": [
              "criteria-met"
            ]
          }
        ]
      }

      """#
    ),
    (
      "ssot/examples/invalid/workflow/no-pending-state.json",
      #"""
      {
        "version": 1,
        "states": [
          {
            "name": "Doing",
            "category": "active"
          },
          {
            "name": "Shipped",
            "category": "done"
          }
        ],
        "transitions": [
          {
            "from": "Doing",
            "to": "Shipped",
            "guards": [
              "criteria-met"
            ]
          }
        ]
      }

      """#
    ),
    (
      "ssot/examples/invalid/workflow/unknown-guard.json",
      #"""
      {
        "version": 1,
        "states": [
          {
            "name": "Open",
            "category": "pending"
          },
          {
            "name": "Doing",
            "category": "active"
          },
          {
            "name": "Shipped",
            "category": "done"
          }
        ],
        "transitions": [
          {
            "from": "Open",
            "to": "Doing",
            "guards": [
              "on-a-friday"
            ]
          }
        ]
      }

      """#
    ),
  ]
}
