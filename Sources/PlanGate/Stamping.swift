import PlanJudge
public import PlanModel
import GitRepository
import Telemetry
import ReadinessSystem

/// Judges a commit in the making and writes its stamp into the message, for both message hooks.
public struct Stamping {
  /// The result of stamping a message.
  public enum Outcome {
    /// The message needs no change.
    case unchanged
    /// The message with its stamp.
    case rewritten(String)
    /// The judge refused the change.
    case refused([Finding])
  }

  /// The parts of a message that a new stamp keeps.
  struct Stated {
    let reason: String?
    let waives: [Run.Waive]

    init(_ message: CommitMessage) {
      (reason, waives) = (message.statedReason, message.statedWaives)
    }
  }

  private let situation: CommitSituation
  private let warn: ([Finding]) -> Void

  /// Prepares to stamp the commit of a situation, at the situation's moment.
  /// - Parameter warn: receives the judge's warnings about a change that it accepts.
  public init(_ situation: CommitSituation, warn: @escaping ([Finding]) -> Void = { _ in }) {
    (self.situation, self.warn) = (situation, warn)
  }

  /// Stamps a message.
  /// - Parameters:
  ///   - text: the message file.
  ///   - isEdited: true if the file contains comments that git strips.
  ///   - mayFollow: true if an editor still opens, so that a reason may come later.
  ///   - isLastWord: true after the editor, when the stamp is our own. Otherwise a picked commit's stamp is created
  ///     again.
  public func stamp(_ text: String, isEdited: Bool, mayFollow: Bool, isLastWord: Bool = false) throws -> Outcome {
    var message = CommitMessage(text, isEdited: isEdited)
    let asFound = message.text
    let file = situation.repository.gitFolder + "SQUASH_MSG"
    if let squashed = try FileSystem.readIfPresent(file, atMost: MessageFile.bound) {
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

  /// Judges a change and appends its stamp to a message without one. Hooks and `restamp` both stamp this way.
  /// - Parameters:
  ///   - stated: the statements of a person or an earlier stamp; the subject serves as reason, if one is required.
  ///   - signer: signs the run if that is required.
  ///   - proposal: returns the change, with a claim about it.
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
    // A reason that an editor may still bring is not requested twice.
    let found = mayFollow ? [] : try signer.findings(run, message.text, proposal)
    // A warning before the stamp is not a refusal after it.
    let refused = found.filter { one in
      !warnings.contains { $0.code == one.code && $0.milestone == one.milestone }
    }
    guard refused.isEmpty else { return .refused(refused) }
    RunSignals.stamped(run, plan: draft.plan, since: since)
    return .rewritten(message.text)
  }

  /// Returns true if the blocks of the message still describe the change, so that they are kept.
  private func holdsTrueBlocks(_ message: CommitMessage) throws -> Bool {
    let blocks = message.blocks
    guard !blocks.isEmpty else { return false }
    let assessment = try Judge.assess(situation.proposal(.committed(blocks)).saying(message.prose))
    // A single stamp by another person is created again; several come from a squash and keep their actors.
    let isForeign = blocks.count == 1 && assessment.verdict.findings.contains { $0.code == .actorMismatch }
    return assessment.verdict.isAccepted && !isForeign
  }

  /// Returns true if the message needs nothing: its blocks describe the change, or there is neither change nor block.
  public func isTrue(_ text: String, isEdited: Bool) throws -> Bool {
    let message = CommitMessage(text, isEdited: isEdited)
    return try message.blocks.isEmpty ? situation.changesNothing() : holdsTrueBlocks(message)
  }

  /// Returns a true message with its block moved to the end, where git finds it. Nil if it is already there.
  public static func settled(_ text: String, isEdited: Bool) -> String? {
    var message = CommitMessage(text, isEdited: isEdited)
    let asFound = message.text
    message.settleBlock()
    return message.text == asFound ? nil : message.text
  }

  /// Returns a message without its block, and the block. Nil unless there is exactly one.
  public static func parted(_ text: String, isEdited: Bool) -> (prose: String, block: String)? {
    var message = CommitMessage(text, isEdited: isEdited)
    guard let block = message.takeBlock() else { return nil }
    return (message.text, block)
  }

  /// Returns a message with a block at its end, unless it already has one.
  public static func joined(_ text: String, _ block: String, isEdited: Bool) -> String {
    var message = CommitMessage(text, isEdited: isEdited)
    if message.blocks.isEmpty { message.append(block: block) }
    return message.text
  }

  /// Returns true if the message, as git will keep it, has text in addition to its stamp.
  public static func hasSubject(_ text: String, isEdited: Bool) -> Bool {
    !CommitMessage(text, isEdited: isEdited).subject.isEmpty
  }

  /// Returns true if the message has text in addition to its stamp and git keeps lines such as `#12: fix the timeout`.
  public static func hasSubjectAmongComments(_ text: String) -> Bool {
    let kept = text.split(separator: "\n", omittingEmptySubsequences: false)
      .prefix { !$0.hasSuffix(CommitMessage.scissors) }
    return hasSubject(kept.joined(separator: "\n"), isEdited: false)
  }
}
