import PlanModel
import GitRepository

/// The POSIX sh stub that git runs.
struct HookScript {
  /// Every hook that the program knows.
  static let names = [
    "pre-commit", "pre-merge-commit", "prepare-commit-msg", "commit-msg", "post-rewrite", "pre-push", "pre-receive",
    "reference-transaction",
  ]
  /// The hook that `--strict` adds, which judges every ref that moves, by any command.
  static let strict = ["reference-transaction"]
  /// The hooks that `--guard-paths` adds, which judge every commit, whatever it touches.
  static let guarding = ["pre-commit", "pre-merge-commit"]
  /// The default hooks: they judge, stamp, check the message, and judge pushes.
  static let usual = ["prepare-commit-msg", "commit-msg", "post-rewrite", "pre-push"]
  /// The mark that distinguishes our files from others.
  static let mark = "# readiness hook:"
  /// The folder next to ours for an earlier hook, under its own name, because hooks look at theirs.
  static let keptFolder = "before-readiness"

  let name: String
  /// The name of the earlier hook.
  let keptName: String
  /// The program, as a path or a name to be found on PATH.
  let program: String
  let chains: Bool
  /// The folder for the telemetry of a server's gate. Nil for none.
  var telemetry: String?
  /// True if our `prepare-commit-msg` is installed next to it.
  var followsStamping = true

  /// Returns the equivalent executable, which takes a third of the time. Nil if there is none, or it cannot be used.
  func launcher() throws -> [UInt8]? {
    guard !chains, HookLauncher.names.contains(name) else { return nil }
    return try HookLauncher.bytes(program: program, hook: name, followsStamping: followsStamping)
  }

  init(name: String, keptName: String? = nil, program: String, chains: Bool) {
    (self.name, self.keptName, self.program, self.chains) = (name, keptName ?? name, program, chains)
  }

  private var readsInput: Bool { ["post-rewrite", "pre-push", "pre-receive", "reference-transaction"].contains(name) }

  var text: String {
    let quoted = Self.quoted(program)
    var lines = [
      "#!/bin/sh", "\(Self.mark) \(name) (written by readiness install; readiness uninstall takes it out)",
    ]
    if let telemetry {
      lines.append("export READINESS_TELEMETRY=\(Self.quoted(telemetry)) READINESS_TELEMETRY_HOOKS=1")
    }
    if chains { lines.append("kept=${0%/*}/\(Self.keptFolder)/\(keptName)") }
    if chains, readsInput {
      lines += [
        "input=$(cat)", "if [ -x \"$kept\" ]; then printf '%s\\n' \"$input\" | \"$kept\" \"$@\" || exit $?; fi",
        "printf '%s\\n' \"$input\" | \(quoted) hook \(name) \"$@\"",
      ]
    } else {
      if chains, name == "commit-msg" {
        // The team's own check of messages sees only the person's text.
        lines += [
          "if [ -x \"$kept\" ]; then", "  aside=$1.readiness", "  rm -f \"$aside\"",
          "  if grep -q '^Readiness-Run: ' \"$1\" && [ -x \"$(command -v \(quoted))\" ]; then",
          "    \(quoted) hook set-aside \"$1\" \"$aside\" || exit $?", "  fi",
          "  \"$kept\" \"$@\" || { code=$?; rm -f \"$aside\"; exit $code; }",
          "  if [ -f \"$aside\" ]; then \(quoted) hook put-back \"$1\" \"$aside\" || exit $?; fi", "fi",
        ]
      } else if chains {
        lines.append("if [ -x \"$kept\" ]; then \"$kept\" \"$@\" || exit $?; fi")
      }
      // Without an editor, the output of `prepare-commit-msg` is what will be committed.
      if name == "commit-msg", !chains, followsStamping {
        lines.append("[ \"$GIT_EDITOR\" != : ] || [ ! -x \"${0%/*}/prepare-commit-msg\" ] || exit 0")
      }
      // Git runs it several times per command, mostly for refs that are no branches, or after the fact.
      if name == "reference-transaction" {
        lines += [
          "[ \"$1\" = prepared ] || exit 0", "input=$(cat)",
          "case $input in *' refs/heads/'*) ;; *) exit 0 ;; esac",
        ]
      }
      if let test = cheapTest { lines += [test, "concerns_us \"$@\" || exit 0"] }
      if program.contains("/") {
        lines += [
          "[ -x \(quoted) ] || {", "  echo \(Self.quoted("readiness: the program is gone from \(program)")) >&2",
          "  echo \"  -> install it again: readiness install; or delete this hook: $0\" >&2", "  exit 1", "}",
        ]
      }
      lines.append(
        name == "reference-transaction"
          ? "printf '%s\\n' \"$input\" | \(quoted) hook \(name) \"$@\"" : "exec \(quoted) hook \(name) \"$@\"")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The cheapest test: a commit that touches neither plan nor policy starts neither the program nor libgit2. In doubt
  /// the program decides: in a merge, a squash, an amend, and if the message mentions a stamp.
  private var cheapTest: String? {
    guard HookLauncher.names.contains(name) else { return nil }
    let paths = [PlanPaths.folder, PlanPaths.plan, PlanPaths.policies, PlanPaths.schema].joined(separator: " ")
    return """
      concerns_us() {
        for head in MERGE_HEAD SQUASH_MSG rebase-merge/current-fixups; do [ ! -e "${GIT_DIR:-.git}/$head" ] || return 0; done
        caller=
        [ ! -r "/proc/$PPID/cmdline" ] || IFS= read -r caller <"/proc/$PPID/cmdline" || :
        case "$caller $2 $3" in *--am* | *'commit HEAD') return 0 ;; esac
        count=0
        while IFS= read -r line || [ -n "$line" ]; do
          case $line in *[Rr][Ee][Aa][Dd][Ii][Nn][Ee][Ss][Ss]-*) return 0 ;; esac
          count=$((count + 1))
          [ $count -lt 200 ] || return 0
        done <"$1"
        ! git diff-index --cached --quiet HEAD -- \(paths) 2>/dev/null
      }
      """
  }

  /// Quotes a word for the shell.
  static func quoted(_ word: String) -> String { "'" + word.replacing("'", with: "'\\''") + "'" }

  /// Returns true if a file is one of ours.
  static func isOurs(_ bytes: [UInt8]) -> Bool {
    HookLauncher.program(in: bytes) != nil || String(decoding: bytes, as: UTF8.self).contains(mark)
  }

  /// Returns the program that a file of ours starts.
  static func program(in bytes: [UInt8]) -> String {
    if let program = HookLauncher.program(in: bytes) { return program }
    let line = String(decoding: bytes, as: UTF8.self).split(separator: "\n").last { $0.contains("' hook ") } ?? ""
    guard let start = line.firstIndex(of: "'"), let end = line.firstRange(of: "' hook ") else { return "" }
    return String(line[line.index(after: start)..<end.lowerBound]).replacing("'\\''", with: "'")
  }

  /// Returns the hook framework that owns a file, if one does.
  static func owner(of bytes: [UInt8]) -> String? {
    let text = String(decoding: bytes, as: UTF8.self).lowercased()
    if text.contains("file generated by pre-commit") { return "pre-commit" }
    if text.contains("prek") { return "prek" }
    if text.contains("lefthook") { return "lefthook" }
    if text.contains("husky") { return "husky" }
    return nil
  }
}
