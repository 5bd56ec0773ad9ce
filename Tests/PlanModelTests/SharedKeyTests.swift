import Testing

@testable import PlanModel

/// People whom keys cannot distinguish (`doc/design/decisions/0101-one-key-is-one-person.md`).
@Suite("Keys that people share")
struct SharedKeyTests {
  private func blob(_ fields: [[UInt8]]) -> [UInt8] {
    fields.flatMap { field in (0..<4).map { UInt8(truncatingIfNeeded: field.count >> (24 - 8 * $0)) } + field }
  }

  private func text(_ word: String) -> [UInt8] { Array(word.utf8) }

  private func ed25519(_ byte: UInt8) -> [UInt8] { blob([text("ssh-ed25519"), Array(repeating: byte, count: 32)]) }

  private func line(_ principals: String, _ byte: UInt8, _ options: String = "") -> String {
    "\(principals) \(options)ssh-ed25519 \(Base64.encode(ed25519(byte))) a comment\n"
  }

  private func shared(_ text: String, people: People = People()) -> [[String]] {
    AllowedSigners(Array(text.utf8)).sharedKeys(people).map { $0.map(\.description) }
  }

  @Test("a key is the same however it is written, and in a certificate")
  func keys() throws {
    let key = try #require(SSHKey(blob: ed25519(7)))
    #expect(key != SSHKey(blob: ed25519(8)))
    let certificate = blob([
      text("ssh-ed25519-cert-v01@openssh.com"), Array(repeating: 1, count: 32), Array(repeating: 7, count: 32),
      Array(repeating: 0, count: 8),
    ])
    #expect(SSHKey(blob: certificate) == key)
    let rsa = blob([text("ssh-rsa"), [1, 0, 1], [0, 0x80, 3]])
    #expect(SSHKey(blob: blob([text("ssh-rsa"), [0, 1, 0, 1], [0, 0, 0x80, 3]])) == SSHKey(blob: rsa))
    let token = blob([text("sk-ssh-ed25519@openssh.com"), Array(repeating: 7, count: 32), text("ssh:")])
    #expect(SSHKey(blob: token) != nil && SSHKey(blob: token) != key)
    let signature = text("SSHSIG") + [0, 0, 0, 1] + blob([ed25519(7), text("readiness-run")])
    #expect(SSHKey(signature: Base64.encode(signature)) == key)
    for broken in [[], [0], blob([text("ssh-ed25519")]), blob([text("unknown"), [1]]), [255, 255, 255, 255, 1]] {
      #expect(SSHKey(blob: broken) == nil)
    }
    #expect(SSHKey(signature: "?") == nil)
  }

  @Test("lines that bind one key to several people are found, whatever options they have")
  func lines() throws {
    #expect(shared(line("ada@x.org", 1) + line("bob@x.org", 2)) == [])
    #expect(shared(line("ada@x.org,bob@x.org", 1)) == [["ada@x.org", "bob@x.org"]])
    let options = #"namespaces="git,a \" b",valid-after="20200101Z" "#
    #expect(shared(line("ada@x.org", 1, options) + line("\"bob@x.org\"", 1)) == [["ada@x.org", "bob@x.org"]])
    #expect(shared(line("ADA@x.org", 1) + line("ada@x.org", 1)) == [])
    // A pattern binds nobody, a comment has no effect, and an authority's key is no person's.
    #expect(shared(line("*@x.org,ada@x.org", 1) + "# " + line("bob@x.org", 1)) == [])
    #expect(shared(line("ada@x.org", 1, "cert-authority ") + line("bob@x.org", 1, "cert-authority ")) == [])
    let quoted = #"namespaces="a,cert-authority" "#
    #expect(shared(line("ada@x.org", 1, quoted) + line("bob@x.org", 1)) == [["ada@x.org", "bob@x.org"]])
  }

  @Test("whoever shares a key with somebody is one person with everyone that one shares a key with")
  func chains() {
    var shared = SharedKeys()
    let (ada, bob, eve) = (Address("ada@x.org"), Address("bob@x.org"), Address("eve@x.org"))
    shared.note(SSHKey(blob: ed25519(1)), of: ada)
    shared.note(SSHKey(blob: ed25519(2)), of: eve)
    shared.note(nil, of: bob)
    #expect(!shared.isSame(ada, eve))
    shared.note(SSHKey(blob: ed25519(2)), of: bob)
    #expect(shared.isSame(bob, eve) && !shared.isSame(ada, bob))
    shared.note(SSHKey(blob: ed25519(1)), of: bob)
    #expect(shared.isSame(ada, eve))
  }
}
