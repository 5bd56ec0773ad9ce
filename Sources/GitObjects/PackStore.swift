import CPure

/// The packs of a repository, mapped into memory and read without locks, so that threads do not wait for each other
/// (gitformat-pack(5)). Only a fast path: libgit2 reads every object that this type cannot find or rejects.
package final class PackStore {
  /// A cached delta base.
  private struct Base {
    var key = -1
    var kind = ObjectKind.blob
    var bytes: [UInt8] = []
  }

  /// The packs, the one with the last object first.
  private var packs: [PackFile]
  /// The mapped packs, their owners, and the multi-pack indexes.
  private let mapped: MappedPacks
  private var placed: [PackFile] { mapped.packs }
  /// The paths of packs that git may read and this module does not.
  package var unread: [String] { mapped.unread }
  private let inflater = Inflater()
  /// The buffer for an object that is stored whole, and the buffer for a delta.
  private let room = ObjectRoom()
  private let delta = ObjectRoom()
  /// The cache of delta bases. Allocated on first use, because a short lookup needs none.
  private var bases: [Base] = []
  private var baseCount = 4096
  private typealias Delta = (offset: Int, size: Int, data: Int)
  /// The reusable buffer for a delta chain, from the object to its base.
  private var spareChain: [Delta] = []

  package init(_ mapped: MappedPacks) {
    (self.mapped, packs) = (mapped, mapped.packs)
  }

  /// Creates a store over the same mapped packs for another thread.
  package convenience init(sharing other: PackStore) { self.init(other.mapped) }

  // MARK: - Reading

  /// Returns the offsets of all copies of an object, counted through the packs in order: by each pack's index, and by
  /// multi-pack indexes that disagree.
  package func copies(of id: ObjectID) -> [Int] {
    var found: [Int] = []
    var start = 0
    for pack in placed {
      if let offset = offset(of: id, in: pack) { found.append(start + min(offset, pack.data.count)) }
      start += pack.data.count
    }
    for (folder, index) in mapped.indexes {
      guard let place = index.place(of: id) else { continue }
      start = 0
      for pack in placed {
        let offset = start + max(0, min(place.offset, pack.data.count))
        if pack.path == folder + place.pack, !found.contains(offset) { found.append(offset) }
        start += pack.data.count
      }
    }
    return found
  }

  /// Calls a body with an object's kind and bytes. Returns nil if no pack has the object, it exceeds the bound, or
  /// the pack is damaged.
  package func with<T>(
    _ id: ObjectID, atMost bound: Int = 1 << 30, _ body: (ObjectKind, UnsafeRawBufferPointer) throws -> T
  ) rethrows -> T? {
    self.bound = bound
    for place in packs.indices {
      guard let offset = offset(of: id, in: packs[place]) else { continue }
      // The pack with the last object most likely has the next one.
      if place > 0 { packs.swapAt(0, place) }
      count()
      guard let (type, made) = load(offset, packs[place > 0 ? 0 : place]) else { return nil }
      return try made?.withUnsafeBytes { try body(type, $0) } ?? body(type, room.bytes)
    }
    return nil
  }

  /// Returns the bytes of an object of a type within a bound, to be retained by the caller. Returns nil otherwise.
  package func bytes(of id: ObjectID, _ type: ObjectKind, atMost bound: Int) -> [UInt8]? {
    for pack in packs {
      if let offset = offset(of: id, in: pack) { return bytes(at: offset, pack, type, atMost: bound) }
    }
    return nil
  }

  /// Returns the bytes of the object at an offset from `order`, like `bytes(of:_:atMost:)`.
  package func bytes(at offset: Int, _ type: ObjectKind, atMost bound: Int) -> [UInt8]? {
    var offset = offset
    for pack in placed {
      if offset < pack.data.count { return bytes(at: offset, pack, type, atMost: bound) }
      offset -= pack.data.count
    }
    return nil
  }

  private func bytes(at offset: Int, _ pack: PackFile, _ type: ObjectKind, atMost bound: Int) -> [UInt8]? {
    self.bound = bound
    guard let (kind, made) = load(offset, pack), kind == type else { return nil }
    // A cached base was read under another bound.
    let bytes = made ?? Array(room.bytes)
    return bytes.count <= bound ? bytes : nil
  }

  /// Calls a body with the beginning of an object. Returns nil if the object is not much larger, or is stored as a
  /// delta.
  package func withBeginning<T>(_ id: ObjectID, _ body: (ObjectKind, UnsafeRawBufferPointer) -> T?) -> T? {
    let count = 4096
    bound = 1 << 30
    for pack in packs {
      guard let offset = offset(of: id, in: pack) else { continue }
      guard let head = head(offset, pack), head.base == nil, head.size > 16 * count,
        inflater.begin(rest(head.data, pack), count: count, into: room)
      else { return nil }
      return ObjectKind(rawValue: Int32(head.type)).flatMap { body($0, room.bytes) }
    }
    return nil
  }

  /// Enlarges the cache for a count of objects that will all be read and retained.
  package func expect(_ count: Int) {
    guard baseCount < 2 * count, baseCount < 1 << 18 else { return }
    while baseCount < 2 * count, baseCount < 1 << 18 { baseCount *= 2 }
    bases = []
  }

  /// Returns the positions of ids in the order of their objects in the packs, each with its offset, counted through
  /// the packs in order. Missing objects come last, at the end offset.
  package func order(of ids: [ObjectID]) -> [(place: Int, offset: Int)] {
    // Integers sort in a third of the time of pairs, so the position of an id is in the low bits.
    let bits = Int.bitWidth - ids.count.leadingZeroBitCount
    let end = placed.reduce(0) { $0 + $1.data.count }
    guard end.leadingZeroBitCount > bits + 1 else { return ids.indices.map { ($0, end) } }
    let keys = ids.indices.map { place -> Int in
      var start = 0
      for pack in placed {
        // An index entry beyond the end of its pack must not count for the next pack.
        if let offset = offset(of: ids[place], in: pack), offset < pack.data.count {
          return (start + offset) << bits | place
        }
        start += pack.data.count
      }
      return end << bits | place
    }
    return keys.sorted().map { ($0 & (1 << bits - 1), $0 >> bits) }
  }

  // MARK: - All objects

  /// Returns the position of an object among those of all packs. Returns nil if no pack has it.
  package func place(of id: ObjectID) -> Int? {
    for pack in placed {
      if let number = number(of: id, in: pack) { return pack.start + number }
    }
    return nil
  }

  /// Returns the id of the object at a position.
  package func id(at place: Int) -> ObjectID? { pack(of: place).map { id(at: place, $0) } }

  private func id(at place: Int, _ pack: PackFile) -> ObjectID {
    let start = pack.names + (place - pack.start) * pack.stride
    return ObjectID(raw: UnsafeRawBufferPointer(rebasing: pack.index[start..<(start + 20)]))
  }

  private func pack(of place: Int) -> PackFile? {
    var (low, high) = (0, placed.count)
    while low < high {
      let middle = (low + high) / 2
      if placed[middle].start + placed[middle].count <= place { low = middle + 1 } else { high = middle }
    }
    return low < placed.count ? placed[low] : nil
  }

  /// Returns all objects grouped by chunk. Returns nil if there are too many to be numbered. O(objects).
  package func chunks() -> PackChunks? {
    guard let last = placed.last, last.start + last.count < Int(Int32.max) else { return nil }
    return PackChunks(objects: last.start + last.count, chunks: last.firstChunk + last.chunks) { body in
      for pack in placed {
        for number in 0..<pack.count { body(pack.start + number, bucket(number, pack)) }
      }
    }
  }

  /// Returns the chunk of the object at a position.
  package func chunk(of place: Int) -> Int {
    pack(of: place).map { bucket(place - $0.start, $0) / PackChunks.buckets } ?? 0
  }

  /// Clamps the offset: an index entry beyond the end of its pack is reported when the object is read.
  private func bucket(_ number: Int, _ pack: PackFile) -> Int {
    let offset = min(max(0, pack.offset(number) ?? 0), pack.data.count)
    return pack.firstChunk * PackChunks.buckets + offset / PackChunks.bucket
  }

  /// Calls a body with the commit at a position. Returns nil if there is none, or it is stored as a delta.
  package func withCommit<T>(at place: Int, _ body: (ObjectID, UnsafeRawBufferPointer) throws -> T) rethrows -> T? {
    bound = 1 << 30
    guard let pack = pack(of: place), let offset = pack.offset(place - pack.start), let head = head(offset, pack),
      head.type == ObjectKind.commit.rawValue
    else { return nil }
    count()
    guard inflater.inflate(rest(head.data, pack), size: head.size, into: room) else { return nil }
    return try body(id(at: place, pack), room.bytes)
  }

  private var loads = 0
  private var bound = 1 << 30

  /// Counts a read, and frees memory from time to time.
  private func count() {
    loads += 1
    if loads & 0x1FFF == 0 { evict() }
  }

  /// Frees the memory of mapped packs; the system reads it again on next use.
  private func evict() {
    for pack in packs {
      mapped.evict(pack.data)
      mapped.evict(pack.index)
    }
  }

  private func offset(of id: ObjectID, in pack: PackFile) -> Int? {
    number(of: id, in: pack).flatMap(pack.offset)
  }

  /// Finds an id by interpolation, because ids are uniformly distributed. After four guesses it bisects, because an
  /// attacker can influence the ids of objects.
  private func number(of id: ObjectID, in pack: PackFile) -> Int? {
    var name: (UInt64, UInt64, UInt32) = (0, 0, 0)
    withUnsafeMutableBytes(of: &name) { id.copy(to: $0) }
    return withUnsafeBytes(of: &name) { wanted in
      guard let base = pack.index.baseAddress, let bytes = wanted.baseAddress else { return nil }
      let first = Int(wanted[0])
      var low = first == 0 ? 0 : Int(PackFile.word(pack.index, pack.fanout + (first - 1) * 4))
      var high = min(pack.count, Int(PackFile.word(pack.index, pack.fanout + first * 4)))
      let key = UInt64(bigEndian: wanted.loadUnaligned(as: UInt64.self))
      var (least, most) = (UInt64(first) << 56, UInt64(first) << 56 | (1 << 56 - 1))
      var guesses = 4
      while low < high {
        var middle = (low + high) / 2
        if guesses > 0, high - low > 4, least < key, key < most {
          guesses -= 1
          middle = min(high - 1, low + Int(Double(key - least) / Double(most - least) * Double(high - low)))
        }
        let at = pack.names + middle * pack.stride
        let found = UInt64(bigEndian: pack.index.loadUnaligned(fromByteOffset: at, as: UInt64.self))
        let order = found == key ? Int(memcmp(base + at, bytes, 20)) : found < key ? -1 : 1
        if order == 0 { return middle }
        if order < 0 { (low, least) = (middle + 1, found) } else { (high, most) = (middle, found) }
      }
      return nil
    }
  }

  /// Parses the header at an offset: type or delta kind, size, offset of the data, and offset of the delta base.
  private func head(_ offset: Int, _ pack: PackFile) -> (type: Int, size: Int, data: Int, base: Int?)? {
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

  /// Reads the object at an offset, from the cache or from its delta chain.
  /// - Returns: its type, and its bytes if it was cached, a delta or a tree; otherwise the bytes are in `room`.
  private func load(_ offset: Int, _ pack: PackFile) -> (kind: ObjectKind, made: [UInt8]?)? {
    var chain: [Delta] = []
    swap(&chain, &spareChain)
    defer {
      chain.removeAll(keepingCapacity: true)
      swap(&chain, &spareChain)
    }
    var at = offset
    let kind: ObjectKind
    var made: [UInt8]?
    while true {
      let slot = slot(at, pack)
      if !bases.isEmpty, bases[slot].key == key(at, pack) {
        (kind, made) = (bases[slot].kind, bases[slot].bytes)
        break
      }
      guard let head = head(at, pack), chain.count < 4096 else { return nil }
      guard let next = head.base else {
        guard let stored = ObjectKind(rawValue: Int32(head.type)),
          inflater.inflate(rest(head.data, pack), size: head.size, into: room)
        else { return nil }
        kind = stored
        if !chain.isEmpty || kind == .tree {
          let bytes = Array(room.bytes)
          keep(at, pack, kind, bytes)
          made = bytes
        }
        break
      }
      chain.append((at, head.size, head.data))
      at = next
    }
    while let next = chain.popLast() {
      guard let base = made, inflater.inflate(rest(next.data, pack), size: next.size, into: delta),
        let bytes = base.withUnsafeBytes({ PackDelta.applied(delta.bytes, to: $0, atMost: bound) })
      else { return nil }
      keep(next.offset, pack, kind, bytes)
      made = bytes
    }
    return (kind, made)
  }

  private func rest(_ data: Int, _ pack: PackFile) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: pack.data[data...])
  }

  private func key(_ offset: Int, _ pack: PackFile) -> Int { offset &+ Int(bitPattern: pack.data.baseAddress) }
  private func slot(_ offset: Int, _ pack: PackFile) -> Int {
    (key(offset, pack) &* 0x9E37_79B1) >> 7 & (baseCount - 1)
  }

  /// Caches an object as a delta base. The array shares its storage with the caller's.
  private func keep(_ offset: Int, _ pack: PackFile, _ kind: ObjectKind, _ bytes: [UInt8]) {
    guard bytes.count < 256 << 10 else { return }
    if bases.isEmpty { bases = [Base](repeating: Base(), count: baseCount) }
    bases[slot(offset, pack)] = Base(key: key(offset, pack), kind: kind, bytes: bytes)
  }
}
