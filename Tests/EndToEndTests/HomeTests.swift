import Foundation
import TestSupport
import Testing

@Suite("At home on the machine")
struct HomeTests {
  /// Installs the program on PATH under both of its names.
  private func installed() throws -> (Scratch, String) {
    let s = try Scratch.withPlan()
    s.shell("mkdir -p ../bin && ln -s \"$READINESS\" ../bin/readiness && ln -s \"$READINESS\" ../bin/git-readiness")
    return (s, s.shell("realpath ../bin").line + ":" + (ProcessInfo.processInfo.environment["PATH"] ?? ""))
  }

  @Test("git readiness is the same program, with -C, from a folder below the top, and without a terminal")
  func git() throws {
    let (s, path) = try installed()
    let plain = s.readiness("status").output
    #expect(s.shell("git readiness status", environment: ["PATH": path]).output == plain)
    s.shell("mkdir -p deep/er")
    #expect(s.shell("cd deep/er && git readiness status", environment: ["PATH": path]).output == plain)
    #expect(s.shell("cd / && readiness -C '\(s.path)' status", environment: ["PATH": path]).output == plain)
    #expect(s.readiness("-C", "/nowhere", "status").status == 2)
    #expect(!plain.contains("\u{1B}"))
    #expect(s.readiness("status", "--color=always").output.contains("\u{1B}["))
    #expect(!s.readiness("status", environment: ["NO_COLOR": "1", "CLICOLOR_FORCE": "1"]).output.contains("\u{1B}"))
    #expect(s.readiness("status", environment: ["CLICOLOR_FORCE": "1"]).output.contains("\u{1B}["))
    #expect(!s.readiness("status", "--json", "--color=always").output.contains("\u{1B}"))
  }

  @Test(
    "what is longer than the terminal goes to git's pager, what is not does not",
    .enabled(if: Needed.programs("script"), "script is not here"))
  func pager() throws {
    let s = try Scratch.withPlan()
    func shown(_ command: String, _ environment: [String: String]) -> String {
      s.shell(
        "script -qec 'stty rows 10 cols 80; \"$READINESS\" \(command)' /dev/null",
        environment: environment.merging(["TERM": "xterm"]) { $1 }
      ).output
    }
    #expect(shown("status", ["GIT_PAGER": "sed s/^/PAGED:/"]).contains("PAGED:"))
    #expect(!shown("next", ["GIT_PAGER": "sed s/^/PAGED:/"]).contains("PAGED:"))
    #expect(!shown("status --json", ["GIT_PAGER": "sed s/^/PAGED:/"]).contains("PAGED:"))
    for none in ["cat", "no-such-pager"] { #expect(shown("status", ["GIT_PAGER": none]).contains("M-12")) }
    #expect(shown("status", ["GIT_PAGER": "head -n 1"]).contains("Tracker"))
    s.git("config", "core.pager", "sed s/^/CONFIGURED:/")
    #expect(shown("status", [:]).contains("CONFIGURED:"))
  }

  @Test(
    "bash completes commands, milestones, states and criteria, as git readiness too",
    .enabled(if: Needed.programs("bash"), "bash is not here"))
  func bash() throws {
    let (s, path) = try installed()
    s.edit("M-01", "\"TBD\"", "\"ada\"")
    s.git("commit", "-qam", "owner")
    func completed(_ line: String) -> [String] {
      s["../complete.sh"] = """
        shopt -s extglob
        source <(readiness completions bash)
        COMP_LINE='\(line)'; COMP_POINT=${#COMP_LINE}
        read -ra COMP_WORDS <<<"$COMP_LINE"
        [[ $COMP_LINE == *' ' ]] && COMP_WORDS+=('')
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        if [[ ${COMP_WORDS[0]} == git ]]; then _git_readiness; else _readiness readiness "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"; fi
        printf '%s\\n' "${COMPREPLY[@]}"
        """
      let result = s.shell("bash ../complete.sh", environment: ["PATH": path])
      return result.output.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
    }
    #expect(completed("readiness stat") == ["status"])
    #expect(completed("git readiness stat") == ["status"])
    #expect(completed("readiness show M-1") == ["M-10", "M-11", "M-12"])
    #expect(completed("git readiness move M-01 ").sorted() == ["blocked", "in-progress"])
    #expect(completed("git -C . readiness show M-1") == ["M-10", "M-11", "M-12"])
    #expect(completed("readiness criteria M-01 do") == ["doc-slo-and-release-gates-md-approved"])
    #expect(completed("readiness explain unm") == ["unmet-dependency"])
    #expect(completed("readiness graph --format ").contains("svg"))
  }

  @Test("zsh and fish take their scripts", .enabled(if: Needed.programs("zsh", "fish"), "zsh or fish is not here"))
  func otherShells() throws {
    let (s, path) = try installed()
    let zsh = s.shell("readiness completions zsh >../_readiness && zsh -n ../_readiness", environment: ["PATH": path])
    #expect(zsh.status == 0, "\(zsh.all)")
    // Completions computed by a program cannot be queried without a terminal; words and options can.
    for (line, wanted) in [
      ("readiness stat", "status"), ("git readiness stat", "status"), ("git readiness status --ind", "--index"),
    ] {
      let fish = s.shell(
        "readiness completions fish >../c.fish && fish --no-config -c \"source ../c.fish; complete -C '\(line)'\"",
        environment: ["PATH": path])
      #expect(fish.output.hasPrefix(wanted + "\t"), "\(fish.all)")
    }
  }

  @Test(
    "the manual page has every command and option, and roff has nothing against it",
    .enabled(if: Needed.programs("groff"), "groff is not here"))
  func manual() throws {
    let s = try Scratch()
    let page = s.shell("\"$READINESS\" manual >../r.1; groff -man -Tascii -ww ../r.1 | sed 's/.\\x08//g'")
    #expect(page.errors.isEmpty && page.status == 0, "\(page.errors)")
    for word in ["restamp", "--no-commit", "why-not", "READINESS_SKIP", "EXIT STATUS", "git-readiness"] {
      #expect(page.output.contains(word), "\(word)")
    }
  }
}
