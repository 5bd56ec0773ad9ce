public import PlanModel
import StrictJSON

/// The bill of materials of a program, as an in-toto Statement whose predicate is the CycloneDX document
/// (spec/predicates/cyclonedx.md).
public struct MaterialsStatement {
  /// The predicate type.
  public static let type = "https://cyclonedx.org/bom"

  /// The in-toto Statement.
  public let statement: Statement

  /// Parses a bill of materials in JSON, and checks that it belongs to the program.
  /// - Parameter name: the program's file name.
  /// - Throws: `AttestationFault` if it is not a CycloneDX document, or belongs to another program.
  public init(bom bytes: [UInt8], program: Digest, name: String) throws(AttestationFault) {
    let root = try Envelope.json(bytes)
    guard root["bomFormat"]?.string == "CycloneDX", root["specVersion"]?.string != nil else {
      throw AttestationFault("\"bomFormat\" should be \"CycloneDX\", with a \"specVersion\".")
    }
    let hashes = root["metadata"]?["component"]?["hashes"]?.array ?? []
    guard hashes.contains(where: { $0["alg"]?.string == "SHA-256" && $0["content"]?.string == program.hex }) else {
      throw AttestationFault("It is of another program: \"metadata.component.hashes\" has no SHA-256 \(program.hex).")
    }
    statement = Statement([.sha256(name, program)], Self.type, root)
  }
}
