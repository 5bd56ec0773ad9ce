import ArgumentParser

/// A command that reads its own words where they are plain: names as they are declared, each once, values behind them,
/// and no word that asks for help. Everything else is the library's, which also says what is wrong
/// (`doc/design/decisions/0030-plain-words.md`).
protocol PlainCommand: ParsableCommand {
  /// Sets every property, as the library would. (In an initializer, Swift takes what is assigned for a property's default,
  /// which the library never makes a value.)
  mutating func read(_ words: inout PlainWords)
}

extension PlainCommand {
  /// The command; nil where the library has to look.
  static func plain(_ words: ArraySlice<String>) -> Self? {
    var rest = PlainWords(words)
    var command = Self()
    command.read(&rest)
    guard rest.areUnderstood else { return nil }
    do { try command.validate() } catch { return nil }
    return command
  }
}

/// The words behind a command's name, of which each is taken once.
struct PlainWords {
  private let words: [String]
  private var isTaken: [Bool]
  /// False once something was met that is not plain.
  private var arePlain = true

  init(_ words: ArraySlice<String>) {
    self.words = Array(words)
    isTaken = Array(repeating: false, count: words.count)
  }

  /// True where everything was taken and was plain.
  var areUnderstood: Bool { arePlain && isTaken.allSatisfy { $0 } }

  /// Whether a flag is there.
  mutating func flag(_ name: String) -> Bool {
    guard let place = words.firstIndex(of: name) else { return false }
    isTaken[place] = true
    return true
  }

  /// The word behind an option; nil where it is not there.
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

  /// The word behind an option that takes one of a few.
  mutating func choice<C: Choice>(_ name: String, default usual: C) -> C {
    guard let word = value(name) else { return usual }
    guard let choice = C(rawValue: word) else {
      arePlain = false
      return usual
    }
    return choice
  }

  /// The next word that is no option's; to be asked for behind the options. Nil where there is none.
  mutating func argument() -> String? {
    guard let place = words.indices.first(where: { !isTaken[$0] && !words[$0].hasPrefix("-") }) else { return nil }
    isTaken[place] = true
    return words[place]
  }

  /// All that are left.
  mutating func arguments() -> [String] {
    var all: [String] = []
    while let word = argument() { all.append(word) }
    return all
  }

  /// The options that every command has.
  mutating func globals() -> GlobalOptions {
    var options = GlobalOptions()
    options.directory = value("-C")
    options.json = flag("--json")
    options.color = choice("--color", default: .auto)
    return options
  }

  /// Where a reading command takes the plan from.
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
