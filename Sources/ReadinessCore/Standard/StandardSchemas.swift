extension StandardFiles {
  /// The schemas, in JSON Schema draft 2020-12.
  static let schemas: [File] = [
    ("ssot/schemas/milestone.schema.json", milestoneSchema),
    ("ssot/schemas/plan.schema.json", planSchema),
    ("ssot/schemas/workflow.schema.json", workflowSchema),
    ("ssot/schemas/authorization.schema.json", authorizationSchema),
    ("ssot/schemas/gates.schema.json", gatesSchema),
    ("ssot/schemas/provenance.schema.json", provenanceSchema),
    ("ssot/schemas/paths.schema.json", pathsSchema),
    ("ssot/schemas/refs.schema.json", refsSchema), ("ssot/schemas/secrets.schema.json", secretsSchema),
    ("ssot/schemas/sinks.schema.json", sinksSchema),
    ("ssot/schemas/runtime.config.schema.json", runtimeConfigSchema),
  ]

  /// Examples of every schema: `valid/SCHEMA/CASE.json`, `invalid/SCHEMA/CASE.json`.
  static let examples: [File] =
    milestoneExamples
    + checkedMilestoneExamples
    + planExamples
    + workflowExamples
    + authorizationExamples
    + gatesExamples
    + provenanceExamples
    + pathsExamples
    + refsExamples
    + secretsExamples
    + sinksExamples
    + runtimeConfigExamples
}
