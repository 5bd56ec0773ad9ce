import PlanModel
import ReadinessSystem

/// The stored output of a check: redacted, and cut at the beginning if it is long.
public enum KeptOutput {
  /// The largest stored output, in bytes. The end is the most important part.
  private static let bound = 64 << 10

  /// Returns the redacted output, at most its last 64 KiB.
  public static func kept(_ output: [UInt8]) -> [UInt8] {
    let clean = redacted(output)
    guard clean.count > bound else { return clean }
    return Array("[the first \(clean.count - bound) bytes are left out]\n".utf8) + clean.suffix(bound)
  }

  /// Removes tokens, keys, and the values of variables with names that indicate secrets.
  public static func redacted(_ output: [UInt8]) -> [UInt8] {
    let secrets = Environment.all().filter { name, _ in
      let upper = name.uppercased()
      return ["TOKEN", "SECRET", "PASSWORD", "PASSWD", "KEY", "CREDENTIAL"].contains { upper.contains($0) }
    }
    return Redaction.redacted(output, values: Array(secrets.values))
  }
}
