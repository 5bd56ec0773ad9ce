import GitObjects
import CLibgit2
import TestSupport
import Testing

@testable import PlanModel
@testable import GitObjects
@testable import GitRepository

@Suite("Ids and codes")
struct ObjectSumTests {
  @Test("an id is that which libgit2 computes, of every length around a block, at once and chunk by chunk")
  func ids() throws {
    var seed = SystemRandomNumberGenerator()
    for count in Array(0...300) + [1 << 16, 1_000_003] {
      let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &seed) }
      for kind in [ObjectKind.commit, .tree, .blob, .tag] {
        let expected = try ObjectID(of: bytes, kind)
        #expect(bytes.withUnsafeBytes { ObjectID(summing: $0, kind) } == expected, "\(count)")
        var sum = ObjectSum(kind, size: count)
        let cut = Int.random(in: 0...count, using: &seed)
        bytes.withUnsafeBytes { raw in
          sum.add(UnsafeRawBufferPointer(rebasing: raw[..<cut]))
          sum.add(UnsafeRawBufferPointer(rebasing: raw[cut...]))
        }
        #expect(sum.id() == expected, "\(count) at \(cut)")
      }
    }
  }

  @Test("codes are HMAC-SHA256 as RFC 4231 has it")
  func codes() {
    func code(_ key: [UInt8], _ text: [UInt8]) -> String { MessageCode(key: key).code(of: text).hex }
    #expect(
      code(Array(repeating: 0x0B, count: 20), Array("Hi There".utf8))
        == "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7")
    #expect(
      code(Array("Jefe".utf8), Array("what do ya want for nothing?".utf8))
        == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    #expect(
      code(
        Array(repeating: 0xAA, count: 131), Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8))
        == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")
  }

  @Test("lists of alternates are read as git reads them")
  func alternates() {
    func paths(_ text: String, _ separator: UInt8 = 0x0A) -> [String] {
      Alternates.paths(Array(text.utf8), between: separator)
    }
    #expect(paths("/a\n# no\n../b\n\n\"/c\\\"\\144\"\n") == ["/a", "../b", "/c\"d"])
    #expect(paths("/a:\"/b:c\":/d", 0x3A) == ["/a", "/b:c", "/d"])
    #expect(paths("\"/a\n") == ["\"/a"] && paths("") == [] && paths("\"\\9\"") == ["\"\\9\""])
  }

  @Test("files of plan and policy are where the contract has them, and nowhere else")
  func paths() {
    for path in [
      ".readiness/M-01.json", "ssot/plan.json", "ssot/policies/a", "ssot/policies/slo/x.json",
      "ssot/schemas/milestone.schema.json",
    ] { #expect(PlanPaths.mayHold(path), "\(path)") }
    for path in [
      "", "/", "README.md", ".readiness/", ".readiness/x", ".readiness/a/M-01.json", "ssot/plan.json/x",
      "ssot/policies",
      "ssot/policies/", "ssot/policies/../plan.json", "ssot//policies/a", "ssot/policies/.git/config",
      "/ssot/plan.json",
      ".readiness/M-01.json\n", ".readiness/..json/../x.json", "ssot/policies/a\\b", "./ssot/plan.json",
      "SSOT/plan.json",
    ] { #expect(!PlanPaths.mayHold(path), "\(path)") }
  }
}
