import ArgumentParser
import PlanJudge
import PlanModel
import PlanGate
import GitRepository
import PlanTrees
import Reports
import StrictJSON

struct CompletionsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    subcommand: "completions", abstract: "The completion script of a shell, for readiness and git readiness.",
    discussion: "make install puts them where the shells look.")
  @Argument(help: ArgumentHelp("bash, zsh or fish.", valueName: "shell")) var shell: Shell
  @OptionGroup var options: GlobalOptions

  enum Shell: String, Choice {
    case bash, zsh, fish
  }

  mutating func run() throws {
    switch shell {
    case .bash: Standard.output(Root.completionScript(for: .bash) + "\n" + Self.bash)
    case .zsh: Standard.output(Root.completionScript(for: .zsh) + "\n")
    case .fish: Standard.output(Root.completionScript(for: .fish) + "\n" + Self.fish)
    }
  }

  /// The function `_git_readiness`, which git's completion calls with a line that begins with `git`.
  private static let bash = """
    _git_readiness() {
        local -i i=0 n
        while [[ $i -lt $COMP_CWORD && ${COMP_WORDS[i]} != readiness ]]; do i+=1; done
        n=${#COMP_LINE}
        COMP_LINE=readiness${COMP_LINE#*readiness}
        COMP_POINT=$((COMP_POINT - n + ${#COMP_LINE}))
        COMP_WORDS=("${COMP_WORDS[@]:i}")
        COMP_CWORD=$((COMP_CWORD - i))
        _readiness readiness "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
    }
    complete -o filenames -F _readiness git-readiness

    """

  /// The function that completes `git readiness …` like `readiness …`.
  private static let fish = """
    complete -c git-readiness -w readiness
    function __readiness_after_git
        set -l words (commandline -opc)
        set -l at (contains -i -- readiness $words); or return
        set -l rest $words[$at..]
        complete -C (string join ' ' -- (string escape -- $rest) (commandline -ct | string escape))
    end
    complete -c git -n 'contains -- readiness (commandline -opc)' -f -a '(__readiness_after_git)'

    """

  /// The function `_git-readiness`, which `_git` of zsh calls.
  static let zshForGit = "#compdef git-readiness\n_readiness \"$@\"\n"
}

struct ManualCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    subcommand: "manual", abstract: "The manual page, as man reads it.", shouldDisplay: false)
  @Flag(help: "The function that zsh's git calls.") var zshForGit = false
  @OptionGroup var options: GlobalOptions

  static let environment = [
    (
      name: "READINESS_SKIP",
      text: "1 lets a commit through the local hooks unchecked. The server and verify check it all the same."
    ),
    (
      name: "NO_COLOR",
      text: "Turns colour off where it is set and not empty; FORCE_COLOR and CLICOLOR_FORCE turn it on."
    ),
    (name: "COLUMNS", text: "The width of the terminal, where it does not say itself."),
    (name: "GIT_PAGER", text: "The pager for long answers, as for git; so do core.pager and PAGER."),
  ]

  mutating func run() throws {
    if zshForGit { return Standard.output(CompletionsCommand.zshForGit) }
    let dump = try JSONDocument(
      parsing: Array(Root._dumpHelp().utf8), limits: JSONLimits(depth: 64, size: 1 << 20, portableOnly: true))
    Standard.output(ManualPage.render(dump.root, version: Program.version, environment: Self.environment))
  }
}

/// The words that a shell may offer.
enum Offered {
  /// Returns the milestones of the work tree.
  @Sendable static func milestones(_ words: [String], _ index: Int, _ prefix: String) -> [String] {
    plain(overview?.ids.map(\.text) ?? [])
  }

  /// Returns milestones and states alternately, for `move`.
  @Sendable static func moves(_ words: [String], _ index: Int, _ prefix: String) -> [String] {
    guard let overview else { return [] }
    let before = words.indices.contains(index - 1) ? words[index - 1].uppercased() : ""
    guard let entry = overview[MilestoneID(before)] else { return plain(overview.ids.map(\.text)) }
    return plain(
      overview.policy.workflow.successors(of: entry.status).map {
        $0.lowercased().split(separator: " ").joined(separator: "-")
      })
  }

  /// Returns the criteria of the preceding milestone.
  @Sendable static func criteria(_ words: [String], _ index: Int, _ prefix: String) -> [String] {
    let before = words.indices.contains(index - 1) ? words[index - 1].uppercased() : ""
    return plain(overview?[MilestoneID(before)]?.milestone.exitCriteria.map(\.id) ?? [])
  }

  /// Returns the words that a shell leaves unchanged. Bash expands what it is offered, commands included (bash(1),
  /// `compgen -W`), so the Tab key would run a state named `$(reboot)`.
  private static func plain(_ words: [String]) -> [String] {
    words.filter { word in
      word.unicodeScalars.allSatisfy {
        $0.properties.isAlphabetic || ("0"..."9").contains($0) || "-_.".contains(Character($0))
      }
    }
  }

  /// Returns the reason codes.
  @Sendable static func codes(_ words: [String], _ index: Int, _ prefix: String) -> [String] {
    ReasonCode.all.map(\.id).sorted()
  }

  /// The plan of the work tree. Nil in the wrong folder, where a shell gets no words and no error.
  private static var overview: PlanOverview? {
    do { return try PlanOverview(WorkTree(Repository.open()), now: nil) } catch { return nil }
  }
}
