extension Workflow {
  /// Refuses a state that the workflow does not have, and proposes those that it has, a similar one first.
  /// - Parameters:
  ///   - name: the state that is written.
  ///   - sentence: where it is written.
  public func unknownState(
    _ name: String, _ sentence: String, milestone: MilestoneID, path: String? = nil, line: Int?
  ) -> Finding {
    let near = state(meant: name)?.name ?? nearestName(to: name, in: states.map(\.name))
    let meant = near.map { "Write \"\($0)\". " } ?? ""
    let all = states.map { "\"\($0.name)\"" }.joined(separator: ", ")
    return Finding(
      .unknownStatus, sentence, hint: "\(meant)The states are \(all).", milestone: milestone, path: path, line: line)
  }
}
