import Foundation
import TestSupport
@testable import GitRepository
import Testing

/// Signatures by OpenPGP keys, checked by `gpg` with only the keys of a policy.
@Suite("OpenPGP signatures", .enabled(if: Needed.programs("gpg"), "gpg is not installed"))
struct OpenPGPTests {
  /// Ada's key, valid from 2026-11-23 to 2036-01-01.
  private static let keys = """
    -----BEGIN PGP PUBLIC KEY BLOCK-----

    mDMEawSHixYJKwYBBAHaRw8BAQdA4aLHLhyhtQyD34Mbr9yQUZTC4gXT3ReWry1R
    GSr7dLm0FUFkYSA8YWRhQGV4YW1wbGUuY29tPoiWBBMWCAA+FiEEQZEbMvQJnZiq
    /Wi9rnE5q45vS70FAmsEh4sCGwMFCREggDUFCwkIBwIGFQoJCAsCBBYCAwECHgEC
    F4AACgkQrnE5q45vS7114AD/Z/DC2MtYUgKmLFFVGtKOYHX1IWL5PgDsZjdGh7Kn
    NAUA/2jk9zlmtyk/puyMDpCkwtOHhDXTveAI9C88alTmvcMA
    =EZZc
    -----END PGP PUBLIC KEY BLOCK-----

    """
  private static let signature = """
    -----BEGIN PGP SIGNATURE-----

    iHUEABYIAB0WIQRBkRsy9AmdmKr9aL2ucTmrjm9LvQUCawSHiwAKCRCucTmrjm9L
    vcG8AQCIzGze4uDBXaT2bp6JnQgYm1+ZsTXmjWyBEaybjYXmvwD/b03YeMzj2/rs
    GdhIM9iqFVr0h8VYydTKUy92uRF6egQ=
    =iSBU
    -----END PGP SIGNATURE-----

    """
  private static let payload = "tree 0\n\nA commit.\n"
  private static let moment: Int64 = 1_795_459_000_000

  private func isValid(
    _ signature: String = signature, of payload: String = payload, by email: String = "Ada@example.com",
    keys: String = keys, at moment: Int64 = moment
  ) throws -> Bool {
    try GitSignatures().isValid(
      openPGP: signature, of: Array(payload.utf8), by: email, keys: Array(keys.utf8), at: moment)
  }

  @Test("a good one counts for the addresses that its key names, while the key is good")
  func good() throws {
    #expect(try isValid())
    #expect(try !isValid(of: Self.payload + " "))
    #expect(try !isValid(by: "eve@example.com"))
    #expect(try !isValid(keys: ""))
    #expect(try !isValid("-----BEGIN PGP SIGNATURE-----\n\nnonsense\n-----END PGP SIGNATURE-----\n"))
    #expect(try !isValid(""))
    // A second signature, even an equal one, is rejected, because it is unclear which one counts.
    #expect(try !isValid(Self.signature + Self.signature))
    #expect(try !isValid(Self.signature + "garbage\n" + Self.signature))
    // An address is the whole text between the angle brackets.
    #expect(try !isValid(by: "da@example.com"))
    #expect(try !isValid(by: "ada@example.co"))
    #expect(try !isValid(by: "Ada <ada@example.com"))
    // The key expires at the end of 2035.
    #expect(try !isValid(at: 2_090_000_000_000))
  }

  @Test("the address of a user id is what is between the last brackets, and of one that counts")
  func listing() {
    func address(_ line: String) -> String? { OpenPGPListing.address(in: line[...]) }
    #expect(address("uid:u::::1::H::Ada <ada@example.com>::::::::::0:") == "ada@example.com")
    #expect(address("uid:u::::1::H::eve@example.com::::::::::0:") == "eve@example.com")
    #expect(address("uid:u::::1::H::<ada@example.com> Eve <eve@example.com>::::::::::0:") == "eve@example.com")
    #expect(address("uid:u::::1::H::<ada@example.com> of Eve::::::::::0:") == nil)
    #expect(address("uid:u::::1::H::A\\x3a b <a\\x5cb@example.com>::::::::::0:") == "a\\b@example.com")
    for kind in ["r", "e", "i", "n"] { #expect(address("uid:\(kind)::::1::H::Ada <ada@example.com>:::") == nil) }
    #expect(address("pub:u:255:22:X:1:::u:::scSC:") == nil)
    #expect(address("uid:u") == nil)
  }
}
