public import StrictJSON

/// The manual page, generated from ArgumentParser's dump of the commands, so that page and `--help` cannot differ.
public enum ManualPage {
  /// Renders a page of section 1 (man(7)).
  /// - Parameter dump: the output of `--experimental-dump-help`.
  public static func render(_ dump: JSONValue, version: String, environment: [(name: String, text: String)]) -> String {
    guard let root = dump["command"] else { return "" }
    let commands = (root["subcommands"]?.array ?? []).filter {
      $0["shouldDisplay"]?.bool != false && $0["commandName"]?.string != "help"
    }
    var lines = [
      ".TH READINESS 1 \"\" \"readiness \(version)\" \"Readiness Manual\"", ".SH NAME",
      "readiness, git\\-readiness \\- \(text(first(root["abstract"]?.string ?? "")))", ".SH SYNOPSIS",
      ".B readiness", ".I command", ".RI [ options ]", ".br", ".B git readiness", ".I command", ".RI [ options ]",
      ".SH DESCRIPTION", text(root["abstract"]?.string ?? ""), text(root["discussion"]?.string ?? ""), ".PP",
      "Every command takes these options:",
    ]
    let common = Set(["directory", "json", "color", "help", "version"])
    lines += (commands.first?["arguments"]?.array ?? []).filter { common.contains(name($0)) && name($0) != "version" }
      .flatMap(
        option)
    lines.append(".SH COMMANDS")
    for command in commands {
      lines += [".SS \(text(command["commandName"]?.string ?? "")) \(synopsis(command, common))"]
      lines.append(text(command["abstract"]?.string ?? ""))
      if let discussion = command["discussion"]?.string { lines.append(text(discussion)) }
      lines += (command["arguments"]?.array ?? []).filter {
        !common.contains(name($0)) && $0["shouldDisplay"]?.bool != false && $0["abstract"]?.string != nil
      }.flatMap(option)
    }
    lines += [".SH EXIT STATUS"]
    for (code, meaning) in [
      ("0", "Done, legal, go."), ("1", "Checked, and the answer is no: refused, findings, no-go, inconclusive."),
      ("2", "Wrong usage, or a name that does not exist; the nearest that does is named."),
      ("3", "Could not check: no repository, damaged, unsupported, shallow, locked."),
      ("70", "A fault of the program."),
    ] { lines += [".TP", ".B \(code)", text(meaning)] }
    lines.append(".SH ENVIRONMENT")
    for variable in environment { lines += [".TP", ".B \(text(variable.name))", text(variable.text)] }
    lines += [
      ".SH FILES", ".TP", ".I .readiness/*.json", "One milestone each.", ".TP", ".I ssot/plan.json",
      "The plan: its id, its title, the suggested order, retired ids.", ".TP", ".I ssot/policies/", "Policy as data.",
      ".SH SEE ALSO", ".BR git (1),", ".BR githooks (5),", ".BR gitattributes (5)",
    ]
    return lines.filter { !$0.isEmpty }.joined(separator: "\n") + "\n"
  }

  /// Returns the abstract without its full stop, as a NAME line requires.
  private static func first(_ text: String) -> String { text.hasSuffix(".") ? String(text.dropLast()) : text }

  private static func name(_ argument: JSONValue) -> String {
    if argument["kind"]?.string == "positional" { return argument["valueName"]?.string ?? "" }
    let names = argument["names"]?.array ?? []
    let long = names.first { $0["kind"]?.string == "long" }?["name"]?.string
    // `-C` has no long name; the page calls it by its value.
    return long ?? (names.first?["name"]?.string == "C" ? "directory" : names.first?["name"]?.string ?? "")
  }

  private static func synopsis(_ command: JSONValue, _ common: Set<String>) -> String {
    (command["arguments"]?.array ?? []).filter { $0["kind"]?.string == "positional" }.map { argument in
      let name =
        (argument["valueName"]?.string ?? "").uppercased() + (argument["isRepeating"]?.bool == true ? " ..." : "")
      return argument["isOptional"]?.bool == true ? "[\(text(name))]" : text(name)
    }.joined(separator: " ")
  }

  private static func option(_ argument: JSONValue) -> [String] {
    let value = argument["valueName"]?.string ?? ""
    var head: String
    if argument["kind"]?.string == "positional" {
      head = ".I \(text(value))"
    } else {
      let names = (argument["names"]?.array ?? []).map { name in
        (name["kind"]?.string == "long" ? "--" : "-") + (name["name"]?.string ?? "")
      }.sorted { $0.count < $1.count }
      head = ".B \(text(names.joined(separator: ", ")))"
      if argument["kind"]?.string == "option" {
        head = ".BI \"\(text(names.joined(separator: ", "))) \" \(text(value))"
      }
    }
    var abstract = text(argument["abstract"]?.string ?? "")
    if let standard = argument["defaultValue"]?.string, !standard.isEmpty {
      abstract += " Default: \(text(standard))."
    }
    return [".TP", head, abstract]
  }

  /// Returns text for roff, with requests, escapes and hyphens escaped.
  private static func text(_ text: String) -> String {
    let escaped = text.replacing("\\", with: "\\e").replacing("-", with: "\\-").replacing("…", with: "...")
      .replacing("·", with: "\\(bu")
    return escaped.hasPrefix(".") || escaped.hasPrefix("'") ? "\\&" + escaped : escaped
  }
}
