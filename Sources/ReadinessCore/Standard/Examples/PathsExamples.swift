extension StandardFiles {
  /// Examples of `paths.schema.json`: what fits it under `valid/`, what does not under `invalid/`.
  static let pathsExamples: [File] = [
    (
      "ssot/examples/valid/paths/infrastructure-and-contract.json",
      #"""
      {
        "$schema": "../../../schemas/paths.schema.json",
        "version": 1,
        "guarded": [
          {
            "paths": [
              "infra/**",
              "!infra/README.md"
            ],
            "role": "maintainer"
          },
          {
            "paths": [
              "api/openapi.yaml"
            ],
            "frozenBy": [
              "M-02"
            ]
          }
        ]
      }

      """#
    ),
    (
      "ssot/examples/invalid/paths/guards-nothing.json",
      #"""
      {
        "$schema": "../../../schemas/paths.schema.json",
        "version": 1,
        "guarded": [
          {
            "paths": [
              "infra/**"
            ]
          }
        ]
      }

      """#
    ),
  ]
}
