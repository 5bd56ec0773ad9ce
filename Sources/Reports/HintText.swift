import PlanModel

extension Style {
  /// Returns a hint as lines for a person. Paths in its commands are relative to the current folder. Lines break at
  /// spaces, but never within a command, so that it can be copied. A command that is too long has its own line.
  public func hint(_ text: String, to width: Int, first: String = "", rest: String = "") -> [String] {
    var lines: [String] = []
    var line = ""
    for unit in HintText.units(in: CommandPath.written(text, from: folder).printable.cut(to: 2000)) {
      if line.isEmpty {
        line = String(unit)
      } else if line.columns + 1 + unit.columns <= width {
        line += " " + unit
      } else {
        lines.append(line)
        line = String(unit)
      }
    }
    lines.append(line)
    return lines.enumerated().map { ($0 == 0 ? first : rest) + $1 }
  }
}

/// The positions at which a hint may be broken into lines.
enum HintText {
  /// Returns the words of a hint, each command as one word.
  static func units(in text: String) -> [String] {
    let words = text.split(separator: " ")
    var units: [String] = []
    var at = 0
    while at < words.count {
      let end = commandEnd(words, at) ?? at
      units.append(String(text[words[at].startIndex..<words[end].endIndex]))
      at = end + 1
    }
    return units
  }

  private static let programs: Set<Substring> = ["readiness", "git", "rm", "chmod"]
  /// The words that precede a command without punctuation.
  private static let leading: Set<Substring> = ["then", "or", "and", "Run", "run", "with"]
  /// The words that continue the sentence after a command.
  private static let going: Set<Substring> = [
    "says", "shows", "lists", "names", "creates", "records", "does", "takes", "writes", "makes", "removes", "fixes",
    "is", "has", "and", "or", "then", "in", "to", "where", "which", "again",
  ]

  /// Returns the index of the last word of the command that begins at a word. Nil if none does.
  private static func commandEnd(_ words: [Substring], _ start: Int) -> Int? {
    guard programs.contains(words[start]) else { return nil }
    if start > 0 {
      let before = words[start - 1]
      guard leading.contains(before) || before.last.map({ ":,;.".contains($0) }) ?? false else { return nil }
    }
    var quote: Character?
    for at in (start + 1)..<max(start + 1, words.count) {
      if quote == nil, going.contains(words[at]) { return at - 1 }
      var isEscaped = false
      for character in words[at] {
        if isEscaped {
          isEscaped = false
        } else if character == "\\", quote != "'" {
          isEscaped = true
        } else if character == quote {
          quote = nil
        } else if quote == nil, character == "'" || character == "\"" {
          quote = character
        }
      }
      if quote == nil, let last = words[at].last, ",:;.".contains(last) { return at }
    }
    return words.count - 1
  }
}
