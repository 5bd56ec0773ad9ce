extension StandardFiles {
  /// Examples of `refs.schema.json`: what fits it under `valid/`, what does not under `invalid/`.
  static let refsExamples: [File] = [
    (
      "ssot/examples/valid/refs/main-and-releases.json",
      #"""
      {
        "$schema": "../../../schemas/refs.schema.json",
        "version": 1,
        "protected": [
          "refs/heads/main",
          "refs/heads/release/*"
        ]
      }

      """#
    ),
    (
      "ssot/examples/invalid/refs/short-name.json",
      #"""
      {
        "version": 1,
        "protected": [
          "main"
        ]
      }

      """#
    ),
  ]
}
