import CLibgit2
import Glibc
import ReadinessCore

/// The packs of a repository, mapped into memory and read without locks, so that two threads do not wait for each other
/// (gitformat-pack(5)). A fast path and nothing more: whatever it does not find, or does not like, libgit2 is asked for.
final class PackStore {
  /// One pack with its index, version 2.
  private struct Pack {
    let index: UnsafeRawBufferPointer
    let data: UnsafeRawBufferPointer
    let count: Int
    var names: Int { 8 + 1024 }
    var offsets: Int { names + count * 24 }
    var longOffsets: Int { offsets + count * 4 }
  }

  /// An object that others are made from.
  private struct Base {
    var key = -1
    var type = GIT_OBJECT_INVALID
    var bytes: [UInt8] = []
  }

  private var packs: [Pack] = []
  /// What keeps them in memory.
  private let files: [MappedFile]
  private let inflater = Inflater()
  /// The object that was asked for, unless it is among the bases; what it is made from; and the next one.
  private var room = ObjectRoom()
  private let delta = ObjectRoom()
  private var made = ObjectRoom()
  /// Made when the first is kept: a short look needs none.
  private var bases: [Base] = []
  private static let baseCount = 4096

  /// Maps what can be mapped in the folders of objects.
  init(folders: [String]) {
    var files: [MappedFile] = []
    for folder in folders {
      for name in Self.names(in: folder + "/pack") where name.hasSuffix(".idx") {
        let path = folder + "/pack/" + name.dropLast(4)
        guard let index = MappedFile(path + ".idx"), let data = MappedFile(path + ".pack"),
          let pack = Self.pack(index.bytes, data.bytes)
        else { continue }
        packs.append(pack)
        files += [index, data]
      }
    }
    self.files = files
  }

  /// The same packs for another thread. They are in memory once.
  init(sharing other: PackStore) {
    (packs, files) = (other.packs, other.files)
  }

  private static func names(in folder: String) -> [String] {
    do { return try FileBytes.names(in: folder) } catch { return [] }
  }

  private static func pack(_ index: UnsafeRawBufferPointer, _ data: UnsafeRawBufferPointer) -> Pack? {
    guard index.count > 1100, data.count > 32, word(index, 0) == 0xFF74_4F63, word(index, 4) == 2,
      word(data, 0) == 0x5041_434B
    else { return nil }
    let count = Int(word(index, 8 + 255 * 4))
    guard index.count >= 8 + 1024 + count * 28 + 40 else { return nil }
    return Pack(index: index, data: data, count: count)
  }

  private static func word(_ raw: UnsafeRawBufferPointer, _ at: Int) -> UInt32 {
    UInt32(bigEndian: raw.loadUnaligned(fromByteOffset: at, as: UInt32.self))
  }

  // MARK: - Reading

  /// Lends an object; nil where it is not in a pack, or the pack is not as it should be.
  /// - Parameter bound: a larger one is not inflated.
  func with<T>(
    _ id: ObjectID, atMost bound: Int = 1 << 30, _ body: (git_object_t, UnsafeRawBufferPointer) throws -> T
  ) rethrows -> T? {
    self.bound = bound
    for place in packs.indices {
      guard let offset = offset(of: id, in: packs[place]) else { continue }
      // The pack that had the last object most likely has the next.
      if place > 0 { packs.swapAt(0, place) }
      loads += 1
      if loads & 0x1FFF == 0 { letGo() }
      guard let (type, place) = load(offset, packs[place > 0 ? 0 : place]) else { return nil }
      return switch place {
      case .room: try body(type, room.bytes)
      case .base(let slot): try bases[slot].bytes.withUnsafeBytes { try body(type, $0) }
      }
    }
    return nil
  }

  /// Lends the beginning of an object, where it is much larger than that and stands in a pack as it is.
  func withBeginning<T>(_ id: ObjectID, _ body: (git_object_t, UnsafeRawBufferPointer) -> T?) -> T? {
    let count = 4096
    bound = 1 << 30
    for pack in packs {
      guard let offset = offset(of: id, in: pack) else { continue }
      guard let head = head(offset, pack), head.base == nil, head.size > 16 * count,
        inflater.begin(rest(head.data, pack), count: count, into: room)
      else { return nil }
      return body(git_object_t(rawValue: Int32(head.type)), room.bytes)
    }
    return nil
  }

