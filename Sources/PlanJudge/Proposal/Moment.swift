import PlanModel

/// The time at which evidence, waivers, exceptions and keys expire (contract 3, moment).
extension Proposal {
  /// Returns the later of the commit's own time and the latest `At` of its ancestors' runs. Walks no history if `now`
  /// is set, as in a hook.
  /// - Complexity: O(history) at worst, so it is called only if something may expire.
  func moment() throws -> Int64? { try later(than: leastMoment) }

  /// A lower bound of the time, without a walk through history.
  var leastMoment: Int64? {
    let stamped = blocks.compactMap(Self.moment(of:)).max()
    guard let now else { return stamped ?? dates.committed }
    return max(now, stamped ?? now)
  }

  /// Returns the time of one of the commit's runs. Earlier blocks of the message count like ancestors.
  func moment(of run: Run) throws -> Int64? {
    guard let place = blocks.firstIndex(where: { $0.run == run }) else { return Timestamp.milliseconds(of: run.at) }
    let stamped = blocks[...place].compactMap(Self.moment(of:)).max()
    return try later(than: [stamped, now].compactMap { $0 }.max())
  }

  /// Returns the latest `At` of the runs of parents and ancestors, which is a merge's time, or nil if there is none.
  /// - Complexity: O(history), in a hook too, so it is called only if something may have expired.
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
