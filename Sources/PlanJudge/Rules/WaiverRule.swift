import PlanModel
import StrictJSON

/// The rule that the approver's own commit adds a waiver, and that the approver holds the role (`doc/guides/checks.md`,
/// waivers).
///
/// A waiver covers one definition of a criterion. Changing the definition and retaining the waiver counts as adding a
/// waiver (`doc/design/decisions/0100-waiver-is-for-one-text.md`).
enum WaiverRule: ChangeRule {
  static func findings(in context: JudgeContext) throws -> [Finding] {
    guard !context.isBaseline else { return [] }
    return try context.judged.flatMap { change -> [Finding] in
      let criteria = change.afterFile?.milestone?.exitCriteria ?? []
      guard criteria.contains(where: { $0.waiver != nil }), let after = change.afterFile?.milestone else { return [] }
      let demands = Demands(after)
      let parents = try context.proposal.parents.compactMap { try $0.milestone(change.id)?.milestone }
      let own = change.before.map { [Version($0)] } ?? []
      let known = own + parents.map { Version($0) }
      let steps = context.telling.steps(of: change)
      return try criteria.compactMap { criterion in
        guard let waiver = criterion.waiver else { return nil }
        // A merge adds what no parent has, and what it decides.
        let isDecided = change.merged?.waivers.contains(criterion.id) == true
        let asked = isDecided ? own : known
        if asked.contains(where: { demands.isSame(criterion.id, as: $0.demands) }) { return nil }
        let isKept = asked.contains { $0.waivers[criterion.id]?.isSame(as: waiver) == true }
        let place = "\(change.id)/\(criterion.id)"
        guard let (message, hint) = try fault(waiver, isKept: isKept, steps, context) else { return nil }
        return Finding(
          .notAuthorized, "The waiver of \(place) \(message)",
          hint: isKept
            ? "\(hint) Or remove the waiver: readiness criteria \(change.id) \(criterion.id) --clear removes it with the evidence."
            : hint, milestone: change.id, path: PlanPaths.milestone(change.id),
          line: change.afterFile?.line(waiver.offset))
      }
    }
  }

  /// A parent's version, read once for all criteria.
  private struct Version {
    let demands: Demands
    let waivers: [String: Waiver]

    init(_ milestone: Milestone) {
      demands = Demands(milestone)
      waivers = Dictionary(milestone.exitCriteria.compactMap { c in c.waiver.map { (c.id, $0) } }) { first, _ in first }
    }
  }

  /// - Parameter isKept: true if the waiver existed before and its criterion changed.
  private static func fault(_ waiver: Waiver, isKept: Bool, _ steps: [Telling.Step], _ context: JudgeContext) throws
    -> (String, String)?
  {
    if try !context.isAddedBy(waiver.approver, steps) {
      let author = context.proposal.author.email
      return isKept
        ? (
          "was given by \(waiver.approver) for what the criterion said before, and a commit by \(author) changes that.",
          "The approver of a waiver commits such a change, or signs its stamp."
        )
        : (
          "names \(waiver.approver) as approver and is added in a commit by \(author).",
          "The approver of a waiver commits it, or signs its stamp."
        )
    }
    guard let authorization = context.policy.authorization, let role = authorization.roleForWaivers,
      !authorization.holds(waiver.approver, role: role)
    else { return nil }
    return (
      "is allowed by \(waiver.approver), who does not hold the role \"\(role)\".",
      AuthorityRule.holders(of: role, authorization)
    )
  }
}

/// The definition of each exit criterion, with its waiver: everything but the evidence, in RFC 8785 form.
struct Demands {
  private let forms: [String: [UInt8]]

  /// Reads the definitions. O(bytes of the criteria).
  init(_ milestone: Milestone) {
    var forms: [String: [UInt8]] = [:]
    for element in milestone.json["exitCriteria"]?.array ?? [] {
      guard let id = element["id"]?.string, let members = element.object else { continue }
      forms[id] = JSONValue(.object(members.filter { $0.key != "evidence" })).canonicalBytes
    }
    self.forms = forms
  }

  /// Returns the criteria that another version lacks or defines differently.
  func differences(from other: Demands?) -> Set<String> {
    Set(forms.filter { other?.forms[$0.key] != $0.value }.keys)
  }

  /// Returns true if both versions have the criterion with the same definition.
  func isSame(_ criterion: String, as other: Demands) -> Bool {
    guard let form = forms[criterion] else { return false }
    return other.forms[criterion] == form
  }
}
