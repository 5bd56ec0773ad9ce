import GitObjects
public import PlanModel

/// Checks that the links of alerts lead to headings, if the page is a file of the tree.
public enum AlertRunbook {
  private static let pageBound = 1 << 20

  /// Returns the missing headings; empty if the page is not in the tree.
  /// - Throws: if the tree cannot be read.
  public static func findings(_ alerts: [PlanAlert], _ policy: AlertPolicy, in tree: any PlanTree) throws -> [Finding] {
    guard let path = try page(policy, in: tree), let bytes = try tree.bytes(at: path, atMost: pageBound) else {
      return []
    }
    let anchors = Set(anchors(of: String(decoding: bytes, as: UTF8.self)))
    return alerts.filter { !anchors.contains($0.anchor) }.map { alert in
      Finding(
        .alertRunbookMissing, "\(path) has no heading \(alert.name), and the alert's link leads there.",
        hint: "Add a heading \"## \(alert.name)\" with what to do, or name another page in \(PlanPaths.alerts).",
        path: path)
    }
  }

  /// Returns the path of the page in the tree: for an address, the longest suffix of its path that is a file.
  private static func page(_ policy: AlertPolicy, in tree: any PlanTree) throws -> String? {
    var parts = policy.runbooks.split(separator: "/").map(String.init)
    if policy.runbooks.contains("://") { parts.removeFirst(min(2, parts.count)) }
    while !parts.isEmpty {
      let path = parts.joined(separator: "/")
      if try tree.kind(at: path) == .regular { return path }
      guard policy.runbooks.contains("://") else { return nil }
      parts.removeFirst()
    }
    return nil
  }

  /// Returns the anchors that code forges create for the headings of a Markdown text.
  static func anchors(of text: String) -> [String] {
    text.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("#") }.map { line in
      let title = line.drop { $0 == "#" || $0 == " " }.lowercased()
      return title.compactMap { character -> String? in
        if character.isLetter || character.isNumber || character == "-" || character == "_" { return String(character) }
        return character == " " ? "-" : nil
      }.joined()
    }
  }
}
