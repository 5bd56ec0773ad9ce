import GitObjects
import JSONSchema
import PlanJudge
import PlanModel
import PlanGate
import GitRepository
import PlanHistory
import Reports
import Telemetry
import StrictJSON
import ReadinessSystem

/// The entry point of git's hooks (contract 6). It stages nothing, changes no file but the message, runs no
/// command that the repository names, and uses no network.
struct HookEntryPoint {
  private let name: String
  private let arguments: [String]
  private let isJSON: Bool
  private let environment: [String: String]

  /// Runs one hook and returns its exit status.
  static func run(_ arguments: [String]) -> Int32 {
    let isJSON = arguments.contains("--json")
    let rest = arguments.filter { $0 != "--json" }
    guard let name = rest.first else {
      Standard.error("usage: readiness hook NAME [ARGUMENT …]\n")
      return 2
    }
    _ = Telemetry.begin(isHook: true, version: Program.version) {
      let known = HookScript.names.contains(name) || name == "update"
      return (known ? "hook " + name : "hook", ["pre-receive", "update"].contains(name) ? .server : .internal)
    }
    let entryPoint = HookEntryPoint(
      name: name, arguments: Array(rest.dropFirst()), isJSON: isJSON, environment: Environment.all())
    return entryPoint.run()
  }

  private func run() -> Int32 {
    if environment["READINESS_SKIP"] == "1", !["pre-receive", "update"].contains(name) {
      say("readiness: \(name) skipped by READINESS_SKIP.")
      say("  -> The server and readiness verify check all the same.")
      return 0
    }
    do {
      // The judged commits may come from untrusted people.
      if isServer || name == "reference-transaction" {
        PatternAllowance.bound()
        RepeatedFolders.bound()
        FalseSignatures.bound()
        ReadAllowance.bound(received: try environment["GIT_QUARANTINE_PATH"].flatMap(DiskUse.size(of:)) ?? 0)
      }
      switch name {
      case "prepare-commit-msg": return try prepareMessage()
      case "commit-msg": return try checkMessage()
      case "pre-commit", "pre-merge-commit": return try judgeIndex()
      case "set-aside": return try setAside()
      case "put-back": return try putBack()
      case "post-rewrite": return try lookAfterAmend()
      case "pre-push": return try judgePush()
      case "pre-receive": return try judgeReceived()
      case "update": return try judgeUpdate()
      case "reference-transaction": return try judgeTransaction()
      default:
        say("readiness: there is no hook \"\(name)\". The hooks are \(HookScript.names.joined(separator: ", ")).")
        return 2
      }
    } catch {
      return couldNotJudge(error)
    }
  }

  // MARK: - Committing

  private func prepareMessage() throws -> Int32 {
    guard let file = arguments.first else { return usage("MESSAGE-FILE [SOURCE [COMMIT]]") }
    // pre-commit and prek pass the file on, and the rest in the environment.
    let source = arguments.count > 1 ? arguments[1] : environment["PRE_COMMIT_COMMIT_MSG_SOURCE"]
    let object = arguments.count > 2 ? arguments[2] : environment["PRE_COMMIT_COMMIT_OBJECT_NAME"]
    let claimsAmend = source == "commit" && object == "HEAD"
    let message = try MessageFile(file)
    let repository = try Repository.open()
    let isAmend = try AmendDetection.replacesHead(repository) ?? claimsAmend
    let situation = try CommitSituation(repository, isAmend: isAmend, environment: environment, now: now)
    guard let text = message.text else { return try situation.changesNothing() ? 0 : refuse([MessageRules.unreadable]) }
    let stale = try isAmend ? [] : StaleIndex.findings(situation)
    guard stale.isEmpty else { return refuse(stale) }
    if situation.parents.count > 1, let gone = try MergeDriverSetup.missingProgram(), try !situation.changesNothing() {
      return refuse([MessageRules.missingDriver(gone)])
    }
    let opensEditor = environment["GIT_EDITOR"] != ":"
    // A merge reports here what the server will refuse, because the person who merges cannot fix it.
    let outcome = try Stamping(situation) { if situation.parents.count > 1 { tell($0) } }
      .stamp(text, isEdited: opensEditor, mayFollow: opensEditor)
    let written: String? =
      switch outcome {
      case .rewritten(let stamped): stamped
      case .unchanged: text
      case .refused: nil
      }
    if let written, !Trailers.blocks(in: written).isEmpty,
      let fault = try MessageFile.encodingFault(repository, environment)
    {
      return refuse([fault])
    }
    if !opensEditor, case .rewritten(let text) = outcome, let finding = MessageRules.finding(unedited: text) {
      return refuse([finding])
    }
    return try conclude(outcome, message)
  }

