/// Untrusted text in XML 1.0: in SVG and JUnit's reports, between tags and in attributes (decision 0042).
enum XMLText {
  /// Returns text for one line. Characters that XML does not allow, and invisible ones, are made visible.
  static func line(_ text: String) -> String {
    text.printable.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
      .replacing("\"", with: "&quot;").replacing("'", with: "&apos;")
  }

  /// Returns several lines of our own, each of which may contain untrusted text.
  static func lines(_ lines: [String]) -> String { lines.map(line).joined(separator: "&#10;") }
}

/// Untrusted text in a label of Mermaid. Mermaid looks for directives, entities, formulas and icons inside quotes too,
/// so that only words remain unchanged (decision 0042).
enum MermaidText {
  /// Returns text for a label between quotes.
  static func label(_ text: String) -> String {
    text.printable.unicodeScalars.reduce(into: "") { out, scalar in
      if scalar.isASCII, !scalar.properties.isAlphabetic, scalar.properties.numericType == nil,
        !" .,-_/()+".unicodeScalars.contains(scalar)
      {
        out += "#\(scalar.value);"
      } else {
        out.unicodeScalars.append(scalar)
      }
    }
  }
}

/// Untrusted text in a label of Graphviz, whose labels know escapes and entities of HTML (decision 0042).
enum DotText {
  /// Returns lines for a label, with its quotes.
  static func label(_ lines: [String]) -> String {
    let escaped = lines.map {
      $0.printable.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("&", with: "&amp;")
    }
    return "\"" + escaped.joined(separator: "\\n") + "\""
  }

  /// Returns a name, with its quotes.
  static func name(_ text: String) -> String { label([text]) }
}

/// Untrusted text in a workflow command of GitHub (docs.github.com, "Workflow commands for GitHub Actions").
enum WorkflowCommandText {
  /// Returns several lines of our own for the message of a command.
  static func message(_ lines: String...) -> String {
    lines.map { $0.printable.replacing("%", with: "%25") }.joined(separator: "%0A")
  }

  /// Returns text for a property of a command.
  static func property(_ text: String) -> String {
    message(text).replacing(":", with: "%3A").replacing(",", with: "%2C")
  }
}
