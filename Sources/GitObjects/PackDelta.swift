import CPure

/// The difference between an object and its delta base (gitformat-pack(5)): the sizes of both, then copies and
/// insertions.
package enum PackDelta {
  /// Applies a delta to its base.
  /// - Returns: nil if the delta does not fit the base, is malformed, or produces more than the bound.
  package static func applied(
    _ delta: UnsafeRawBufferPointer, to base: UnsafeRawBufferPointer, atMost bound: Int
  ) -> [UInt8]? {
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
    guard size() == base.count, let target = size(), target <= bound else { return nil }
    var isSound = false
    let made = [UInt8](unsafeUninitializedCapacity: target) { out, count in
      isSound = follow(delta[at...], base, UnsafeMutableRawBufferPointer(start: out.baseAddress, count: target))
      count = isSound ? target : 0
    }
    return isSound ? made : nil
  }

  /// Executes the commands.
  /// - Returns: true if they are valid and fill the output exactly.
  private static func follow(
    _ commands: Slice<UnsafeRawBufferPointer>, _ base: UnsafeRawBufferPointer, _ out: UnsafeMutableRawBufferPointer
  ) -> Bool {
    let delta = UnsafeRawBufferPointer(rebasing: commands)
    var (at, count) = (0, 0)
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
        guard offset + length <= base.count, count + length <= out.count, let from = base.baseAddress,
          let to = out.baseAddress
        else { return false }
        memcpy(to + count, from + offset, length)
        count += length
      } else {
        guard command > 0, at + command <= delta.count, count + command <= out.count, let from = delta.baseAddress,
          let to = out.baseAddress
        else { return false }
        memcpy(to + count, from + at, command)
        at += command
        count += command
      }
    }
    return count == out.count
  }
}
