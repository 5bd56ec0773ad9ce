/// What looks like a secret comes into no milestone, no stamp and no evidence. The refusal names its kind and its place,
/// never the secret (`doc/security.md`).
enum SecretRule: ChangeRule {
  /// The largest file of evidence that is looked into, in bytes.
  private static let evidenceBound = 1 << 20

  static func findings(in context: JudgeContext) throws -> [Finding] {
    let secrets = context.policy.secrets
    var findings: [Finding] = []
    for change in context.changes.milestones {
      guard let file = change.afterFile, let bytes = file.text else { continue }
      let hits = try secrets.hits(in: bytes)
      if !hits.isEmpty {
        // What stood there already is not this commit's doing.
        let old = try Set(secrets.hits(in: change.beforeFile?.text ?? []))
        findings += hits.filter { !old.contains($0) }.map {
          finding($0, file.path, change.id, file.path, file.line($0.offset))
        }
      }
      findings += try evidence(change, file, secrets, context)
    }
    return findings + (try stamps(secrets, context))
  }

  /// Files that come in as evidence.
  private static func evidence(
    _ change: MilestoneChange, _ file: MilestoneFile, _ secrets: Secrets, _ context: JudgeContext
  ) throws -> [Finding] {
    let old = Set((change.before?.exitCriteria ?? []).flatMap(\.evidence).map(\.digest))
    return try (file.milestone?.exitCriteria ?? []).flatMap(\.evidence).flatMap { entry -> [Finding] in
      let path: String
      switch entry.kind {
      case .file(let named, _): path = named
      case .check(let record):
        guard let log = record.log else { return [] }
        path = log
      case .statement, .approval: return []
      }
      guard !old.contains(entry.digest),
        let bytes = try context.proposal.candidate.bytes(at: path, atMost: evidenceBound)
      else { return [] }
      return try secrets.hits(in: bytes).map { hit in
        let line = bytes[..<hit.offset].count { $0 == 0x0A } + 1
        return finding(hit, "the evidence \(path)", change.id, path, line)
      }
    }
  }

  /// What stamps say: a reason, a name.
  private static func stamps(_ secrets: Secrets, _ context: JudgeContext) throws -> [Finding] {
    let steps = context.judged.flatMap { context.telling.steps(of: $0) }
    let texts = Set((steps.compactMap(\.reason) + [context.telling.reason].compactMap { $0 }))
    return try texts.sorted().flatMap { text in
      try secrets.hits(in: Array(text.utf8)).map { finding($0, "the reason", context.judged.first?.id, nil, nil) }
    }
  }

  private static func finding(_ hit: Secrets.Hit, _ what: String, _ id: MilestoneID?, _ path: String?, _ line: Int?)
    -> Finding
  {
    Finding(
      .secretDetected, "In \(what) stands what looks like \(hit.name); it is not shown here.", milestone: id,
      path: path,
      line: line)
  }
}
