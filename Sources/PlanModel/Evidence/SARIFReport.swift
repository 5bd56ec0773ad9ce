import StrictJSON

/// A report of findings in SARIF 2.1.0 (OASIS; levels in section 3.27.10).
public struct SARIFReport: Sendable, Equatable {
  /// The number of runs; if 0, no tool looked at anything.
  public let runs: Int
  /// The number of results of level `error` that are not suppressed.
  public let errors: Int
  /// The number of all results.
  public let results: Int

  /// The reason that a file is not a report.
  public struct Fault: Error, Sendable, Equatable {
    /// The reason, as a sentence.
    public let message: String
  }

  /// Returns the level of a result: its own, else that of its rule, else `warning` (section 3.27.10).
  private static func level(of result: JSONValue, in run: JSONValue) -> String {
    if let level = result["level"]?.string { return level }
    let reference = result["rule"]
    let tool = run["tool"]
    let components = [tool?["driver"]].compactMap(\.self) + (tool?["extensions"]?.array ?? [])
    let index = result["ruleIndex"]?.integer ?? reference?["index"]?.integer
    let id = result["ruleId"]?.string ?? reference?["id"]?.string
    let component = reference?["toolComponent"]?["index"]?.integer
    // A reference may name its component. Without one, all rules are candidates, and the strictest counts.
    let rules = components.enumerated().filter { component == nil || $0.offset == (component ?? 0) + 1 }
      .flatMap { $0.element["rules"]?.array ?? [] }
    let driver = tool?["driver"]?["rules"]?.array ?? []
    var found = rules.filter { id != nil && $0["id"]?.string == id }
    if component == nil, let index, driver.indices.contains(index) { found.append(driver[index]) }
    // An id such as CA1000/1 belongs to rule CA1000 (section 3.27.5).
    if found.isEmpty, let id, let slash = id.lastIndex(of: "/") {
      found = rules.filter { $0["id"]?.string == String(id[..<slash]) }
    }
    let levels = found.compactMap { $0["defaultConfiguration"]?["level"]?.string }
    return levels.contains("error") ? "error" : levels.first ?? "warning"
  }

  /// Reads a report. O(bytes).
  /// - Throws: `Fault`.
  public init(parsing bytes: [UInt8]) throws(Fault) {
    let root: JSONValue
    do {
      root = try JSONDocument(parsing: bytes, limits: .general).root
    } catch {
      throw Fault(message: "It is no JSON: \(error.message)")
    }
    guard root["version"]?.string?.hasPrefix("2.1") == true else { throw Fault(message: "Its version is not 2.1.") }
    guard let runs = root["runs"]?.array else { throw Fault(message: "It has no \"runs\".") }
    var (errors, results) = (0, 0)
    for run in runs {
      guard run["tool"]?["driver"]?["name"]?.string != nil else { throw Fault(message: "A run names no tool.") }
      // A run without results has not computed them (section 3.14.23).
      guard let listed = run["results"]?.array else { throw Fault(message: "A run has no \"results\".") }
      // A tool that failed or reported an error has not analyzed everything (sections 3.20.14, 3.20.21).
      for invocation in run["invocations"]?.array ?? [] {
        if invocation["executionSuccessful"] != nil, invocation["executionSuccessful"]?.bool != true {
          throw Fault(message: "A run says that its tool did not succeed.")
        }
        let notes =
          (invocation["toolExecutionNotifications"]?.array ?? [])
          + (invocation["toolConfigurationNotifications"]?.array ?? [])
        guard !notes.contains(where: { $0["level"]?.string == "error" }) else {
          throw Fault(message: "A run reports an error of its tool.")
        }
      }
      results += listed.count
      errors += listed.count { result in
        let isSuppressed = result["suppressions"]?.array?.isEmpty == false
        let isFinding = result["kind"].map { $0.string == "fail" } ?? true
        return !isSuppressed && isFinding && Self.level(of: result, in: run) == "error"
      }
    }
    self.runs = runs.count
    self.errors = errors
    self.results = results
  }
}
