extension StandardFiles {
  /// Examples of `provenance.schema.json`: what fits it under `valid/`, what does not under `invalid/`.
  static let provenanceExamples: [File] = [
    (
      "ssot/examples/valid/provenance/warn.json",
      #"""
      {
        "version": 1,
        "unstamped": "warn"
      }

      """#
    ),
    (
      "ssot/examples/invalid/provenance/unknown-mode.json",
      #"""
      {
        "version": 1,
        "unstamped": "ignore"
      }

      """#
    ),
  ]
}
