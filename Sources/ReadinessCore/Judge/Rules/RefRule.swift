/// What a push does to one ref, as far as a rule asks.
public struct RefChange: Sendable {
  /// Its full name.
  public let name: String
  /// Where it pointed; nil for a new ref.
  public let old: ObjectID?
  /// Where it will point; nil for a deletion.
  public let new: ObjectID?

  /// Makes a change.
  public init(name: String, old: ObjectID?, new: ObjectID?) {
    self.name = name
    self.old = old
    self.new = new
  }
}

extension Judge {
  /// Judges what a push does to refs, beside what it brings: protected ones are not deleted and not set back, and where
  /// there is a plan nothing replaces what history says.
  /// - Parameters:
  ///   - refs: of the policy that stands before the push.
  ///   - isForward: true where the second commit has the first in its history.
  /// - Throws: where that cannot be said.
  public static func assess(
    _ changes: [RefChange], refs: ProtectedRefs?, holdsPlan: Bool, isForward: (ObjectID, ObjectID) throws -> Bool
  ) throws -> [Finding] {
    try changes.compactMap { change in
      if holdsPlan, change.name.hasPrefix("refs/replace/"), change.new != nil {
        return Finding(
          .refProtected, "\(change.name) would change what history says.", hint: "Push no replacement.")
      }
      guard let refs, refs.covers(change.name), let old = change.old else { return nil }
      guard let new = change.new else {
        return Finding(
          .refProtected, "\(change.name) is protected and would be deleted.",
          hint: "Take it out of \(PlanPaths.refs) first.")
      }
      guard try !isForward(old, new) else { return nil }
      return Finding(
        .refProtected, "\(change.name) is protected and would lose \(old.description.prefix(12)).",
        hint: "Fetch, merge or rebase onto it, and push without force.")
    }
  }
}
