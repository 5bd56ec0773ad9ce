import CSHA1
import GitRepository
import PlanModel
import ReadinessSystem

/// The file of the running program, as named by `SHA256SUMS` and the SBOM of a release.
struct ProgramFile {
  /// The SHA-256 of its bytes.
  let digest: Digest

  /// Reads the running program's own file. O(its size).
  /// - Throws: `SystemError` if it cannot be read.
  init() throws(SystemError) { digest = try FileDigest.of("/proc/self/exe") }

  /// The serial number of its SBOM: `urn:uuid:` and a UUID of version 5 (RFC 9562, section 5.5) of the digest, in the
  /// namespace for URLs. `scripts/sbom.sh` computes it too, so that an SBOM names its program and a program its SBOM.
  var serial: String { "urn:uuid:" + Self.uuid(ofURL: "urn:sha256:" + digest.hex) }

  /// Returns the UUID of version 5 of a URL.
  static func uuid(ofURL url: String) -> String {
    let namespace: [UInt8] = [
      0x6B, 0xA7, 0xB8, 0x11, 0x9D, 0xAD, 0x11, 0xD1, 0x80, 0xB4, 0x00, 0xC0, 0x4F, 0xD4, 0x30, 0xC8,
    ]
    let name = namespace + url.utf8
    var sum = readiness_sha1()
    readiness_sha1_begin(&sum)
    name.withUnsafeBytes { readiness_sha1_add(&sum, $0.baseAddress, $0.count) }
    var bytes = [UInt8](repeating: 0, count: 20)
    bytes.withUnsafeMutableBufferPointer { readiness_sha1_end(&sum, $0.baseAddress) }
    bytes[6] = bytes[6] & 0x0F | 0x50
    bytes[8] = bytes[8] & 0x3F | 0x80
    return Machine.uuid(of: bytes[..<16])
  }
}
