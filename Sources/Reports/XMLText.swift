/// Text of a stranger in XML 1.0: in SVG and JUnit's reports, between tags and in attributes (decision 0042).
enum XMLText {
  /// Returns text for one line; what XML has no place for, and what cannot be seen, is made visible.
  static func line(_ text: String) -> String {
    text.printable.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
      .replacing("\"", with: "&quot;").replacing("'", with: "&apos;")
  }

  /// Returns several lines of our own, each of which may hold text of a stranger.
  static func lines(_ lines: [String]) -> String { lines.map(line).joined(separator: "&#10;") }
}

/// Text of a stranger in a label of Mermaid. Mermaid looks for directives, entities, formulas and icons inside of quotes
/// too, so that only words stay as they are (decision 0042).
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

/// Text of a stranger in a label of Graphviz, whose labels know escapes and entities of HTML (decision 0042).
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

/// Text of a stranger in a workflow command of GitHub (docs.github.com, "Workflow commands for GitHub Actions").
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
