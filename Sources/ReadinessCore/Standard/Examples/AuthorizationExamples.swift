extension StandardFiles {
  /// Examples of `authorization.schema.json`: what fits it under `valid/`, what does not under `invalid/`.
  static let authorizationExamples: [File] = [
    (
      "ssot/examples/valid/authorization/two-roles.json",
      #"""
      {
        "version": 1,
        "roles": {
          "maintainer": [
            "ada@example.com"
          ],
          "approver": [
            "grace@example.com"
          ]
        },
        "rules": [
          {
            "milestones": [
              "SEC-*"
            ],
            "to": "Done",
            "role": "approver"
          },
          {
            "fields": [
              "dependsOn",
              "exitCriteria",
              "risks"
            ],
            "role": "maintainer"
          }
        ],
        "policyChange": {
          "role": "maintainer"
        }
      }

      """#
    ),
    (
      "ssot/examples/invalid/authorization/no-roles.json",
      #"""
      {
        "version": 1,
        "rules": [
          {
            "milestones": [
              "SEC-*"
            ],
            "to": "Done",
            "role": "approver"
          },
          {
            "fields": [
              "dependsOn",
              "exitCriteria",
              "risks"
            ],
            "role": "maintainer"
          }
        ],
        "policyChange": {
          "role": "maintainer"
        }
      }

      """#
    ),
    (
      "ssot/examples/invalid/authorization/rule-without-subject.json",
      #"""
      {
        "version": 1,
        "roles": {
          "maintainer": [
            "ada@example.com"
          ],
          "approver": [
            "grace@example.com"
          ]
        },
        "rules": [
          {
            "role": "approver"
          }
        ],
        "policyChange": {
          "role": "maintainer"
        }
      }

      """#
    ),
  ]
}
