import StrictJSON

/// What a report of findings in SARIF 2.1.0 says (OASIS, section 3.27.10 for levels).
public struct SARIFReport: Sendable, Equatable {
  /// Runs of a tool. None of them, and nothing was looked at.
  public let runs: Int
  /// Results of level `error`, those that are suppressed left out.
  public let errors: Int
  /// All results.
  public let results: Int

  /// Why a file is no report, in a sentence.
  public struct Fault: Error, Sendable, Equatable {
    /// The sentence.
    public let message: String
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
      // A run without results is one whose results were not computed (section 3.14.23).
      guard let listed = run["results"]?.array else { throw Fault(message: "A run has no \"results\".") }
      results += listed.count
      errors += listed.count { result in
        let isSuppressed = result["suppressions"]?.array?.isEmpty == false
        let isFinding = result["kind"].map { $0.string == "fail" } ?? true
        return !isSuppressed && isFinding && result["level"]?.string == "error"
      }
    }
    self.runs = runs.count
    self.errors = errors
    self.results = results
  }
}
