import PlanModel
import ReadinessSystem

/// What a check printed, as it may be kept and shown: secrets taken out, its end before its beginning.
public enum KeptOutput {
  /// Of what is kept, the end counts most.
  private static let bound = 64 << 10

  /// The output without secrets, at most 64 KiB of it.
  public static func kept(_ output: [UInt8]) -> [UInt8] {
    let clean = redacted(output)
    guard clean.count > bound else { return clean }
    return Array("[the first \(clean.count - bound) bytes are left out]\n".utf8) + clean.suffix(bound)
  }

  /// Without tokens, keys, and the values of variables whose names say that they are secret.
  public static func redacted(_ output: [UInt8]) -> [UInt8] {
    let secrets = Environment.all().filter { name, _ in
      let upper = name.uppercased()
      return ["TOKEN", "SECRET", "PASSWORD", "PASSWD", "KEY", "CREDENTIAL"].contains { upper.contains($0) }
    }
    return Redaction.redacted(output, values: Array(secrets.values))
  }
}
