extension StandardFiles {
  /// Examples of `plan.schema.json`: what fits it under `valid/`, what does not under `invalid/`.
  static let planExamples: [File] = [
    (
      "ssot/examples/valid/plan/two-milestones.json",
      #"""
      {
        "planId": "5e7a63c7-3f0c-4d5a-9d38-6f1d1a7c8e21",
        "title": "Production Readiness Tracker",
        "executionOrder": [
          "M-01",
          "M-02"
        ],
        "retired": []
      }

      """#
    ),
    (
      "ssot/examples/valid/plan/retired.json",
      #"""
      {
        "planId": "5e7a63c7-3f0c-4d5a-9d38-6f1d1a7c8e21",
        "title": "Production Readiness Tracker",
        "executionOrder": [
          "M-01",
          "M-02"
        ],
        "retired": [
          "M-13"
        ]
      }

      """#
    ),
    (
      "ssot/examples/invalid/plan/no-plan-id.json",
      #"""
      {
        "title": "Production Readiness Tracker",
        "executionOrder": [
          "M-01",
          "M-02"
        ],
        "retired": []
      }

      """#
    ),
    (
      "ssot/examples/invalid/plan/fifth-property.json",
      #"""
      {
        "planId": "5e7a63c7-3f0c-4d5a-9d38-6f1d1a7c8e21",
        "title": "Production Readiness Tracker",
        "executionOrder": [
          "M-01",
          "M-02"
        ],
        "retired": [],
        "owner": "ada"
      }

      """#
    ),
  ]
}
