import JSONSchema
import PlanModel

/// Replaces the parts of a check's output that differ between runs, as its definition specifies.
struct OutputNormalizer {
  private let replacements: [(pattern: TextPattern, text: [UInt8])]

  /// - Throws: `PatternSyntaxError` if a pattern is not a regular expression.
  init(_ repetition: Repetition) throws {
    replacements = try repetition.normalize.map { (try TextPattern($0.pattern), Array($0.text.utf8)) }
  }

  /// Returns the output with every match in each line replaced, pattern by pattern. Invalid UTF-8 becomes U+FFFD.
  /// - Throws: `PatternTooCostly` if the patterns take too many steps.
  /// - Complexity: O(bytes × patterns), under a bound.
  func normalized(_ output: [UInt8]) throws -> [UInt8] {
    var budget = PatternBudget(forBytes: output.count * replacements.count)
    let lines = String(decoding: output, as: UTF8.self).utf8.split(separator: 0x0A, omittingEmptySubsequences: false)
    var out: [UInt8] = []
    out.reserveCapacity(output.count)
    for (number, line) in lines.enumerated() {
      if number > 0 { out.append(0x0A) }
      var line = Array(line)
      for (pattern, text) in replacements { line = try Self.replaced(line, pattern, text, &budget) }
      out += line
    }
    return out
  }

  private static func replaced(
    _ line: [UInt8], _ pattern: TextPattern, _ text: [UInt8], _ budget: inout PatternBudget
  ) throws -> [UInt8] {
    try line.withUnsafeBufferPointer { bytes in
      var (out, at) = ([UInt8](), 0)
      while at <= bytes.count, let found = try pattern.firstMatch(in: bytes, from: at, within: &budget) {
        out += bytes[at..<found.lowerBound]
        out += text
        at = found.upperBound
        guard found.isEmpty else { continue }
        // After an empty match, one whole scalar is copied, so that the next search starts at a scalar.
        repeat {
          if at < bytes.count { out.append(bytes[at]) }
          at += 1
        } while at < bytes.count && bytes[at] & 0xC0 == 0x80
      }
      if at < bytes.count { out += bytes[at...] }
      return out
    }
  }
}
