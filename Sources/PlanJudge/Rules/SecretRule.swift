import GitObjects
import PlanModel
import StrictJSON

/// The rule that no milestone, plan, policy, message, name or evidence contains a possible secret. The finding names
/// its kind and position, never the secret (`doc/security.md`).
enum SecretRule: ChangeRule {
  static func findings(in context: JudgeContext) throws -> [Finding] {
    let secrets = context.policy.secrets
    var findings: [Finding] = []
    for change in context.changes.milestones {
      guard let file = change.afterFile, let bytes = file.text else { continue }
      findings += try inFile(file.path, bytes, change.id, secrets) { search in
        // Secrets that a parent already has are not new.
        for parent in context.proposal.parents { try search(parent.milestone(change.id)?.text) }
      }
      findings += try evidence(change, file, secrets, context)
    }
    findings += try planAndPolicy(secrets, context)
    findings += try names(secrets, context)
    return findings + (try words(secrets, context))
  }

  /// Searches a file of plan or policy, with its JSON strings and keys decoded.
  /// - Parameter known: calls its argument with each parent's version of the file.
  private static func inFile(
    _ path: String, _ bytes: [UInt8], _ id: MilestoneID?, _ secrets: Secrets,
    known: ((([UInt8]?) throws -> Void) throws -> Void)
  ) throws -> [Finding] {
    var hits = try secrets.hits(in: bytes)
    guard !hits.isEmpty else { return [] }
    try known { old in
      let there = try Set(secrets.hits(in: old ?? []))
      hits.removeAll(where: there.contains)
    }
    return hits.map { hit in
      finding(hit, path, id, path, bytes[..<min(hit.offset, bytes.count)].count { $0 == 0x0A } + 1)
    }
  }

  private static func planAndPolicy(_ secrets: Secrets, _ context: JudgeContext) throws -> [Finding] {
    let (candidate, parents) = (context.proposal.candidate, context.proposal.parents)
    var findings: [Finding] = []
    if context.changes.plan != nil, let bytes = try candidate.planFile()?.document?.bytes {
      findings += try inFile(PlanPaths.plan, bytes, nil, secrets) { search in
        for parent in parents { try search(parent.planFile()?.document?.bytes) }
      }
    }
    guard context.changes.changesPolicy else { return findings }
    let old = try context.proposal.base.policyFiles()
    for (path, identity) in try candidate.policyFiles().sorted(by: { $0.key < $1.key }) where old[path] != identity {
      guard identity.kind == .regular, let bytes = try candidate.policyBytes(at: path) else { continue }
      var sought = secrets
      // The allow list contains its own words, and public keys are random words.
      if path == PlanPaths.secrets { sought = try secrets.allowing(candidate.policy().policy?.secrets) }
      if path.hasSuffix("_signers") { sought = secrets.withoutOwnRules }
      findings += try inFile(path, bytes, nil, sought) { search in
        for parent in parents { try search(parent.policyBytes(at: path)) }
      }
    }
    return findings
  }

  /// Names of files of plan and policy, folders included, that no parent has. Neither the name nor its path is shown.
  private static func names(_ secrets: Secrets, _ context: JudgeContext) throws -> [Finding] {
    let parents = context.proposal.parents
    var names: [(path: String, folder: String, id: MilestoneID?)] = []
    for change in context.changes.milestones {
      guard let file = change.afterFile, try parents.allSatisfy({ try $0.milestoneIdentity(change.id) == nil }) else {
        continue
      }
      names.append((file.path, PlanPaths.folder, change.id))
    }
    if context.changes.changesPolicy {
      let known = try parents.map { try $0.policyFiles() }
      for path in try context.proposal.candidate.policyFiles().keys.sorted()
      where known.allSatisfy({ $0[path] == nil }) {
        names.append((path, PlanPaths.policies, nil))
      }
    }
    return try names.flatMap { name in
      try secrets.hits(in: Array(name.path.utf8)).map {
        finding($0, "the name of a file below \(name.folder)", name.id, name.folder, nil)
      }
    }
  }

  /// Searches the files that are added as evidence.
  private static func evidence(
    _ change: MilestoneChange, _ file: MilestoneFile, _ secrets: Secrets, _ context: JudgeContext
  ) throws -> [Finding] {
    let entries = (file.milestone?.exitCriteria ?? []).flatMap(\.evidence)
    guard !entries.isEmpty else { return [] }
    var old = Set((change.before?.exitCriteria ?? []).flatMap(\.evidence).map(\.digest))
    for parent in context.proposal.parents.dropFirst() {
      let there = try parent.milestone(change.id)?.milestone
      old.formUnion((there?.exitCriteria ?? []).flatMap(\.evidence).map(\.digest))
    }
    return try entries.flatMap { entry -> [Finding] in
      let path: String
      switch entry.kind {
      case .file(let named, _): path = named
      case .check(let record):
        guard let log = record.log else { return [] }
        path = log
      case .statement, .approval: return []
      }
      guard !old.contains(entry.digest) else { return [] }
      let answer = try context.proposal.candidate.search(path, for: secrets)
      let found = answer.places.map { finding($0.hit, "the evidence \(path)", change.id, path, $0.line) }
      guard let packing = answer.packing else { return found }
      let note = Finding(
        .secretsNotSought, "The evidence \(path) is \(packing), so nobody looked for secrets in it.", severity: .note,
        milestone: change.id, path: path)
      return found + [note]
    }
  }

  /// The maximum size of a searched text, in bytes; people write shorter messages. Equals the limit for milestones.
  private static let textBound = JSONLimits.plan.size

  /// Searches names, addresses and the message.
  private static func words(_ secrets: Secrets, _ context: JudgeContext) throws -> [Finding] {
    var texts = [Proposal.Text(what: "the author's name", text: context.proposal.author.description)]
    texts += context.proposal.texts
    func add(_ what: String, _ text: String?) { if let text { texts.append(Proposal.Text(what: what, text: text)) } }
    switch context.proposal.claim {
    case .draft(let reason, _, _, _):
      add("the reason", reason)
      add("the reason", context.telling.reason)
    case .committed(let blocks):
      for run in blocks.compactMap(\.run) {
        add("the name of the actor", run.actor.description)
        add("the reason", run.reason)
      }
    case .healed: break
    }
    var seen = Set<Secrets.Hit>()
    return try texts.flatMap { text -> [Finding] in
      guard text.text.utf8.count <= textBound else {
        return [
          Finding(
            .secretsNotSought,
            "In \(text.what) are \(text.text.utf8.count) bytes, so nobody looked for secrets in it; up to \(textBound) are searched.",
            severity: .note, milestone: context.judged.first?.id)
        ]
      }
      return try (text.isRandom ? secrets.withoutOwnRules : secrets).hits(in: Array(text.text.utf8))
        .filter { seen.insert($0).inserted }
        .map { finding($0, text.what, context.judged.first?.id, nil, nil) }
    }
  }

  private static func finding(_ hit: Secrets.Hit, _ what: String, _ id: MilestoneID?, _ path: String?, _ line: Int?)
    -> Finding
  {
    Finding(
      .secretDetected, "In \(what) is what looks like \(hit.name); it is not shown here.", milestone: id, path: path,
      line: line)
  }
}
