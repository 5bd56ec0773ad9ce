import Foundation
import TestSupport
import Testing

/// The effects of other hooks, templates and editors on a message around the stamp.
@Suite("Messages beside templates and other hooks")
struct MessageEditorTests {
  private func planned(_ hooks: [String: String] = [:]) throws -> Scratch {
    let s = try Scratch()
    for (name, body) in hooks {
      s[".git/hooks/\(name)"] = "#!/bin/sh\n\(body)\n"
      s.shell("chmod +x .git/hooks/\(name)")
    }
    s.readiness("init")
    s.shell("sed -i 's/\"TBD\"/\"ada\"/' .readiness/*.json")
    s.readiness("install")
    s.git("add", "-A")
    let commit = s.git("commit", "-qm", "plan: adopt it")
    #expect(commit.status == 0, "\(commit.all)")
    return s
  }

  /// Returns the value of a trailer of HEAD, by git alone.
  private func trailer(_ key: String, _ s: Scratch) -> String {
    s.git("log", "-1", "--format=%(trailers:key=\(key),valueonly)").output
  }

  @Test(
    "git finds the stamp whatever another commit-msg hook writes, and finds that hook's trailers as well",
    arguments: [
      "printf '\\nRefs: JIRA-7\\n' >>\"$1\"", "printf 'Refs: JIRA-7\\n' >>\"$1\"",
      "printf '\\nSee JIRA-7 for details.\\n' >>\"$1\"",
      "git interpret-trailers --in-place --trailer 'Refs: JIRA-7' \"$1\"",
      "sed -i '1s/^\\(JIRA-7: \\)*/JIRA-7: /' \"$1\"",
    ])
  func foreignTrailers(_ hook: String) throws {
    let s = try planned(["commit-msg": hook])
    s.edit("M-01", "Not Started", "In Progress")
    let commit = s.git("commit", "-qam", "begin")
    #expect(commit.status == 0, "\(commit.all)")
    for step in ["commit", "amend"] {
      let message = s.git("log", "-1", "--format=%B").output
      #expect(trailer("Readiness-Transition", s).contains("M-01"), "\(step): \(message)")
      if hook.contains("nRefs") || hook.contains("--trailer") {
        #expect(trailer("Refs", s).contains("JIRA-7"), "\(step): \(message)")
      }
      #expect(message.components(separatedBy: "Readiness-Run:").count == 2, "\(step): \(message)")
      #expect(s.readiness("verify").status == 0, "\(step)")
      s.git("commit", "-q", "--amend", "--no-edit")
    }
  }

  @Test("text that a person writes below the stamp goes above it")
  func textBelow() throws {
    let s = try planned()
    s["../editor"] =
      "#!/bin/sh\nprintf 'begin\\n\\n%s\\n\\nBecause it is time.\\n' \"$(grep ^Readiness \"$1\")\" >\"$1\"\n"
    s.shell("chmod +x ../editor")
    s.edit("M-01", "Not Started", "In Progress")
    let commit = s.git("commit", "-qa", environment: ["GIT_EDITOR": s.path + "/../editor"])
    #expect(commit.status == 0, "\(commit.all)")
    #expect(trailer("Readiness-Run", s).count > 60)
    #expect(s.git("log", "-1", "--format=%B").output.hasPrefix("begin\n\nBecause it is time.\n\nReadiness-Run: "))
  }

  @Test(
    "a template that nobody edited makes no commit, as git has it, and one that is filled in does",
    arguments: [
      "-c commit.template=../template commit -q", "commit -qt ../template", "commit -qs --template=../template",
    ])
  func template(_ command: String) throws {
    let s = try planned()
    s["../template"] = "component: what\n\n; kept\nWhy:\n\n# hints\n"
    let head = s.git("rev-parse", "HEAD").line
    s.edit("M-01", "Not Started", "In Progress")
    s.git("add", "-A")
    let aborted = s.shell("git \(command)")
    #expect(aborted.status != 0 && aborted.errors.contains("template"), "\(aborted.all)")
    #expect(s.git("rev-parse", "HEAD").line == head)
    s["../editor"] = "#!/bin/sh\nsed -i 's/^component: what/plan: begin/; s/^Why:$/&\\nit is time/' \"$1\"\n"
    s.shell("chmod +x ../editor")
    let commit = s.shell("git \(command)", environment: ["GIT_EDITOR": s.path + "/../editor"])
    #expect(commit.status == 0, "\(commit.all)")
    let message = s.git("log", "-1", "--format=%B").output
    #expect(message.hasPrefix("plan: begin\n\n; kept\nWhy:\nit is time\n"), "\(message)")
    #expect(trailer("Readiness-Transition", s).contains("M-01"), "\(message)")
    #expect(s.readiness("verify").status == 0)
  }

  @Test("a subject that looks like a comment is one if git strips it, and a subject if git keeps it")
  func commentSubject() throws {
    let s = try planned()
    s["../editor"] = "#!/bin/sh\nsed -i '1s/^/#12: begin/' \"$1\"\n"
    s.shell("chmod +x ../editor")
    s.edit("M-01", "Not Started", "In Progress")
    let editor = ["GIT_EDITOR": s.path + "/../editor"]
    #expect(s.git("commit", "-qa", environment: editor).status != 0)
    let commit = s.git("commit", "-qa", "--cleanup=scissors", environment: editor)
    #expect(commit.status == 0, "\(commit.all)")
    #expect(s.git("log", "-1", "--format=%s").line == "#12: begin")
    #expect(s.readiness("verify").status == 0)
  }

  @Test("a chained linter of messages sees what a person wrote, and its refusal counts")
  func linter() throws {
    let s = try planned([
      "commit-msg": "cp \"$1\" ../seen; ! grep -E '.{81}|Readiness-|WIP' \"$1\" && printf '\\nRefs: J-1\\n' >>\"$1\""
    ])
    s.edit("M-01", "Not Started", "In Progress")
    s.git("add", "-A")
    #expect(s.git("commit", "-qm", "WIP").status != 0)
    for arguments in [["commit", "-qm", "begin", "-m", "It is time."], ["commit", "-q", "--amend", "--no-edit"]] {
      let commit = s.shell("git " + arguments.map { "'\($0)'" }.joined(separator: " "))
      #expect(commit.status == 0, "\(commit.all)")
      #expect(s["../seen"]?.hasPrefix("begin\n\nIt is time.\n") == true, "\(s["../seen"] ?? "")")
      let message = s.git("log", "-1", "--format=%B").output
      #expect(message.components(separatedBy: "Readiness-Run:").count == 2, "\(message)")
      #expect(trailer("Readiness-Transition", s).contains("M-01") && trailer("Refs", s).contains("J-1"), "\(message)")
      #expect(s.readiness("verify").status == 0)
    }
    #expect(s.shell("ls .git | grep COMMIT_EDITMSG").line == "COMMIT_EDITMSG")
    s["code"] = "1"
    s.git("add", "code")
    #expect(s.git("commit", "-qm", "beside the plan").status == 0)
  }
}
