import PlanModel
import GitObjects
import GitRepository
import PlanTrees
import StrictJSON
import Telemetry

/// Reads the promotion records at the tips of stage branches.
struct PromotionReader {
  let repository: Repository

  private static let policy = "ssot/policies/promotion.json"
  private static let prefix = "refs/heads/env/"
  private static let begun: Set<String> = ["started", "step", "held"]
  private static let ended: Set<String> = ["promoted", "aborted", "rolled-back"]

  /// Returns the stages with a record, by name: those in the policy, and each branch `env/NAME`.
  /// - Throws: `GitError` if a stage of the policy has no readable record. Other `env/NAME` branches without a record
  ///   are skipped.
  func stages(in tree: any PlanTree) throws -> [RepositoryFacts.Promotion] {
    let named = try refs(in: tree)
    return try repository.branches().filter { named.contains($0.name) || $0.name.hasPrefix(Self.prefix) }
      .compactMap { branch in
        let record = try record(branch.tip)
        if record == nil, named.contains(branch.name) {
          throw GitError(
            .damaged, "\(branch.name) holds no record of a promotion that can be read.",
            hint: "\(Self.policy) names it as a stage: look at promotion.json there.", function: "PromotionReader")
        }
        return record
      }.sorted { $0.stage < $1.stage }
  }

  private func refs(in tree: any PlanTree) throws -> Set<String> {
    guard let bytes = try tree.policyBytes(at: Self.policy) else { return [] }
    let root: JSONValue
    // The judge reports faults of a policy.
    do { root = try JSONDocument(parsing: bytes).root } catch { return [] }
    return Set(
      (root["stages"]?.array ?? []).compactMap { stage in
        stage["ref"]?.string ?? stage["name"]?.string.map { Self.prefix + $0 }
      })
  }

  private func record(_ tip: ObjectID) throws -> RepositoryFacts.Promotion? {
    guard let bytes = try repository.tree(ofCommit: tip).bytes(at: "promotion.json", atMost: 1 << 20) else {
      return nil
    }
    let root: JSONValue
    do { root = try JSONDocument(parsing: bytes).root } catch { return nil }
    guard root["version"]?.integer == 1, root["kind"]?.string == "promotion", let stage = root["stage"]?.string,
      let phase = root["phase"]?.string, Self.begun.contains(phase) || Self.ended.contains(phase),
      let at = Self.seconds(root["at"])
    else { return nil }
    let isOpen = Self.begun.contains(phase)
    guard let deadline = Self.seconds(root["deadline"]) else {
      return isOpen ? nil : RepositoryFacts.Promotion(stage: stage, phase: phase, at: at, deadline: nil)
    }
    return RepositoryFacts.Promotion(stage: stage, phase: phase, at: at, deadline: isOpen ? deadline : nil)
  }

  private static func seconds(_ value: JSONValue?) -> Int64? {
    guard let text = value?.string, Timestamp.isWellFormed(text) else { return nil }
    return Timestamp.milliseconds(of: text).map { $0 / 1000 }
  }
}