  /// Where an object stands in memory; the last place of all for one that is in no pack.
  func address(of id: ObjectID) -> Int {
    for pack in packs { if let offset = offset(of: id, in: pack) { return key(offset, pack) } }
    return .max
  }

  private var loads = 0
  private var bound = 1 << 30

  /// What was read of a large pack need not stay in memory; the system has it still, and gives it back when asked.
  private func letGo() {
    for pack in packs {
      for memory in [pack.data, pack.index] {
        madvise(UnsafeMutableRawPointer(mutating: memory.baseAddress), memory.count, MADV_DONTNEED)
      }
    }
  }

  private func offset(of id: ObjectID, in pack: Pack) -> Int? {
    var name: (UInt64, UInt64, UInt32) = (0, 0, 0)
    withUnsafeMutableBytes(of: &name) { id.copy(to: $0) }
    return withUnsafeBytes(of: &name) { wanted in
      guard let base = pack.index.baseAddress, let key = wanted.baseAddress else { return nil }
      let first = Int(wanted[0])
      var low = first == 0 ? 0 : Int(Self.word(pack.index, 8 + (first - 1) * 4))
      var high = min(pack.count, Int(Self.word(pack.index, 8 + first * 4)))
      while low < high {
        let middle = (low + high) / 2
        let order = memcmp(base + pack.names + middle * 20, key, 20)
        if order == 0 { return position(middle, pack) }
        if order < 0 { low = middle + 1 } else { high = middle }
      }
      return nil
    }
  }

  private func position(_ place: Int, _ pack: Pack) -> Int? {
    let short = Int(Self.word(pack.index, pack.offsets + place * 4))
    guard short & 0x8000_0000 != 0 else { return short }
    let at = pack.longOffsets + (short & 0x7FFF_FFFF) * 8
    guard at + 8 <= pack.index.count else { return nil }
    return Int(Self.word(pack.index, at)) << 32 | Int(Self.word(pack.index, at + 4))
  }

  /// What stands at an offset: its type or kind of delta, its size, where its data begins, and what it is made from.
  private func head(_ offset: Int, _ pack: Pack) -> (type: Int, size: Int, data: Int, base: Int?)? {
    var at = offset
    func next() -> Int? {
      guard at >= 12, at < pack.data.count - 20 else { return nil }
      at += 1
      return Int(pack.data[at - 1])
    }
    guard var byte = next() else { return nil }
    let type = byte >> 4 & 7
    var size = byte & 15
    var shift = 4
    while byte & 0x80 != 0 {
      guard let more = next(), shift < 40 else { return nil }
      byte = more
      size |= (byte & 0x7F) << shift
      shift += 7
    }
    guard size <= bound else { return nil }
    switch type {
    case 1...4: return (type, size, at, nil)
    case 6:
      guard var byte = next() else { return nil }
      var distance = byte & 0x7F
      while byte & 0x80 != 0 {
        guard let more = next(), distance < 1 << 40 else { return nil }
        byte = more
        distance = (distance + 1) << 7 | (byte & 0x7F)
      }
      guard distance > 0, distance < offset else { return nil }
      return (type, size, at, offset - distance)
    case 7:
      guard at + 20 < pack.data.count else { return nil }
      let id = ObjectID(raw: UnsafeRawBufferPointer(rebasing: pack.data[at..<(at + 20)]))
      guard let base = self.offset(of: id, in: pack) else { return nil }
      return (type, size, at + 20, base)
    default: return nil
    }
  }

  /// Where an object was put.
  private enum Loaded {
    case room
    case base(Int)
  }

