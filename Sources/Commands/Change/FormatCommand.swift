import GitObjects
import ArgumentParser
import PlanModel
import PlanGate
import GitRepository
import PlanTrees
import Reports
import StrictJSON
import ReadinessSystem

struct FormatCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    subcommand: "fmt", abstract: "Writes the plan's files of the work tree in the canonical layout.")
  @Argument(help: ArgumentHelp("Milestones; all, and the plan file, by default.", valueName: "id"))
  var ids: [String] = []
  @Flag(help: "Write nothing; exit status 1 where a file has another layout.")
  var check = false
  @OptionGroup var options: GlobalOptions

  mutating func run() throws {
    let context = try Context(options)
    let repository = try context.openRepository()
    let work = try WorkTree(repository)
    let top = repository.workTree ?? ""
    let present = try work.milestones().keys.sorted()
    for id in ids where !present.contains(MilestoneID(id.uppercased())) {
      throw UnknownName(
        message: "There is no milestone \(id) in the work tree.",
        hint: nearestName(to: id, in: present.map(\.text)).map { "Is \($0) meant?" } ?? "readiness status --worktree")
    }
    let wanted = Set(ids.map { MilestoneID($0.uppercased()) })
    var changed: [String] = []
    var broken: [Finding] = []
    func look(_ path: String, _ findings: [Finding], _ json: JSONValue?) throws {
      guard let json else {
        broken += findings
        return
      }
      let bytes = json.layoutBytes
      // A sparse checkout may leave the file out.
      guard let present = try FileSystem.readIfPresent(top + path), present != bytes else { return }
      // Git may check a file out with other line ends than it stores (core.autocrlf, the attribute eol).
      let staged = try repository.staged(path)
      if let staged, try repository.hashOfWorkFile(path) == staged.id, try repository.blob(staged.id) == bytes {
        return
      }
      changed.append(path)
      guard !check else { return }
      try LinkFreeFolder(top).write(bytes, at: path, isDurable: true)
    }
    for id in present where wanted.isEmpty || wanted.contains(id) {
      guard let file = try work.milestone(id) else { continue }
      try look(file.path, file.findings, (file.document?.root).map(Milestone.ordered))
    }
    if wanted.isEmpty, let plan = try work.planFile() { try look(PlanPaths.plan, plan.findings, plan.plan?.json) }
    let verb = check ? "would be rewritten" : "rewritten"
    context.print(
      json: Envelope.json(
        "fmt",
        [
          JSONMember("changed", .texts(changed)), JSONMember("check", JSONValue(.bool(check))),
          JSONMember("findings", FindingReport.json(broken)),
        ]),
      text: changed.isEmpty
        ? "Every file that can be read has its layout." : changed.map { "\($0)  \(verb)" }.joined(separator: "\n"))
    if !broken.isEmpty, !options.json {
      Standard.error(
        FindingReport.text(broken, width: context.width, try context.style(repository, descriptor: 2)) + "\n")
    }
    if !broken.isEmpty || (check && !changed.isEmpty) { throw ExitCode(1) }
  }
}
