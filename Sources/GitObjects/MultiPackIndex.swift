import CPure

/// An index over several packs (gitformat-pack(5), *multi-pack-index*). Git consults it before the indexes of the
/// packs, so an audit compares both.
package struct MultiPackIndex {
  private let raw: UnsafeRawBufferPointer
  /// The owner that keeps the bytes in memory.
  private let owner: AnyObject
  /// The names of the packs' indexes, without `.idx`, by pack number.
  private let packs: [String]
  private let fanout: Int
  private let names: Int
  private let offsets: Int
  private let longOffsets: Int?
  private let count: Int

  /// Parses an index. Returns nil if git would not read it.
  /// - Parameter owner: the object that keeps the bytes in memory.
  package init?(_ raw: UnsafeRawBufferPointer, of owner: AnyObject) {
    guard raw.count >= 12 + 20, Self.word(raw, 0) == 0x4D49_4458, raw[4] == 1, raw[5] == 1
    else { return nil }
    var places: [UInt32: Range<Int>] = [:]
    for chunk in 0..<Int(raw[6]) {
      let at = 12 + chunk * 12
      guard at + 24 <= raw.count else { return nil }
      let (start, end) = (Self.wide(raw, at + 4), Self.wide(raw, at + 16))
      guard start >= 0, start <= end, end <= raw.count else { return nil }
      places[Self.word(raw, at)] = start..<end
    }
    guard let names = places[0x504E_414D], let fanout = places[0x4F49_4446], let ids = places[0x4F49_444C],
      let offsets = places[0x4F4F_4646], fanout.count == 1024
    else { return nil }
    count = Int(Self.word(raw, fanout.lowerBound + 255 * 4))
    guard ids.count >= count * 20, offsets.count >= count * 8 else { return nil }
    packs = raw[names].split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
      .map { $0.hasSuffix(".idx") ? String($0.dropLast(4)) : $0 }
    (self.fanout, self.names, self.offsets) = (fanout.lowerBound, ids.lowerBound, offsets.lowerBound)
    longOffsets = places[0x4C4F_4646]?.lowerBound
    (self.raw, self.owner) = (raw, owner)
  }

  private static func word(_ raw: UnsafeRawBufferPointer, _ at: Int) -> UInt32 {
    UInt32(bigEndian: raw.loadUnaligned(fromByteOffset: at, as: UInt32.self))
  }

  private static func wide(_ raw: UnsafeRawBufferPointer, _ at: Int) -> Int {
    Int(truncatingIfNeeded: UInt64(bigEndian: raw.loadUnaligned(fromByteOffset: at, as: UInt64.self)))
  }

  /// Returns the pack of an object, by its name without extension, and the offset in the pack. Returns nil if it is
  /// not listed.
  package func place(of id: ObjectID) -> (pack: String, offset: Int)? {
    let wanted = id.bytes
    let first = Int(wanted[0])
    var low = first == 0 ? 0 : Int(Self.word(raw, fanout + (first - 1) * 4))
    var high = min(count, Int(Self.word(raw, fanout + first * 4)))
    while low < high {
      let middle = (low + high) / 2
      let at = names + middle * 20
      let order = wanted.withUnsafeBytes { wanted in
        raw.baseAddress.flatMap { base in wanted.baseAddress.map { memcmp(base + at, $0, 20) } } ?? 0
      }
      if order < 0 { low = middle + 1 } else if order > 0 { high = middle } else { return place(at: middle) }
    }
    return nil
  }

  private func place(at number: Int) -> (pack: String, offset: Int)? {
    let at = offsets + number * 8
    let (pack, short) = (Int(Self.word(raw, at)), Int(Self.word(raw, at + 4)))
    guard pack < packs.count else { return nil }
    guard short & 0x8000_0000 != 0, let longOffsets else { return (packs[pack], short) }
    let long = longOffsets + (short & 0x7FFF_FFFF) * 8
    guard long + 8 <= raw.count else { return nil }
    return (packs[pack], Self.wide(raw, long))
  }
}
