import CPure

/// Texts that many milestones share, such as owners and states, each made once. For one thread.
final class TextPool {
  /// A text, and its first and last eight bytes, which tell it where it has no more than sixteen.
  private struct Slot {
    var count = 0
    var first: UInt64 = 0
    var last: UInt64 = 0
    var text = ""
  }

  private var slots = [Slot](repeating: Slot(), count: 256)

  /// An empty pool.
  init() {}

  /// The text of some bytes, which were found to be UTF-8.
  func text(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
    guard bytes.count >= 8, let start = bytes.baseAddress else { return text(bytes, Self.short(bytes), 0) }
    let raw = UnsafeRawPointer(start)
    return text(
      bytes, raw.loadUnaligned(as: UInt64.self), raw.loadUnaligned(fromByteOffset: bytes.count - 8, as: UInt64.self))
  }

  private static func short(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
    var word: UInt64 = 0
    for byte in bytes { word = word << 8 | UInt64(byte) }
    return word
  }

  private func text(_ bytes: UnsafeBufferPointer<UInt8>, _ first: UInt64, _ last: UInt64) -> String {
    let mix = (first ^ last ^ UInt64(bytes.count)) &* 0x9E37_79B9_7F4A_7C15
    let place = Int(truncatingIfNeeded: mix >> 56)
    if slots[place].count == bytes.count, slots[place].first == first, slots[place].last == last,
      bytes.count <= 16 || isMiddleSame(place, bytes)
    {
      return slots[place].text
    }
    let text = String(decoding: bytes, as: UTF8.self)
    slots[place] = Slot(count: bytes.count, first: first, last: last, text: text)
    return text
  }

  private func isMiddleSame(_ place: Int, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    slots[place].text.withUTF8 { known in
      guard known.count == bytes.count, let a = known.baseAddress, let b = bytes.baseAddress else { return false }
      return memcmp(a, b, bytes.count) == 0
    }
  }
}