  /// Finds or makes the object at an offset.
  private func load(_ offset: Int, _ pack: Pack) -> (type: git_object_t, place: Loaded)? {
    var deltas: [(offset: Int, size: Int, data: Int)] = []
    var at = offset
    var (type, base) = (GIT_OBJECT_INVALID, Int?.none)
    while true {
      let slot = slot(at, pack)
      if !bases.isEmpty, bases[slot].key == key(at, pack) {
        (type, base) = (bases[slot].type, slot)
        break
      }
      guard let head = head(at, pack), deltas.count < 4096 else { return nil }
      guard let next = head.base else {
        type = git_object_t(rawValue: Int32(head.type))
        guard inflater.inflate(rest(head.data, pack), size: head.size, into: room) else { return nil }
        if !deltas.isEmpty || type == GIT_OBJECT_TREE { keep(at, pack, type) }
        break
      }
      deltas.append((at, head.size, head.data))
      at = next
    }
    while let next = deltas.popLast() {
      guard inflater.inflate(rest(next.data, pack), size: next.size, into: delta) else { return nil }
      let isMade =
        if let place = base {
          bases[place].bytes.withUnsafeBytes { patch($0, next.offset, pack, type) }
        } else {
          patch(room.bytes, next.offset, pack, type)
        }
      guard isMade else { return nil }
      base = nil
      keep(next.offset, pack, type)
    }
    return (type, base.map(Loaded.base) ?? .room)
  }

  /// Makes an object from its base and the delta that was inflated, and puts it into `room`.
  private func patch(_ base: UnsafeRawBufferPointer, _ offset: Int, _ pack: Pack, _ type: git_object_t) -> Bool {
    guard PackDelta.apply(delta.bytes, to: base, atMost: bound, into: made) else { return false }
    swap(&room, &made)
    return true
  }

  private func rest(_ data: Int, _ pack: Pack) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: pack.data[data...])
  }

  private func key(_ offset: Int, _ pack: Pack) -> Int { offset &+ Int(bitPattern: pack.data.baseAddress) }
  private func slot(_ offset: Int, _ pack: Pack) -> Int {
    (key(offset, pack) &* 0x9E37_79B1) >> 7 & (Self.baseCount - 1)
  }

  /// Keeps what is in `room`, for what is made from it.
  private func keep(_ offset: Int, _ pack: Pack, _ type: git_object_t) {
    guard room.count < 256 << 10 else { return }
    if bases.isEmpty { bases = [Base](repeating: Base(), count: Self.baseCount) }
    let slot = slot(offset, pack)
    (bases[slot].key, bases[slot].type) = (key(offset, pack), type)
    bases[slot].bytes.removeAll(keepingCapacity: true)
    bases[slot].bytes.append(contentsOf: room.bytes)
  }
}

/// How an object is made from another one (gitformat-pack(5)): the sizes of both, then copies and insertions.
enum PackDelta {
  /// - Returns: false where the delta does not fit the base, is not as it should be, or makes more than the bound.
  static func apply(
    _ delta: UnsafeRawBufferPointer, to base: UnsafeRawBufferPointer, atMost bound: Int, into made: ObjectRoom
  ) -> Bool {
    var at = 0
    func size() -> Int? {
      var (value, shift) = (0, 0)
      while at < delta.count, shift < 40 {
        let byte = Int(delta[at])
        at += 1
        value |= (byte & 0x7F) << shift
        if byte & 0x80 == 0 { return value }
        shift += 7
      }
      return nil
    }
    made.count = 0
    guard size() == base.count, let target = size(), target <= bound else { return false }
    made.reserve(target)
    guard let out = made.memory.baseAddress else { return false }
    var count = 0
    while at < delta.count {
      let command = Int(delta[at])
      at += 1
      if command & 0x80 != 0 {
        var (offset, length) = (0, 0)
        for bit in 0..<4 where command & (1 << bit) != 0 {
          guard at < delta.count else { return false }
          offset |= Int(delta[at]) << (8 * bit)
          at += 1
        }
        for bit in 0..<3 where command & (16 << bit) != 0 {
          guard at < delta.count else { return false }
          length |= Int(delta[at]) << (8 * bit)
          at += 1
        }
        if length == 0 { length = 0x10000 }
        guard offset + length <= base.count, count + length <= target, let from = base.baseAddress else { return false }
        memcpy(out + count, from + offset, length)
        count += length
      } else {
        guard command > 0, at + command <= delta.count, count + command <= target, let from = delta.baseAddress else {
          return false
        }
        memcpy(out + count, from + at, command)
        at += command
        count += command
      }
    }
    made.count = count
    return count == target
  }
}
