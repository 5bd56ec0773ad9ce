extension StandardFiles {
  /// The profiles that the program brings along, as `ssot/examples/runtime.config.json` says them.
  public static var runtimeConfig: File { runtimeConfigExamples[0] }

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
            "demands": "after",
            "failFast": true,
            "retry": {
              "attempts": 1
            },
            "parallelism": 2,
            "environment": [
              "HOME",
              "LANG",
              "PATH"
            ],
            "workingArea": "worktree",
            "paths": {
              "read": [
                "/"
              ],
              "write": [
                "."
              ]
            },
            "maxOutputBytes": 1048576
          },
          "refactor": {
            "timeoutSeconds": 300,
            "killGraceSeconds": 5,
            "demands": "before-and-after",
            "failFast": false,
            "retry": {
              "attempts": 3,
              "firstDelayMilliseconds": 200,
              "maxDelayMilliseconds": 5000,
              "budgetMilliseconds": 900000,
              "multiplier": 2,
              "jitter": "full",
              "on": [
                "timeout",
                "signal",
                "spawn"
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
              "HOME",
              "LANG",
              "PATH"
            ],
            "workingArea": "export",
            "paths": {
              "read": [
                "/"
              ],
              "write": [
                "."
              ]
            },
            "maxOutputBytes": 16777216
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
          "plain": {
            "timeoutSeconds": 60
          }
        }
      }

      """#
    ),
    (
      "ssot/examples/valid/runtime.config/extends.json",
      #"""
      {
        "version": 1,
        "profiles": {
          "base": {
            "environment": [
              "PATH",
              "CI"
            ],
            "retry": {
              "attempts": 2,
              "jitter": "decorrelated"
            }
          },
          "slow": {
            "extends": "base",
            "timeoutSeconds": 3600.5,
            "paths": {
              "write": [
                ".",
                "~/.cache"
              ]
            },
            "x-why": "the long suite"
          }
        }
      }

      """#
    ),
    (
      "ssot/examples/invalid/runtime.config/negative-timeout.json",
      #"""
      {
        "version": 1,
        "profiles": {
          "quick": {
            "timeoutSeconds": -1
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
      "ssot/examples/invalid/runtime.config/unknown-jitter.json",
      #"""
      {
        "version": 1,
        "profiles": {
          "quick": {
            "retry": {
              "jitter": "some"
            }
          }
        }
      }

      """#
    ),
    (
      "ssot/examples/invalid/runtime.config/unknown-setting.json",
      #"""
      {
        "version": 1,
        "profiles": {
          "quick": {
            "timeout": 3
          }
        }
      }

      """#
    ),
    (
      "ssot/examples/invalid/runtime.config/too-many-attempts.json",
      #"""
      {
        "version": 1,
        "profiles": {
          "quick": {
            "retry": {
              "attempts": 101
            }
          }
        }
      }

      """#
    ),
    (
      "ssot/examples/invalid/runtime.config/variable-with-value.json",
      #"""
      {
        "version": 1,
        "profiles": {
          "quick": {
            "environment": [
              "PATH=/bin"
            ]
          }
        }
      }

      """#
    ),
  ]
}
