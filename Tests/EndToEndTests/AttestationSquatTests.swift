import TestSupport
import Testing

/// Nobody but a key's holder is in the way of what the key attests (`doc/guides/attestations.md`).
@Suite("Squatted attestations", .enabled(if: Needed.programs("openssl")))
struct AttestationSquatTests {
  private static let ref = "refs/readiness/attestations"

  /// A clone with a stale check, and its server; attested once by CI and forgotten, so that the file can be forged.
  private func pair(hasGate: Bool) throws -> (s: Scratch, server: Scratch) {
    let s = try Scratch.withStaleCheck()
    let server = try Scratch(cloneOf: s, bare: true)
    s.kept.append(server)
    if hasGate { #expect(s.readiness("install", "--server", server.path).status == 0) }
    s.git("remote", "add", "origin", server.path)
    #expect(s.readiness("check", "--all", "--attest", "--key", "../ci.pem").output.contains("Attested 1"))
    s.shell(
      "git ls-tree -r --name-only \(Self.ref) >../path; git cat-file blob \(Self.ref):$(cat ../path) >../true; git update-ref -d \(Self.ref)"
    )
    return (s, server)
  }

  /// Pushes an envelope at CI's path, made from the true one by a shell command.
  private func squat(_ s: Scratch, _ make: String) -> Scratch.Result {
    s.shell(
      """
      export GIT_INDEX_FILE=../squat; rm -f ../squat; \(make) <../true >../false
      git update-index --add --cacheinfo 100644,$(git hash-object -w ../false),$(cat ../path)
      git push -q --no-verify origin $(git commit-tree -m squat $(git write-tree)):\(Self.ref)
      """)
  }

  private let zeros = #"sed 's/"sig":"[^"]*"/"sig":"'"$(printf 'A%.0s' $(seq 86))"'=="/'"#

  @Test("the gate refuses a false signature under a key of the policy, and takes the true one")
  func gate() throws {
    let (s, server) = try pair(hasGate: true)
    let squatted = squat(s, zeros)
    #expect(squatted.status != 0 && squatted.errors.contains("attestation-malformed"), "\(squatted.all)")
    #expect(squatted.errors.contains("not by the key that its path names"), "\(squatted.all)")
    #expect(server.git("rev-parse", "-q", "--verify", Self.ref).status != 0)
    #expect(squat(s, "cat").status == 0)
    // A key that no policy of the server accepts is nobody's there.
    _ = s.publicKey("eve")
    #expect(s.readiness("check", "--all", "--attest", "--key", "../eve.pem", "--push", "origin").status == 0)
  }

  @Test("a file that took the place of CI's attestation leaves room beside it, and what is called pushed is stored")
  func beside() throws {
    let (s, server) = try pair(hasGate: false)
    #expect(squat(s, zeros).status == 0)
    let pushed = s.readiness("check", "--all", "--attest", "--key", "../ci.pem", "--push", "origin")
    #expect(pushed.status == 0 && pushed.output.contains("Attested 1"), "\(pushed.all)")
    #expect(server.git("ls-tree", "-r", "--name-only", Self.ref).line.split(separator: "\n").count == 2)
    #expect(s.small.status == 0 && server.small.status == 0, "\(server.small.all)")
    // It is there now, so nothing is added again: neither here nor from a clone that has not seen it.
    let repeated = s.readiness("check", "--all", "--attest", "--key", "../ci.pem", "--push", "origin")
    #expect(repeated.output.contains("Nothing is new"), "\(repeated.all)")
    s.git("update-ref", "-d", Self.ref)
    let again = s.readiness("check", "--all", "--attest", "--key", "../ci.pem", "--push", "origin")
    #expect(again.status == 0 && s.small.status == 0, "\(again.all)")
  }

  @Test("a branch that is named like the ref is not taken for it")
  func branchOfTheName() throws {
    let (s, server) = try pair(hasGate: false)
    server.git("update-ref", "refs/heads/\(Self.ref)", "main")
    #expect(!s.readiness("install").output.contains("refspec of attestations"))
    let pushed = s.readiness("check", "--all", "--attest", "--key", "../ci.pem", "--push", "origin")
    #expect(pushed.status == 0, "\(pushed.all)")
    #expect(server.git("rev-parse", Self.ref).line == s.git("rev-parse", Self.ref).line)
    #expect(!s.git("ls-tree", "--name-only", Self.ref).output.contains("ssot"))
  }

  @Test("attestations of unknown keys, however many, do not keep a true one from counting")
  func crowd() throws {
    let (s, _) = try pair(hasGate: false)
    let crowded = s.shell(
      """
      set -e; export GIT_INDEX_FILE=../squat; rm -f ../squat; p=$(cat ../path)
      ci=$(openssl pkey -in ../ci.pem -pubout -outform DER | sha256sum | cut -c1-64)
      for i in $(seq 100 139); do
        k=$(printf "%061d$i" 0)
        id=$(sed s/$ci/$k/ <../true | git hash-object -w --stdin)
        git update-index --add --cacheinfo 100644,$id,$(echo $p | sed s/$ci/$k/)
      done
      git update-index --add --cacheinfo 100644,$(git hash-object -w ../true),$p
      git update-ref \(Self.ref) $(git commit-tree -m crowd $(git write-tree))
      """)
    #expect(crowded.status == 0, "\(crowded.all)")
    #expect(s.small.status == 0, "\(s.small.all)")
  }
}
