extension StandardFiles {
  /// Examples of `sinks.schema.json`: what fits it under `valid/`, what does not under `invalid/`.
  static let sinksExamples: [File] = [
    (
      "ssot/examples/valid/sinks/three-kinds.json",
      #"""
      {
        "$schema": "../../../schemas/sinks.schema.json",
        "version": 1,
        "sinks": {
          "audit": {
            "kind": "file",
            "path": "events.jsonl"
          },
          "chat": {
            "kind": "command",
            "command": [
              "scripts/tell-chat.sh"
            ],
            "profile": "refactor"
          },
          "board": {
            "kind": "webhook",
            "url": "http://127.0.0.1:8080/runs",
            "headers": {
              "Authorization": "$BOARD_TOKEN"
            }
          }
        }
      }

      """#
    ),
    (
      "ssot/examples/invalid/sinks/unknown-kind.json",
      #"""
      {
        "version": 1,
        "sinks": {
          "mail": {
            "kind": "mail",
            "to": "team@example.com"
          }
        }
      }

      """#
    ),
    (
      "ssot/examples/invalid/sinks/other-protocol.json",
      #"""
      {
        "version": 1,
        "sinks": {
          "board": {
            "kind": "webhook",
            "url": "ftp://127.0.0.1/runs"
          }
        }
      }

      """#
    ),
    (
      "ssot/examples/invalid/sinks/name-with-slash.json",
      #"""
      {
        "version": 1,
        "sinks": {
          "../audit": {
            "kind": "file",
            "path": "events.jsonl"
          }
        }
      }

      """#
    ),
  ]
}
