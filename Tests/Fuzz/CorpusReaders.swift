import GitObjects
import Glibc
import JSONSchema
import ReadinessSystem
import PlanModel
@testable import GitRepository
import TestSupport
import StrictJSON

/// Further readers of the contents of a push or a stranger's `.git`.
extension Corpus {
  /// Reads a commit from bytes, with random numbers in its dates.
  mutating func commit(_ mutator: inout Mutator) {
    let raw = mutator.mutate(
      Self.commits.randomElement(using: &mutator.random) ?? [],
      with: Self.commits.randomElement(using: &mutator.random) ?? [])
    raw.withUnsafeBytes { bytes in
      _ = CommitHead(bytes)
      _ = CommitHead.links(bytes)
    }
    do {
      let commit = try Commit(id: ObjectID([]), raw: raw)
      _ = Timestamp.text(millisecondsSince1970: commit.committedAt * 1000)
      _ = DaySpan(weekOf: commit.committedAt * 1000).week
      if let message = commit.message { _ = Trailers.blocks(in: message) }
      note("commits read")
    } catch {
      note("commits refused")
    }
  }

  /// Reads an index file, from memory.
  mutating func index(_ mutator: inout Mutator) throws {
    var bytes = mutator.mutate(
      Self.indexes.randomElement(using: &mutator.random) ?? [],
      with: Self.indexes.randomElement(using: &mutator.random) ?? [])
    // A wrong checksum would reject most of them at once; no reader here checks it.
    if bytes.count > 12, Bool.random(using: &mutator.random) { bytes.replaceSubrange(0..<4, with: Array("DIRC".utf8)) }
    let path = "/dev/shm/readiness-fuzz-\(getpid())"
    try FileSystem.write(bytes, to: path, mode: 0o666, durability: .none)
    defer { unlink(path) }
    guard let index = IndexFile(path) else { return note("indexes refused") }
    _ = index.identity(of: ".readiness/M-01.json")
    _ = IndexFile.suspects(inIndex: path, folder: ".readiness/", of: "/dev/shm/")
    note("indexes read")
  }

  /// Matches a pattern against a text. The pattern is invalid, matched, or too costly, but never slow.
  mutating func pattern(_ mutator: inout Mutator) {
    let patterns = Self.patterns.map { Array($0.utf8) }
    let pattern = mutator.mutate(
      patterns.randomElement(using: &mutator.random) ?? [], with: patterns.randomElement(using: &mutator.random) ?? [])
    let text =
      String(
        repeating: ["a", "ab", "a-b ", "9", "é"].randomElement(using: &mutator.random) ?? "a",
        count: Int.random(in: 0...200, using: &mutator.random)) + "!"
    do {
      var budget = PatternBudget(forBytes: text.utf8.count)
      let isFound = try TextPattern(String(decoding: pattern, as: UTF8.self)).isFound(in: text, within: &budget)
      note(isFound ? "patterns found" : "patterns not found")
    } catch is PatternTooCostly {
      note("patterns too costly")
    } catch {
      note("patterns refused")
    }
  }

  private static let patterns = [
    "^([a-zA-Z +,.-]+)+$!", "^(a|a)*$", #"(?=([a-z]*))\1[0-9]"#, #"^[A-Z][A-Z0-9]{0,15}-[0-9]{1,6}$"#,
    #"^(?!/)(?!.*(^|/)\.{1,2}(/|$))(?!.*//)[^\\]+$"#, #"\p{Letter}\u{1F600}\uD83D\uDE00\cA\x41\d\W[\s\S]"#,
    "(?<n>a)\\k<n>(?i:b)(?<=a)(?<!b)", "(((((a{1,9}){1,9}){1,9}){1,9}){1,9}){1,9}$",
  ]

  private static let commits: [[UInt8]] = [
    "9223372036854775807 +0000", "1700000000 -1130", "-9223372036854775808 +9999", "99999999999999999999 +0000",
  ].map { date in
    let id = String(repeating: "a", count: 40)
    let head =
      "tree \(id)\nparent \(id)\nparent \(id)\nauthor A <a@example.com> \(date)\ncommitter A <a@example.com> \(date)\n"
    let rest =
      "encoding ISO-8859-1\ngpgsig -----BEGIN SSH SIGNATURE-----\n abc\n -----END SSH SIGNATURE-----\n\nA subject\n\nReadiness-Run: \(id)\n"
    return Array((head + rest).utf8)
  }

  /// Indexes of versions 2 to 4 with two entries and a tree.
  private static let indexes: [[UInt8]] = (2...4).map { version in
    func word(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) } }
    var bytes = Array("DIRC".utf8) + word(version) + word(2)
    for name in [".readiness/M-01.json", "ssot/plan.json"] {
      let start = bytes.count
      bytes += (0..<10).flatMap { word($0 == 6 ? 0o100644 : $0) } + [UInt8](repeating: 0x61, count: 20)
      bytes += [0, UInt8(name.utf8.count)]
      if version == 4 { bytes.append(0) }
      bytes += Array(name.utf8) + [0]
      while version < 4, (bytes.count - start) % 8 != 0 { bytes.append(0) }
    }
    let tree = [0] + Array("2 0\n".utf8) + [UInt8](repeating: 0x62, count: 20)
    return bytes + Array("TREE".utf8) + word(tree.count) + tree + [UInt8](repeating: 0, count: 20)
  }
}
