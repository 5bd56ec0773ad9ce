import GitObjects
import Foundation
import ReadinessSystem
import PlanModel
@testable import GitRepository
@testable import GitTransaction
@testable import PlanHistory
import TestSupport

/// The contents of a stranger's `.git` folder: packs and their indexes, loose objects, the index, the journal, the
/// cache of `verify`, lists of alternates, deltas and raw messages.
struct StoredFormats {
  private let scratch: Scratch
  /// The object folder, rewritten for each input.
  private let folder: String
  private let pack: (data: [UInt8], index: [UInt8], name: String)
  private let several: [UInt8]
  private let loose: [(id: ObjectID, bytes: [UInt8])]
  private let ids: [ObjectID]
  private let index: [UInt8]
  private let cache: [UInt8]
  private let journals: [[UInt8]]
  private let messages: [[UInt8]]
  private static let code = MessageCode(key: [1, 2, 3])
  private static let key = Digest(of: [7])

  /// - Parameter messages: commit messages with stamps.
  init(messages: [[UInt8]]) throws {
    self.messages = messages
    scratch = try Scratch()
    for n in 1...6 {
      scratch[".readiness/M-01.json"] = (1...40).map { "line \($0 * ($0 % 7 == n ? n : 1))" }.joined(separator: "\n")
      scratch["ssot/plan.json"] = "{ \"n\": \(n) }\n"
      scratch.git("add", "-A")
      scratch.git("commit", "-qm", "version \(n)\n\nThe same words in each, so that one is made from another.")
    }
    let objects = scratch.path + "/.git/objects/"
    ids = scratch.git("rev-list", "--objects", "--all").output.split(separator: "\n")
      .compactMap { ObjectID(hex: String($0.prefix(40))) }
    func bytes(_ path: String) throws -> [UInt8] { try FileSystem.read(path) }
    loose = try ids.prefix(6).map {
      let name = $0.description
      return ($0, try bytes(objects + name.prefix(2) + "/" + name.dropFirst(2)))
    }
    index = try bytes(scratch.path + "/.git/index")
    scratch.shell("git -c repack.writeBitmaps=false repack -adfq --depth=20 && git multi-pack-index write")
    let names = try FileSystem.names(in: objects + "pack")
    let name = names.first { $0.hasSuffix(".pack") }.map { String($0.dropLast(5)) } ?? ""
    pack = (try bytes(objects + "pack/\(name).pack"), try bytes(objects + "pack/\(name).idx"), name)
    several = try bytes(objects + "pack/multi-pack-index")
    var report = HistoryReport()
    report.walked = 300
    let rows = ids.map { (run: Digest(of: $0.bytes), commit: $0) }
    cache = VerifiedHistory.bytes(of: report, tip: ids[0], rows: rows, key: Self.key, code: Self.code)
    let head = ids[0].description
    journals = [
      "{\"version\":1,\"process\":\"readiness 1 2\",\"lock\":\".git/index.lock\",\"parent\":\"\(head)\",\"commit\":\"\(head)\",\"ref\":\"refs/heads/main\",\"paths\":[{\"path\":\".readiness/M-01.json\",\"becoming\":\"\(head)\"}]}",
      "{\"version\":1,\"process\":\"readiness 1 2\",\"lock\":\"x\",\"paths\":[{\"path\":\"ssot/policies/a.json\",\"becoming\":\"\(head)\",\"replacing\":\"\(head)\"}]}",
    ].map { Array($0.utf8) }
    folder = scratch.path + "/objects"
    try FileSystem.makeFolders(folder + "/pack")
    for (id, _) in loose { try FileSystem.makeFolders(folder + "/" + id.description.prefix(2)) }
  }

  /// Reads one mutated file with each of the program's readers.
  /// - Returns: the kind of the file.
  func run(_ input: Int, _ mutator: inout Mutator) throws -> String {
    switch input % 8 {
    case 0: return try packs(&mutator, data: true)
    case 1: return try packs(&mutator, data: false)
    case 2: return try looseObject(&mutator)
    case 3: return try indexFile(&mutator)
    case 4: return journal(&mutator)
    case 5: return try cached(&mutator)
    case 6: return delta(&mutator)
    default: return message(&mutator)
    }
  }

