import PlanModel

/// The moment by which evidence, waivers, exceptions and keys lapse (contract 3, moment).
extension Proposal {
  /// The later of the commit's own moment and the latest `At` of any run among its ancestors. With a clock of its own, as
  /// in a hook, nothing is walked.
  /// - Complexity: O(history) at worst, so it is asked only if something may lapse.
  func moment() throws -> Int64? { try later(than: leastMoment) }

  /// What is known of the moment without a walk: it is not earlier than that.
  var leastMoment: Int64? {
    let stamped = blocks.compactMap(Self.moment(of:)).max()
    guard let now else { return stamped ?? dates.committed }
    return max(now, stamped ?? now)
  }

  /// The moment of one of the commit's runs: blocks before it in the message count as its ancestors do.
  func moment(of run: Run) throws -> Int64? {
    guard let place = blocks.firstIndex(where: { $0.run == run }) else { return Timestamp.milliseconds(of: run.at) }
    let stamped = blocks[...place].compactMap(Self.moment(of:)).max()
    return try later(than: [stamped, now].compactMap { $0 }.max())
  }

  /// The latest `At` of any run among the parents and their ancestors, which is a merge's moment; nil if there is none.
  /// - Complexity: O(history), in a hook too, so it is asked only if something may have lapsed.
  func momentOfParents() throws -> Int64? { try ancestry.latestStamp(by: dates.clock) }

  private func later(than own: Int64?) throws -> Int64? {
    if now != nil { return own }
    return [own, try ancestry.latestStamp(by: dates.clock)].compactMap { $0 }.max()
  }

  private var blocks: [StampBlock] {
    guard case .committed(let blocks) = claim else { return [] }
    return blocks.filter { !$0.heals }
  }

  private static func moment(of block: StampBlock) -> Int64? { block.run.flatMap { Timestamp.milliseconds(of: $0.at) } }
}
