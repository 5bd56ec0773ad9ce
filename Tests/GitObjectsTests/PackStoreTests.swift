import GitObjects
import Foundation
import PlanModel
import TestSupport
import Testing

@testable import GitObjects
@testable import GitRepository

@Suite("Packs")
struct PackStoreTests {
  /// Creates a history whose packs have deltas of every kind of object.
  private func packed(_ options: String) throws -> (s: Scratch, objects: [(id: String, type: String)]) {
    let s = try Scratch()
    var text = (1...400).map { "line \($0) of a file that changes a little" }
    for n in 1...25 {
      text[n * 7] = "changed in version \(n)"
      s["file.txt"] = text.joined(separator: "\n")
      s["folder/other-\(n % 5).txt"] = "\(n)\n"
      s.git("add", "-A")
      s.git("commit", "-qm", "version \(n)\n\nThe same words in every message, so that one is made from another.")
    }
    s.git("tag", "-a", "v1", "-m", "a tag")
    #expect(s.shell("git \(options) repack -adfq --window=50 --depth=50 && git prune-packed").status == 0)
    let list = s.git("cat-file", "--batch-all-objects", "--batch-check=%(objectname) %(objecttype)").output
    return (
      s, list.split(separator: "\n").map { line in (String(line.prefix(40)), String(line.dropFirst(41))) }
    )
  }

  private func read(_ store: PackStore, _ id: String) throws -> (type: ObjectKind, bytes: [UInt8])? {
    let object = try #require(ObjectID(hex: id))
    return store.with(object) { ($0, Array($1)) }
  }