  private func put(_ bytes: [UInt8], _ path: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: path))
  }

  private func packs(_ mutator: inout Mutator, data: Bool) throws -> String {
    let base = folder + "/pack/" + pack.name
    let changesSeveral = !data && Bool.random(using: &mutator.random)
    try put(data ? mutator.mutate(pack.data, with: pack.index) : pack.data, base + ".pack")
    try put(data || changesSeveral ? pack.index : mutator.mutate(pack.index, with: pack.data), base + ".idx")
    let index = changesSeveral ? mutator.mutate(several, with: pack.index) : several
    try put(index, folder + "/pack/multi-pack-index")
    let store = PackStore(folders: [folder])
    let proof: ObjectProof?
    do { proof = try ObjectProof(store, folders: [folder]) } catch is GitError { proof = nil }
    for id in ids {
      _ = store.copies(of: id)
      try store.with(id) { type, bytes in
        do { try proof?.confirm(id, type, bytes) } catch is GitError {}
        bytes.withMemoryRebound(to: UInt8.self) { _ = $0.reduce(0, &+) }
      }
      _ = store.bytes(of: id, .blob, atMost: 100)
    }
    for (_, offset) in store.order(of: ids) { _ = store.bytes(at: offset, .commit, atMost: 1 << 20) }
    if let chunks = store.chunks() {
      for place in (0..<chunks.count).flatMap({ chunks[$0] }) {
        _ = store.withCommit(at: Int(place)) { CommitHead($1) }
      }
    }
    return data ? "packs" : changesSeveral ? "multi-pack indexes" : "pack indexes"
  }

  private func looseObject(_ mutator: inout Mutator) throws -> String {
    guard let (id, bytes) = loose.randomElement(using: &mutator.random) else { return "" }
    let name = id.description
    let path = folder + "/" + name.prefix(2) + "/" + name.dropFirst(2)
    try put(mutator.mutate(bytes, with: loose[0].bytes), path)
    let store = LooseStore(folders: [folder])
    store.with(id) { type, bytes in
      bytes.withMemoryRebound(to: UInt8.self) { _ = $0.reduce(0, &+) }
      // A read object either matches its id or is detected as damaged.
      _ = ObjectID(summing: bytes, type)
    }
    _ = store.folders(holding: id)
    _ = store.copy(of: id, .commit, inFolder: 0, atMost: 1 << 16)
    unlink(path)
    return "loose objects"
  }

  private func indexFile(_ mutator: inout Mutator) throws -> String {
    let path = folder + "/index"
    try put(mutator.mutate(index, with: pack.index), path)
    guard let file = IndexFile(path) else { return "indexes refused" }
    _ = (file.root, file.tellsNames, file.identity(of: ".readiness/M-01.json"))
    _ = IndexFile.suspects(inIndex: path, folder: ".readiness/", of: scratch.path + "/")
    return "indexes read"
  }

  private func journal(_ mutator: inout Mutator) -> String {
    let seed = journals.randomElement(using: &mutator.random) ?? []
    guard let journal = MoveJournal(mutator.mutate(seed, with: journals[0])) else { return "journals refused" }
    for path in journal.paths where !PlanPaths.mayHold(path.path) || path.path.contains("..") {
      fatalError("a journal names \(path.path)")
    }
    return "journals read"
  }

  /// Adds a valid code, which only the owner of the key could compute.
  private func cached(_ mutator: inout Mutator) throws -> String {
    var bytes = mutator.mutate(cache, with: pack.index)
    let head = 9300
    if bytes.count >= head + 32 {
      bytes.replaceSubrange(head..<(head + 32), with: Self.code.code(of: bytes[..<head]).bytes)
    }
    let path = folder + "/verified"
    try put(bytes, path)
    guard let known = VerifiedHistory(path, key: Self.key, code: Self.code) else { return "caches refused" }
    do { _ = (try known.allRows(), try known.holders(of: Self.key)) } catch is VerifiedHistory.Damaged {}
    return "caches read"
  }

  private func delta(_ mutator: inout Mutator) -> String {
    // 40 bytes from offset 3 of the base, then 5 new ones.
    let seed: [UInt8] = [200, 1, 45, 0x91, 3, 40, 5, 1, 2, 3, 4, 5]
    let base = [UInt8](repeating: 9, count: 200)
    let delta = mutator.mutate(seed, with: seed)
    delta.withUnsafeBytes { delta in
      base.withUnsafeBytes { base in _ = PackDelta.applied(delta, to: base, atMost: 1 << 20) }
    }
    _ = Alternates.paths(mutator.mutate(Array("\"/a\\142c\"\n../x\n#y\n".utf8), with: seed), between: 0x0A)
    return "deltas"
  }

  private func message(_ mutator: inout Mutator) -> String {
    let seed = messages.randomElement(using: &mutator.random) ?? []
    let bytes = mutator.mutate(seed, with: messages.randomElement(using: &mutator.random) ?? [])
    let blocks = bytes.withUnsafeBufferPointer { raw in
      Trailers.blocks(in: raw) { TextEncoding.decode(Array($0)[...], encoding: "ISO-8859-1") }
    }
    // As text that git would keep unchanged, it contains the same blocks.
    if let text = String(validating: bytes, as: UTF8.self) {
      var message = CommitMessage(text)
      guard message.blocks.count <= blocks.count else { fatalError("blocks in \(text)") }
      message.removeBlocks()
      guard message.blocks.isEmpty else { fatalError("blocks stay in \(text)") }
    }
    return "raw messages"
  }
}
