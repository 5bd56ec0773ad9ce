extension StandardFiles {
  /// Examples of `runtime.config.schema.json`: what fits it under `valid/`, what does not under `invalid/`.
  static let runtimeConfigExamples: [File] = [
    (
      "ssot/examples/runtime.config.json",
      #"""
      {
        "$schema": "../schemas/runtime.config.schema.json",
        "version": 1,
        "profiles": {
          "tdd": {
            "timeoutSeconds": 10,
            "killGraceSeconds": 1,
            "retry": {
              "attempts": 1
            },
            "parallelism": 2,
            "environment": [
              "PATH",
              "HOME",
              "LANG"
            ],
            "workingArea": "worktree",
            "maxOutputBytes": 65536
          },
          "refactor": {
            "timeoutSeconds": 300,
            "killGraceSeconds": 5,
            "retry": {
              "attempts": 3,
              "firstDelayMilliseconds": 200,
              "maxDelayMilliseconds": 5000,
              "multiplier": 2,
              "jitter": "full",
              "on": [
                "timeout",
                "signal"
              ]
            },
            "breaker": {
              "failures": 3,
              "windowSeconds": 60,
              "coolDownSeconds": 30,
              "halfOpenTrials": 1
            },
            "parallelism": 2,
            "environment": [
              "PATH",
              "HOME",
              "LANG"
            ],
            "workingArea": "export",
            "maxOutputBytes": 1048576
          }
        }
      }

      """#
    ),
    (
      "ssot/examples/valid/runtime.config/one-profile.json",
      #"""
      {
        "version": 1,
        "profiles": {
          "tdd": {
            "timeoutSeconds": 5
          }
        }
      }

      """#
    ),
    (
      "ssot/examples/invalid/runtime.config/no-profiles.json",
      #"""
      {
        "version": 1,
        "profiles": {}
      }

      """#
    ),
    (
      "ssot/examples/invalid/runtime.config/negative-timeout.json",
      #"""
      {
        "version": 1,
        "profiles": {
          "tdd": {
            "timeoutSeconds": -1
          }
        }
      }

      """#
    ),
    (
      "ssot/examples/invalid/runtime.config/unknown-jitter.json",
      #"""
      {
        "version": 1,
        "profiles": {
          "tdd": {
            "retry": {
              "jitter": "some"
            }
          }
        }
      }

      """#
    ),
  ]
}
