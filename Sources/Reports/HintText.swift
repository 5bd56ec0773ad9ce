import PlanModel

extension Style {
  /// Returns a hint as lines for a person: paths of its commands as seen from the current folder, made visible, and
  /// broken at spaces, but no command in two, so that one can be copied. A command that is too long is a line of its own.
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

/// Where a hint may be broken into lines.
enum HintText {
  /// Returns the words of a hint, each of its commands as one.
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
  /// What leads to a command without a sign before it.
  private static let leading: Set<Substring> = ["then", "or", "and", "Run", "run", "with"]
  /// What goes on with the sentence behind a command.
  private static let going: Set<Substring> = [
    "says", "shows", "lists", "names", "creates", "records", "does", "takes", "writes", "makes", "removes", "fixes",
    "is", "has", "and", "or", "then", "in", "to", "where", "which", "again",
  ]

  /// The last word of the command that begins with a word; nil if none does.
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
