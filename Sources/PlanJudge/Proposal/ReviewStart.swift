public import PlanModel

/// A commit that began a milestone's stay in review, and its stamp.
public struct ReviewStart: Sendable {
  /// The commit's author.
  public let author: Identity
  /// The stamp that began the stay; nil without one.
  public let run: Run?
  /// True if the milestone has left the review since, on another line of the proposal's history. Such a start still
  /// excludes the person who sent the milestone to review, but its approvals no longer count (contract 2.4).
  public let isEnded: Bool

  /// Creates a start.
  public init(author: Identity, run: Run?, isEnded: Bool = false) {
    (self.author, self.run, self.isEnded) = (author, run, isEnded)
  }
}

/// The review that a milestone is in, or from which it reached `done`, seen from one step of a proposal (contract 2.4).
struct ReviewStay {
  /// The starts: several if several lines of history lead to the review, none outside a review.
  let starts: [ReviewStart]

  init(_ starts: [ReviewStart]) { self.starts = starts }

  /// Walks back from a step: through earlier steps of the message, then the parents. O(commits since it began).
  init(before index: Int, of steps: [Telling.Step], _ id: MilestoneID, _ context: JudgeContext) throws {
    let workflow = context.workflow
    func category(_ status: String?) -> Category? { status.flatMap { workflow.category($0) } }
    let step = steps[index]
    var sought = category(step.from)
    if context.isSideOfMerge {
      // If a merge enters `done`, it also counts those who sent the milestone to review in a parent in which it is
      // done.
      let sides: [Category] = category(step.to) == .done ? [.review, .done] : sought == .review ? [.review] : []
      let ancestry = context.proposal.ancestry
      self.init(try sides.flatMap { try ancestry.reviewStarts(id, in: $0, by: workflow) })
      return
    }
    // A stay in `done` matters only if reviewed content changes in it.
    guard sought == .review || (sought == .done && category(step.to) == .done) else {
      self.init([])
      return
    }
    for earlier in steps[..<index].reversed() where category(earlier.to) == sought && category(earlier.from) != sought {
      if sought == .done, category(earlier.from) == .review {
        sought = .review
        continue
      }
      let began = sought == .review || earlier.run == nil
      self.init(began ? [ReviewStart(author: context.proposal.author, run: earlier.run)] : [])
      return
    }
    self.init(try context.proposal.ancestry.reviewStarts(id, in: sought ?? .review, by: workflow))
  }

  /// Returns the runs that began the review and that no reopening ended; approvals name one of them.
  func runs(plan: String?) -> Set<Digest> { Set(starts.filter { !$0.isEnded }.compactMap { $0.run?.id(plan: plan) }) }

  /// Returns the people who sent the milestone to this review: the actors, and the authors if the actor did not sign
  /// the stamp.
  func senders(_ people: People, _ signatures: @autoclosure () throws -> Signatures) throws -> Set<Address> {
    var senders = Set<Address>()
    for start in starts {
      let author = people.person(start.author.email)
      guard let run = start.run else {
        senders.insert(author)
        continue
      }
      let actor = people.person(run.actor.email)
      senders.insert(actor)
      if actor != author, try !signatures().isSigned(run) { senders.insert(author) }
    }
    return senders
  }
}