  private func checkMessage() throws -> Int32 {
    guard let file = arguments.first else { return usage("MESSAGE-FILE") }
    let message = try MessageFile(file)
    let isEdited = environment["GIT_EDITOR"] != ":"
    let repository = try Repository.open()
    guard let text = message.text else {
      let situation = try CommitSituation(repository, isAmend: false, environment: environment, now: now)
      return try situation.changesNothing() ? 0 : refuse([MessageRules.unreadable])
    }
    if !Trailers.blocks(in: text).isEmpty, let fault = try MessageFile.encodingFault(repository, environment) {
      return refuse([fault])
    }
    if let finding = try MessageRules.finding(final: text, isEdited: isEdited) { return refuse([finding]) }
    // Git does not say whether this commit amends. If the system does not show it either, both are tried.
    let amend = try AmendDetection.replacesHead(repository)
    var first: CommitSituation?
    for isAmend in amend.map({ [$0] }) ?? [false, true] {
      let situation = try CommitSituation(repository, isAmend: isAmend, environment: environment, now: now)
      if try Stamping(situation).isTrue(text, isEdited: isEdited) {
        return try Stamping.settled(text, isEdited: isEdited).map { try conclude(.rewritten($0), message) } ?? 0
      }
      first = first ?? situation
    }
    guard let first else { return 0 }
    let outcome = try Stamping(first).stamp(text, isEdited: isEdited, mayFollow: false, isLastWord: true)
    return try conclude(outcome, message)
  }

  /// Moves a single block from the message to another file before a chained hook reads the message: linters count the
  /// columns of a stamp's lines.
  private func setAside() throws -> Int32 {
    guard arguments.count == 2 else { return usage("MESSAGE-FILE OTHER-FILE") }
    let message = try MessageFile(arguments[0])
    guard let text = message.text, let parts = Stamping.parted(text, isEdited: environment["GIT_EDITOR"] != ":") else {
      return 0
    }
    try FileSystem.write(Array(parts.block.utf8), to: arguments[1], mode: 0o666, durability: .none)
    return try message.write(parts.prose) ? 0 : refuse([MessageRules.unreadable])
  }

  /// Returns the block to the message after the chained hook has edited it.
  private func putBack() throws -> Int32 {
    guard arguments.count == 2 else { return usage("MESSAGE-FILE OTHER-FILE") }
    let message = try MessageFile(arguments[0])
    let block = String(decoding: try FileSystem.read(arguments[1], atMost: MessageFile.bound), as: UTF8.self)
    FileSystem.removeQuietly(arguments[1])
    guard let text = message.text else { return refuse([MessageRules.unreadable]) }
    return try message.write(Stamping.joined(text, block, isEdited: environment["GIT_EDITOR"] != ":"))
      ? 0 : refuse([MessageRules.unreadable])
  }

  private func conclude(_ outcome: Stamping.Outcome, _ message: MessageFile) throws -> Int32 {
    switch outcome {
    case .unchanged: return 0
    case .rewritten(let text):
      return try message.write(text) ? 0 : refuse([MessageRules.unreadable])
    case .refused(let findings): return refuse(findings)
    }
  }

  private func judgeIndex() throws -> Int32 {
    let repository = try Repository.open()
    let isAmend = try AmendDetection.replacesHead(repository) ?? false
    let situation = try CommitSituation(repository, isAmend: isAmend, environment: environment, now: now)
    // Paths outside the plan may still be guarded. Otherwise the author is not needed.
    if try situation.changesNothing(), try !situation.guardsPaths() { return 0 }
    // The hooks that see the message judge its exceptions.
    let assessment = try Judge.assess(situation.proposal(.draft(reason: nil, mayFollow: true, moreWaives: true)))
    return assessment.verdict.isAccepted ? 0 : refuse(assessment.verdict.findings)
  }

