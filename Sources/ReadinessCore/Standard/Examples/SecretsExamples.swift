extension StandardFiles {
  /// Examples of `secrets.schema.json`: what fits it under `valid/`, what does not under `invalid/`.
  static let secretsExamples: [File] = [
    (
      "ssot/examples/valid/secrets/badges-and-entropy.json",
      #"""
      {
        "$schema": "../../../schemas/secrets.schema.json",
        "version": 1,
        "patterns": [
          {
            "name": "a badge",
            "pattern": "^BADGE-[0-9]{4}$"
          }
        ],
        "entropy": {
          "minLength": 24,
          "bits": 4.2
        },
        "allow": [
          "^demo-"
        ]
      }

      """#
    ),
    (
      "ssot/examples/invalid/secrets/pattern-without-name.json",
      #"""
      {
        "version": 1,
        "patterns": [
          {
            "pattern": "^BADGE"
          }
        ]
      }

      """#
    ),
    (
      "ssot/examples/invalid/secrets/too-short-words.json",
      #"""
      {
        "version": 1,
        "entropy": {
          "minLength": 3,
          "bits": 4
        }
      }

      """#
    ),
  ]
}
