extension StandardFiles {
  /// `ssot/schemas/plan.schema.json`.
  static let planSchema = #"""
    {
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "title": "Plan",
      "description": "What is true of the plan as a whole: ssot/plan.json.",
      "type": "object",
      "properties": {
        "planId": {
          "description": "Set once, never changed.",
          "type": "string",
          "pattern": "^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$"
        },
        "title": {
          "type": "string"
        },
        "executionOrder": {
          "description": "The order in which the team means to work.",
          "type": "array",
          "items": {
            "type": "string",
            "pattern": "^[A-Z][A-Z0-9]{0,15}-[0-9]{1,6}$"
          },
          "uniqueItems": true
        },
        "retired": {
          "description": "Ids that were used and are never born again.",
          "type": "array",
          "items": {
            "type": "string",
            "pattern": "^[A-Z][A-Z0-9]{0,15}-[0-9]{1,6}$"
          },
          "uniqueItems": true
        }
      },
      "required": [
        "planId",
        "title",
        "executionOrder",
        "retired"
      ],
      "additionalProperties": false
    }

    """#
}