  /// Reports a lost stamp: `git commit --amend -m` gives the hooks a new message, and nothing may show that it is an
  /// amend.
  private func lookAfterAmend() throws -> Int32 {
    guard arguments.first == "amend" else { return 0 }
    let repository = try Repository.open()
    guard case .commit(let head) = try repository.head() else { return 0 }
    let assessment = try Judge.assess(Proposal(repository.commit(head), in: repository))
    let lost: Set<ReasonCode> = [.trailerMissing, .mergeUnresolved]
    guard assessment.verdict.findings.contains(where: { lost.contains($0.code) }) else { return 0 }
    say(
      wrapping:
        "readiness: the amended commit changes the plan and has lost its stamp. To stamp it again: readiness restamp")
    return 0
  }

  // MARK: - Pushing

  private func judgePush() throws -> Int32 {
    var updates = try lines().compactMap { RefUpdate(pushLine: $0) }
    if updates.isEmpty, let new = environment["PRE_COMMIT_TO_REF"] {
      // pre-commit and prek give no input, and name only the first ref.
      let old = environment["PRE_COMMIT_FROM_REF"] ?? String(repeating: "0", count: 40)
      updates = [RefUpdate(receiveLine: "\(old) \(new) \(environment["PRE_COMMIT_REMOTE_BRANCH"] ?? "HEAD")")]
        .compactMap(\.self)
    }
    guard !updates.isEmpty else { return 0 }
    let repository = try Repository.open()
    let remote = "refs/remotes/\(arguments.first ?? environment["PRE_COMMIT_REMOTE_NAME"] ?? "")/"
    var known = try repository.refTips(except: { !$0.hasPrefix(remote) })
    known += try updates.map(\.old).filter { try $0 != .zero && repository.holds($0) }
      .compactMap { try repository.commit(behind: $0) }
    return conclude(try PushAudit(repository).run(updates, known: known), tip: updates.first?.new)
  }

  private func judgeReceived() throws -> Int32 {
    let updates = try lines().compactMap { RefUpdate(receiveLine: $0) }
    guard !updates.isEmpty else { return 0 }
    return try judgeReceived(updates)
  }

  /// Judges one ref, given by arguments, for gitolite's VREF and git's own `update`.
  private func judgeUpdate() throws -> Int32 {
    guard arguments.count >= 3, let update = RefUpdate(receiveLine: "\(arguments[1]) \(arguments[2]) \(arguments[0])")
    else { return usage("REF OLD NEW") }
    return try judgeReceived([update])
  }

  private func judgeReceived(_ updates: [RefUpdate]) throws -> Int32 {
    let repository = try Repository.open()
    let gate = try RefGate(repository)
    let since = Telemetry.recorder?.now
    let report = try gate.judge(updates)
    if let since { RunSignals.received(report, updates, since: since) }
    if report.isAccepted { return 0 }
    return try past(gate, updates, report.findings, repository)
      ?? refuse(report.findings, commits: report.walked, tip: updates.first?.new)
  }

  /// Lets a push pass the gate by an emergency override, and logs it. Nil if the pusher requests none or may not.
  private func past(_ gate: RefGate, _ updates: [RefUpdate], _ findings: [Finding], _ repository: Repository) throws
    -> Int32?
  {
    guard let reason = EmergencyPush.reason(environment) else { return nil }
    let pusher = EmergencyPush.pusher(environment)
    if let refusal = try Judge.assess(emergency: reason, by: pusher, policies: gate.server.policies()) {
      say(wrapping: "readiness: the bypass is refused: \(refusal.message.printable)")
      if pusher == nil { say(wrapping: "  -> \(EmergencyPush.unknownPusher(environment).printable)") }
      return nil
    }
    let entry = try EmergencyLog(repository).add(reason, by: pusher ?? "", updates, findings, at: now)
    say("readiness: let past the gate for \(entry.pusher.printable), against \(entry.codes.joined(separator: ", ")).")
    say(
      wrapping:
        "  -> It is entry \(entry.number) of the log; verify and doctor on the server show it until: readiness bypass close \(entry.number)"
    )
    return 0
  }

