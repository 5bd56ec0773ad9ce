import PlanJudge
public import PlanModel
import GitRepository
import Telemetry
import ReadinessSystem

/// Judges a commit in the making and writes its stamp into the message. Both message hooks are this one function.
public struct Stamping {
  /// What became of a message.
  public enum Outcome {
    /// The message is as it should be.
    case unchanged
    /// The message with its stamp.
    case rewritten(String)
    /// The judge said no.
    case refused([Finding])
  }

  /// What a message says that a stamp made anew keeps.
  struct Stated {
    let reason: String?
    let waives: [Run.Waive]

    init(_ message: CommitMessage) {
      (reason, waives) = (message.statedReason, message.statedWaives)
    }
  }

  private let situation: CommitSituation
  private let warn: ([Finding]) -> Void

  /// Stamps what a situation is about to become, at its moment.
  /// - Parameter warn: told what the judge warns of in a change that it accepts.
  public init(_ situation: CommitSituation, warn: @escaping ([Finding]) -> Void = { _ in }) {
    (self.situation, self.warn) = (situation, warn)
  }

  /// - Parameters:
  ///   - text: the message file.
  ///   - isEdited: true where the file holds comments that git strips.
  ///   - mayFollow: true where an editor still opens, so that a reason may come later. The stamp of a commit that is
  ///     picked is then, or where no editor opens, made anew; after the editor it is our own.
  public func stamp(_ text: String, isEdited: Bool, mayFollow: Bool, isLastWord: Bool = false) throws -> Outcome {
    var message = CommitMessage(text, isEdited: isEdited)
    let asFound = message.text
    if let squashed = try FileSystem.readIfPresent(situation.repository.gitFolder + "SQUASH_MSG") {
      message.liftIndentedBlocks(squashed: String(decoding: squashed, as: UTF8.self))
    }
    if try (isLastWord || !situation.isPlainPick) && holdsTrueBlocks(message) {
      message.settleBlock()
      return message.text == asFound ? .unchanged : .rewritten(message.text)
    }
    let stated = Stated(message)
    message.removeBlocks()
    if try situation.changesNothing() { return message.text == asFound ? .unchanged : .rewritten(message.text) }
    let outcome = try Self.stamp(
      message, stated: stated, by: situation.author(), at: situation.now, mayFollow: mayFollow,
      signer: RunSigner(situation.repository), warn: warn
    ) {
      try situation.proposal($0)
    }
    if case .unchanged = outcome, message.text != asFound { return .rewritten(message.text) }
    return outcome
  }

  /// Judges a change and appends its stamp to a message without one: the one way in which hooks and `restamp` stamp.
  /// - Parameters:
  ///   - stated: what a person or an earlier stamp said; the subject serves as reason, where one is asked for.
  ///   - signer: signs where that is asked for.
  ///   - proposal: the change, with a claim about it.
  static func stamp(
    _ message: CommitMessage, stated: Stated, by author: Identity, at now: String, mayFollow: Bool,
    signer: RunSigner, warn: ([Finding]) -> Void = { _ in }, _ proposal: (Proposal.Claim) throws -> Proposal
  ) throws -> Outcome {
    let since = Telemetry.recorder?.now
    let reason = stated.reason ?? (message.subject.isEmpty ? nil : message.subject)
    let assessment = try Judge.assess(
      proposal(.draft(reason: reason, mayFollow: mayFollow, waives: stated.waives)).saying(message.prose))
    guard assessment.verdict.isAccepted else { return .refused(assessment.verdict.findings) }
    let warnings = assessment.verdict.findings.filter { $0.severity == .warning }
    if !warnings.isEmpty { warn(warnings) }
    guard let draft = assessment.draft else { return .unchanged }
    let asksForReason = draft.asksForReason || !stated.waives.isEmpty
    let unsigned = draft.run(at: now, actor: author, reason: stated.reason ?? (asksForReason ? reason : nil))
    let run = try signer.signed(unsigned, draft)
    var message = message
    message.append(block: Trailers.render(run, plan: draft.plan))
    // A reason that an editor may still bring is not asked for twice.
    let found = mayFollow ? [] : try signer.findings(run, message.text, proposal)
    // What was only warned of before it was stamped is not refused after.
    let refused = found.filter { one in
      !warnings.contains { $0.code == one.code && $0.milestone == one.milestone }
    }
    guard refused.isEmpty else { return .refused(refused) }
    RunSignals.stamped(run, plan: draft.plan, since: since)
    return .rewritten(message.text)
  }

  /// True where the blocks that stand in the message still tell the change, so that they are kept as they are.
  private func holdsTrueBlocks(_ message: CommitMessage) throws -> Bool {
    let blocks = message.blocks
    guard !blocks.isEmpty else { return false }
    let assessment = try Judge.assess(situation.proposal(.committed(blocks)).saying(message.prose))
    // A stamp of one change by another person is made anew; several come from a squash and keep their actors.
    let isForeign = blocks.count == 1 && assessment.verdict.findings.contains { $0.code == .actorMismatch }
    return assessment.verdict.isAccepted && !isForeign
  }

  /// True where the message needs nothing: its blocks tell the change, or there is neither change nor block.
  public func isTrue(_ text: String, isEdited: Bool) throws -> Bool {
    let message = CommitMessage(text, isEdited: isEdited)
    return try message.blocks.isEmpty ? situation.changesNothing() : holdsTrueBlocks(message)
  }

  /// A true message with its block at the end, where git finds it; nil if it is there already.
  public static func settled(_ text: String, isEdited: Bool) -> String? {
    var message = CommitMessage(text, isEdited: isEdited)
    let asFound = message.text
    message.settleBlock()
    return message.text == asFound ? nil : message.text
  }

  /// A message without its block, and the block; nil unless there is exactly one.
  public static func parted(_ text: String, isEdited: Bool) -> (prose: String, block: String)? {
    var message = CommitMessage(text, isEdited: isEdited)
    guard let block = message.takeBlock() else { return nil }
    return (message.text, block)
  }

  /// A message with a block at its end, unless it has one.
  public static func joined(_ text: String, _ block: String, isEdited: Bool) -> String {
    var message = CommitMessage(text, isEdited: isEdited)
    if message.blocks.isEmpty { message.append(block: block) }
    return message.text
  }

  /// True where the message, as git will keep it, says something beside its stamp.
  public static func hasSubject(_ text: String, isEdited: Bool) -> Bool {
    !CommitMessage(text, isEdited: isEdited).subject.isEmpty
  }

  /// True if the message says something beside its stamp where git keeps lines such as `#12: fix the timeout`.
  public static func hasSubjectAmongComments(_ text: String) -> Bool {
    let kept = text.split(separator: "\n", omittingEmptySubsequences: false)
      .prefix { !$0.hasSuffix(CommitMessage.scissors) }
    return hasSubject(kept.joined(separator: "\n"), isEdited: false)
  }
}