  @Test(
    "every object comes out as git gives it, from deltas by offset and by name",
    arguments: [
      "-c repack.usedeltabaseoffset=true", "-c repack.usedeltabaseoffset=false",
    ])
  func whole(_ options: String) throws {
    let (s, objects) = try packed(options)
    #expect(objects.count > 70)
    #expect(Int(s.shell("git verify-pack -v .git/objects/pack/*.idx | grep -c '^chain length'").line) ?? 0 > 1)
    let store = PackStore(folders: [s.path + "/.git/objects"])
    let types: [String: ObjectKind] = ["commit": .commit, "tree": .tree, "blob": .blob, "tag": .tag]
    for (id, type) in objects + objects.reversed() {
      let found = try #require(try read(store, id), "\(id)")
      // Also if it is cached by now.
      let size = found.bytes.count
      #expect(
        store.bytes(of: try #require(ObjectID(hex: id)), found.type, atMost: size) == found.bytes)
      #expect(store.bytes(of: try #require(ObjectID(hex: id)), found.type, atMost: size - 1) == nil)
      #expect(found.type == types[type])
      // git's own id of the bytes is the best check.
      let sum = try id == Self.name(of: found.bytes, type, s)
      #expect(sum, "\(type) \(id)")
    }
    #expect(try read(store, String(repeating: "ab", count: 20)) == nil)
  }

  @Test("the order of packs is that of the places in them, and objects that are in none come last")
  func order() throws {
    let (s, objects) = try packed("-c repack.usedeltabaseoffset=true")
    var offsets: [String: Int] = [:]
    for line in s.shell("git verify-pack -v .git/objects/pack/*.idx").output.split(separator: "\n") {
      let parts = line.split(separator: " ").map(String.init)
      if parts.count >= 5, parts[0].count == 40 { offsets[parts[0]] = Int(parts[4]) }
    }
    let missing = ["ab", "00", "ff"].map { String(repeating: $0, count: 20) }
    let ids = (objects.map(\.id) + missing).shuffled()
    let store = PackStore(folders: [s.path + "/.git/objects"])
    let order = store.order(of: try ids.map { try #require(ObjectID(hex: $0)) })
    let places = order.map(\.place)
    #expect(places.sorted() == Array(ids.indices))
    for (place, offset) in order {
      #expect(offsets[ids[place]].map { $0 == offset } ?? true)
      let id = try #require(ObjectID(hex: ids[place]))
      let whole = store.bytes(of: id, .blob, atMost: 1 << 20)
      #expect(store.bytes(at: offset, .blob, atMost: 1 << 20) == whole, "\(id)")
    }
    let found: [Int] = places.map { offsets[ids[$0]] ?? Int.max }
    #expect(found == found.sorted())
    #expect(found.suffix(3) == [Int.max, Int.max, Int.max] && found[found.count - 4] < Int.max)
  }

  @Test("an index that points behind its pack leads into no other one")
  func behindThePack() throws {
    let s = try Scratch()
    for name in ["one", "two"] {
      s[name] = String(repeating: name, count: 4000)
      let id = s.git("hash-object", "-w", name).line
      #expect(s.shell("echo \(id) | git pack-objects -q .git/objects/pack/pack").status == 0)
    }
    let ids = try ["one", "two"].map { try #require(ObjectID(hex: s.git("hash-object", $0).line)) }
    let folder = s.path + "/.git/objects"
    let sound = PackStore(folders: [folder])
    for (place, offset) in sound.order(of: ids) {
      let found = sound.bytes(at: offset, .blob, atMost: 1 << 20)
      #expect(found?.count == 12_000 && found == sound.bytes(of: ids[place], .blob, atMost: 1 << 20))
    }
    // With one object, an index has 1032 bytes of header and counts, its id, its checksum and its offset.
    for name in try FileManager.default.contentsOfDirectory(atPath: folder + "/pack") where name.hasSuffix(".idx") {
      let (index, pack) = (URL(fileURLWithPath: folder + "/pack/" + name), name.replacing(".idx", with: ".pack"))
      var bytes = try [UInt8](Data(contentsOf: index))
      let count = try Data(contentsOf: URL(fileURLWithPath: folder + "/pack/" + pack)).count
      for place in 0..<4 { bytes[1032 + 24 + place] = UInt8(truncatingIfNeeded: (count + 12) >> (24 - 8 * place)) }
      try FileManager.default.removeItem(at: index)
      try Data(bytes).write(to: index)
    }
    let store = PackStore(folders: [folder])
    for (place, offset) in store.order(of: ids) {
      #expect(store.bytes(of: ids[place], .blob, atMost: 1 << 20) == nil)
      #expect(store.bytes(at: offset, .blob, atMost: 1 << 20) == nil)
    }
  }

  @Test(
    "each object has one place, chunks hold each place once and in the order of the pack, and commits come out by place"
  )
  func places() throws {
    let (s, objects) = try packed("-c repack.usedeltabaseoffset=true")
    let folder = s.path + "/.git/objects"
    // A second pack, with some of the same objects and a new one.
    s["own"] = "in the second pack alone"
    let own = s.git("hash-object", "-w", "own").line
    let make =
      "{ git rev-list --objects HEAD~9; echo \(own); } | cut -c1-40 | git pack-objects -q .git/objects/pack/pack"
    #expect(s.shell(make).status == 0)
    let store = PackStore(folders: [folder])
    let chunks = try #require(store.chunks())
    #expect(chunks.count == 2 && chunks.objects > objects.count)
    let all = (0..<chunks.count).flatMap { Array(chunks[$0]) }
    #expect(all.sorted() == (0..<chunks.objects).map { Int32($0) })
    for chunk in 0..<chunks.count { #expect(chunks[chunk].allSatisfy { store.chunk(of: Int($0)) == chunk }) }
    let other = PackStore(sharing: store)
    // Each line of an object that is no delta has five words: name, type, size, size in the pack, offset.
    let listing = s.shell("git verify-pack -v .git/objects/pack/*.idx").output
    var plain = Set<String>()
    for line in listing.split(separator: "\n") {
      let words = line.split(separator: " ")
      if words.count == 5, words[1] == "commit" { plain.insert(String(words[0])) }
    }
    #expect(!plain.isEmpty)
    for (name, type) in objects {
      let id = try #require(ObjectID(hex: name))
      // For any previously used pack, and any store.
      let place = try #require(store.place(of: id))
      for asked in [name, own] { #expect(try read(store, asked) != nil) }
      #expect(store.place(of: id) == place && other.place(of: id) == place && store.id(at: place) == id)
      let found = store.withCommit(at: place) { found, raw in found == id && CommitHead(raw) != nil }
      if type != "commit" { #expect(found == nil) } else if plain.contains(name) { #expect(found != false) }
    }
    #expect(store.place(of: ObjectID([])) == nil && store.id(at: chunks.objects) == nil)
    #expect(PackStore(folders: [s.path]).chunks() == nil)
  }

  private static func name(of bytes: [UInt8], _ type: String, _ s: Scratch) throws -> String {
    let file = s.path + "/../object"
    try Data(bytes).write(to: URL(fileURLWithPath: file))
    return s.git("hash-object", "-t", type, "--literally", file).line
  }

  @Test("a damaged pack or index gives the right bytes or none, 400 times with a printed seed")
  func damaged() throws {
    let (s, objects) = try packed("-c repack.usedeltabaseoffset=true")
    let folder = s.path + "/.git/objects"
    let whole = PackStore(folders: [folder])
    let right = try objects.map { try #require(try read(whole, $0.id)).bytes }
    let seed = UInt64.random(in: 0 ... .max)
    var state = seed
    func chance(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    let names = try FileManager.default.contentsOfDirectory(atPath: folder + "/pack")
    let copy = s.path + "/../copy"
    try FileManager.default.createDirectory(atPath: copy + "/pack", withIntermediateDirectories: true)
    var missing = 0
    for round in 0..<400 {
      for name in names where name.hasSuffix(".pack") || name.hasSuffix(".idx") {
        var bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: folder + "/pack/" + name)))
        if name.hasSuffix(round % 2 == 0 ? ".pack" : ".idx") {
          bytes[chance(bytes.count)] ^= UInt8(1 << chance(8))
          if round % 40 == 0 { bytes.removeLast(chance(bytes.count)) }
        }
        try Data(bytes).write(to: URL(fileURLWithPath: copy + "/pack/" + name))
      }
      let store = PackStore(folders: [copy])
      if let chunks = store.chunks() {
        for place in (0..<chunks.count).flatMap({ chunks[$0] }) {
          _ = store.withCommit(at: Int(place)) { CommitHead($1) }
        }
      }
      for (index, object) in objects.enumerated() {
        guard let found = try read(store, object.id) else {
          missing += 1
          continue
        }
        // A wrong offset in the index leads to another whole object; libgit2 detects no more than this reader.
        if round % 2 == 0 { #expect(found.bytes == right[index], "seed \(seed), round \(round)") }
      }
    }
    #expect(missing > 50)
  }

  @Test("of a commit with a message of megabytes its tree is found at its beginning, and a small one is read whole")
  func beginnings() throws {
    let s = try Scratch()
    let line = String(repeating: "Readiness-Transition: M-01 and much more of it\n", count: 40_000)
    s["message"] = "A plan of thousands\n\n" + line
    s.git("commit", "-q", "--allow-empty", "-F", "message")
    s.git("commit", "-q", "--allow-empty", "-m", "small")
    #expect(s.shell("git repack -adq && git prune-packed").status == 0)
    let store = PackStore(folders: [s.path + "/.git/objects"])
    for (name, isLarge) in [("HEAD~1", true), ("HEAD", false)] {
      let id = try #require(ObjectID(hex: s.git("rev-parse", name).line))
      let tree = store.withBeginning(id) { $0 == .commit ? CommitHead.tree($1) : nil }
      #expect((tree?.description == s.git("rev-parse", name + "^{tree}").line) == isLarge)
      // The whole object is also readable.
      #expect(store.bytes(of: id, .commit, atMost: 1 << 30)?.count ?? 0 > (isLarge ? 1_000_000 : 100))
      #expect(store.bytes(of: id, .commit, atMost: 50) == nil)
      #expect(store.bytes(of: id, .blob, atMost: 1 << 30) == nil)
    }
    #expect(store.withBeginning(ObjectID([])) { _, _ in 1 } == nil)
  }
}
