import GitObjects
import ArgumentParser
import Attestations
import PlanGate
import PlanJudge
import PlanModel
import GitRepository
import PlanTrees
import Reports
import StrictJSON

struct AttestationsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    subcommand: "attestations", abstract: "Which attestations count for which criterion, by which key, until when.",
    discussion:
      "attestations verify looks at each that is stored, and says why one does not count; exit status 1 if one is malformed or has a false signature."
  )
  @Argument(
    help: ArgumentHelp("A milestone, such as M-04; or verify.", valueName: "id"),
    completion: .custom(Offered.milestones))
  var what: String?
  @Option(help: ArgumentHelp("For the plan of this commit.", valueName: "rev")) var at: String?
  @Option(help: ArgumentHelp("The moment by which they lapse, in place of now.", valueName: "time")) var now: String?
  @Option(help: ArgumentHelp("Read this commit of the attestations.", valueName: "commit")) var attestations: String?
  @OptionGroup var options: GlobalOptions

  mutating func run() throws {
    let context = try Context(options)
    let repository = try context.openRepository()
    let store = AttestationStore(repository, at: try attestations.map { try repository.commit(named: $0) })
    let tip = try repository.commit(named: at ?? "HEAD")
    let moment = try now.map { try CommitDate.seconds($0, isEnd: false) * 1000 } ?? context.milliseconds
    let tree = try repository.tree(ofCommit: tip)
    let plan = try PlanOverview(tree, now: moment)
    var wanted: MilestoneID?
    if let what, what != "verify" {
      let id = MilestoneID(what.uppercased())
      guard plan[id] != nil else {
        throw UnknownName(
          message: "There is no milestone \(what) at \(tip.description.prefix(12)).",
          hint: nearestName(to: what, in: plan.ids.map(\.text)).map { "Is \($0) meant?" }
            ?? "readiness status lists what there is.")
      }
      wanted = id
    }
    let standing = StandingAttestations(store, plan, tree, now: moment)
    let lines = what == "verify" ? try standing.all() : try standing.ofCriteria(wanted)
    let report = AttestationReport(commit: try store.commit?.description, lines)
    try context.print(json: report.json, text: report.text(width: context.width, context.style(repository)))
    if what == "verify", lines.contains(where: \.isRefused) { throw ExitCode(1) }
  }
}

/// Judges attestations against the plan of one tree.
struct StandingAttestations {
  private let store: AttestationStore
  private let plan: PlanOverview
  private let tree: GitTree
  private let now: Int64

  init(_ store: AttestationStore, _ plan: PlanOverview, _ tree: GitTree, now: Int64) {
    (self.store, self.plan, self.tree, self.now) = (store, plan, tree, now)
  }

  private func line(_ found: StoredAttestation, _ check: CheckDefinition, _ name: String) throws
    -> AttestationReport.Line
  {
    let (key, fault) = try store.verdict(on: found, check: check, for: name, policy: plan.policy.attestations, now: now)
    let lapse = check.validFor.map { found.check.at + Int64($0) * 86_400_000 }
    return .init(
      path: found.path.text, criterion: name, key: key?.shortName ?? found.path.keyid.map { String($0.prefix(12)) },
      at: found.check.at, until: lapse, fault: fault?.rawValue, isRefused: fault == .badSignature)
  }

  /// Returns the attestations about the checks of criteria, on the present inputs.
  func ofCriteria(_ wanted: MilestoneID?) throws -> [AttestationReport.Line] {
    let showsUnsigned = plan.policy.attestations.map { $0.unsigned == .show } ?? true
    var lines: [AttestationReport.Line] = []
    for entry in plan.entries where wanted.map({ $0 == entry.id }) ?? true {
      for criterion in entry.milestone.exitCriteria {
        guard let check = criterion.check else { continue }
        let inputs = try tree.inputs(PathSelection(check.inputs)).digest
        for found in try store.attestations(of: check.digest, inputs: inputs)
        where showsUnsigned || found.envelope != nil {
          lines.append(try line(found, check, "\(entry.id)/\(criterion.id)"))
        }
      }
    }
    return lines
  }

  /// Returns every file with the criterion that it renews, or the reason why it renews none.
  func all() throws -> [AttestationReport.Line] {
    var checks: [Digest: [(name: String, check: CheckDefinition, inputs: Digest)]] = [:]
    for entry in plan.entries {
      for criterion in entry.milestone.exitCriteria {
        guard let check = criterion.check else { continue }
        let inputs = try tree.inputs(PathSelection(check.inputs)).digest
        checks[check.digest, default: []].append(("\(entry.id)/\(criterion.id)", check, inputs))
      }
    }
    var lines: [AttestationReport.Line] = []
    try store.forEachFile { path, result in
      switch result {
      case .failure(let fault):
        lines.append(
          .init(
            path: path, criterion: nil, key: nil, at: nil, until: nil, fault: "malformed", note: fault.message,
            isRefused: true))
      case .success(let found):
        guard let known = checks[found.path.check] else {
          lines.append(Self.line(found, "other-check"))
          return
        }
        guard let match = known.first(where: { $0.inputs == found.path.inputs }) else {
          lines.append(Self.line(found, "other-inputs"))
          return
        }
        lines.append(try line(found, match.check, match.name))
      }
    }
    return lines
  }

  private static func line(_ found: StoredAttestation, _ fault: String) -> AttestationReport.Line {
    .init(
      path: found.path.text, criterion: nil, key: found.path.keyid.map { String($0.prefix(12)) }, at: found.check.at,
      until: nil, fault: fault, isRefused: false)
  }
}