  /// Judges the commits that no branch has yet, for every branch that is about to move, by any command. Other refs may
  /// hold anything until a branch takes it. Deletions, `pack-refs` and `gc` bring no commits.
  private func judgeTransaction() throws -> Int32 {
    guard arguments.first == "prepared" else { return 0 }
    let updates = try lines().compactMap { RefUpdate(receiveLine: $0) }
      .filter { $0.name.hasPrefix("refs/heads/") && $0.new != .zero }
    guard !updates.isEmpty else { return 0 }
    let repository = try Repository.open()
    let branches = try repository.refTips(except: { !$0.hasPrefix("refs/heads/") })
    return conclude(try PushAudit(repository).run(updates, known: branches), tip: nil)
  }

  private func conclude(_ report: HistoryReport, tip: ObjectID?) -> Int32 {
    report.isAccepted ? 0 : refuse(report.findings, commits: report.walked, tip: tip)
  }

  private func lines() throws -> [Substring] {
    // A push of a million refs has 130 MB of them.
    String(decoding: try FileSystem.read(0, "standard input", atMost: 1 << 28), as: UTF8.self).split(separator: "\n")
  }

  // MARK: - Saying it

  private var now: String { Timestamp.text(millisecondsSince1970: Machine.millisecondsSince1970()) }
  private var isServer: Bool { ["pre-receive", "update"].contains(name) }

  /// - Parameter tip: the commit to which a push would move a ref.
  private func refuse(_ findings: [Finding], commits: Int = 0, tip: ObjectID? = nil) -> Int32 {
    Telemetry.recorder?.found(findings)
    if isJSON {
      Standard.answer(FindingReport.verdict(findings, commits: commits))
      return 1
    }
    let isPush = isServer || name == "pre-push"
    say("readiness: this \(isPush ? "push" : "commit") is refused.")
    tell(findings)
    if isPush, let undo = FindingReport.undoing(findings, tip: tip?.description, isPublished: false) {
      say(wrapping: "  -> \(undo)")
    }
    return 1
  }

  private func tell(_ findings: [Finding]) {
    let isColored = Terminal.isColored(flag: nil, environment, configured: nil, descriptor: 2)
    let style = Style(color: isColored, folder: folder)
    let width = min(Terminal.width(environment), 80)
    say(FindingReport.text(findings, width: width, style))
  }

  /// The folder of the person who called git, which starts hooks at the top. Nil at a server, which does not know it.
  private var folder: String? { isServer ? nil : environment["GIT_PREFIX"] }

  /// Refuses a change that could not be judged, unless it does not touch the plan at all.
  private func couldNotJudge(_ error: any Error) -> Int32 {
    let failure = Failure(error)
    if !isServer, name != "pre-push", touchesNothingByGit() { return 0 }
    Telemetry.recorder?.failed(failure.code)
    if isJSON { Standard.answer(failure.json) }
    say(wrapping: "readiness: \(failure.message.printable) (\(failure.code))")
    say(wrapping: "  -> \(failure.hint.printable)")
    if !isServer {
      say(wrapping: "  -> To go on without this check: READINESS_SKIP=1 git … The server checks all the same.")
    }
    return 1
  }

  /// Returns git's own answer to whether nothing of the plan is staged, for repositories that libgit2 cannot open.
  private func touchesNothingByGit() -> Bool {
    let paths = [PlanPaths.folder, PlanPaths.plan, PlanPaths.policies, PlanPaths.schema]
    do { return try GitProcess.run(["diff", "--cached", "--quiet", "--"] + paths).status == 0 } catch { return false }
  }

  private func usage(_ form: String) -> Int32 {
    say("usage: readiness hook \(name) \(form)")
    return 2
  }

  /// Prints text, on a terminal in lines of at most 80 columns.
  private func say(wrapping text: String) {
    let indent = text.prefix { $0 == " " }
    let width = Terminal.textWidth(environment) - 5
    for (index, line) in Style(color: false, folder: folder).hint(String(text.dropFirst(indent.count)), to: width)
      .enumerated()
    {
      say((index == 0 ? String(indent) : indent.isEmpty ? "  " : "     ") + line)
    }
  }

  private func say(_ text: String) {
    // GitLab shows users only lines with this prefix.
    let prefix = isServer && environment["GL_ID"] != nil ? "GL-HOOK-ERR: " : ""
    Standard.error(text.split(separator: "\n", omittingEmptySubsequences: false).map { prefix + $0 + "\n" }.joined())
  }
}
