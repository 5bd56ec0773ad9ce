import ArgumentParser

/// A command that parses its own plain words: declared names, each once, followed by their values, and no request for
/// help. The library parses everything else, and reports errors (`doc/design/decisions/0030-plain-words.md`).
protocol PlainCommand: ParsableCommand {
  /// Sets every property, as the library would. (In an initializer, Swift takes an assignment for a property's default,
  /// which the library never makes a value.)
  mutating func read(_ words: inout PlainWords)
}

extension PlainCommand {
  /// Returns the command. Nil if the library has to parse it.
  static func plain(_ words: ArraySlice<String>) -> Self? {
    var rest = PlainWords(words)
    var command = Self()
    command.read(&rest)
    guard rest.areUnderstood else { return nil }
    do { try command.validate() } catch { return nil }
    return command
  }
}

/// The words after a command's name, each of which is taken once.
struct PlainWords {
  private let words: [String]
  private var isTaken: [Bool]
  /// False after a word that is not plain.
  private var arePlain = true

  init(_ words: ArraySlice<String>) {
    self.words = Array(words)
    isTaken = Array(repeating: false, count: words.count)
  }

  /// True if all words were taken and are plain.
  var areUnderstood: Bool { arePlain && isTaken.allSatisfy { $0 } }

  /// Takes a flag. Returns true if it is there.
  mutating func flag(_ name: String) -> Bool {
    guard let place = words.firstIndex(of: name) else { return false }
    isTaken[place] = true
    return true
  }

  /// Takes the word after an option. Nil if the option is not there.
  mutating func value(_ names: String...) -> String? {
    guard let place = words.firstIndex(where: names.contains) else { return nil }
    let next = place + 1
    guard next < words.count, !words[next].hasPrefix("-") else {
      arePlain = false
      return nil
    }
    isTaken[place] = true
    isTaken[next] = true
    return words[next]
  }

  /// Takes the word after an option that accepts one of a few.
  mutating func choice<C: Choice>(_ name: String, default usual: C) -> C {
    guard let word = value(name) else { return usual }
    guard let choice = C(rawValue: word) else {
      arePlain = false
      return usual
    }
    return choice
  }

  /// Takes the next word that belongs to no option. Call it after all options. Nil if there is none.
  mutating func argument() -> String? {
    guard let place = words.indices.first(where: { !isTaken[$0] && !words[$0].hasPrefix("-") }) else { return nil }
    isTaken[place] = true
    return words[place]
  }

  /// Takes all remaining arguments.
  mutating func arguments() -> [String] {
    var all: [String] = []
    while let word = argument() { all.append(word) }
    return all
  }

  /// Takes the options that every command has.
  mutating func globals() -> GlobalOptions {
    var options = GlobalOptions()
    options.directory = value("-C")
    options.json = flag("--json")
    options.color = choice("--color", default: .auto)
    return options
  }

  /// Takes the options that name the plan of a reading command.
  mutating func source() -> PlanSourceOptions {
    var source = PlanSourceOptions()
    source.at = value("--at")
    source.index = flag("--index")
    source.worktree = flag("--worktree")
    source.now = value("--now")
    source.attestations = value("--attestations")
    source.noAttestations = flag("--no-attestations")
    do { try source.validate() } catch { arePlain = false }
    return source
  }
}
