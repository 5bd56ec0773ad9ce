extension StandardFiles {
  /// Examples of `gates.schema.json`: what fits it under `valid/`, what does not under `invalid/`.
  static let gatesExamples: [File] = [
    (
      "ssot/examples/valid/gates/release.json",
      #"""
      {
        "version": 1,
        "gates": {
          "release": {
            "milestones": [
              "*"
            ],
            "category": "done",
            "noSuspect": true,
            "maxOpenRisk": "medium"
          }
        }
      }

      """#
    ),
    (
      "ssot/examples/invalid/gates/unknown-severity.json",
      #"""
      {
        "version": 1,
        "gates": {
          "release": {
            "milestones": [
              "*"
            ],
            "category": "done",
            "maxOpenRisk": "huge"
          }
        }
      }

      """#
    ),
  ]
}
