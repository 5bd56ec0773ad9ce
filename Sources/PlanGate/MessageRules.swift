public import PlanModel

/// Refuses messages from which no commit of the plan may be made: those that cannot be read, and those without a subject.
public enum MessageRules {
  /// Refuses a message that the encoding of commits cannot represent.
  public static var unreadable: Finding {
    Finding(.textUnreadable, "The message is not a text in the encoding of commits, so it cannot hold a stamp.")
  }

  /// Refuses a stamped message without a subject where no editor opens, since nobody can write one any more.
  /// - Returns: nil if the message has a subject or no stamp.
  public static func finding(unedited text: String) -> Finding? {
    Trailers.blocks(in: text).isEmpty || Stamping.hasSubject(text, isEdited: false) ? nil : empty
  }

  /// Refuses a stamped message that holds nothing else, or that is the editor's template without a change.
  /// - Parameter isEdited: true if an editor opened, so that git strips comments.
  /// - Returns: nil if the message can stay.
  /// - Throws: `GitError`; `SystemError` if the template cannot be read.
  public static func finding(final text: String, isEdited: Bool) throws -> Finding? {
    guard !Trailers.blocks(in: text).isEmpty else { return nil }
    if !Stamping.hasSubject(text, isEdited: isEdited),
      try !isEdited || !CallingGit.keepsComments() || !Stamping.hasSubjectAmongComments(text)
    {
      return empty
    }
    guard isEdited, let template = try CallingGit.template(), CommitMessage(text, isEdited: true).isUnedited(template)
    else { return nil }
    return Finding(
      .emptyMessage, "The message is the template, unchanged, so there is no commit.",
      hint: "Commit again and write the message, or give one with -m.")
  }

  private static var empty: Finding {
    Finding(.emptyMessage, "The message holds nothing but the stamp, so there is no subject.")
  }

  /// Refuses a merge whose files git merged without the program's driver, because the driver is gone.
  public static func missingDriver(_ program: String) -> Finding {
    Finding(
      .mergeUnresolved,
      "The merge driver \(program) is gone, so git kept our side of files that both sides changed, without marks.",
      hint: "Merge again with a driver that is there: git merge --abort, readiness install, then git merge.")
  }
}
