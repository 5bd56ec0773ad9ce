/// An object in its own file: a zlib stream of its kind, a space, its size, a zero, and its bytes
/// (gitformat-loose(5)).
package enum LooseObject {
  /// Inflates and parses an object.
  /// - Parameter room: the buffer that holds the bytes of the result.
  /// - Returns: nil if the file is damaged, larger than the buffer, or a tag.
  package static func parse(
    _ packed: UnsafeRawBufferPointer, by inflater: Inflater, into room: UnsafeMutableRawBufferPointer
  ) -> (ObjectKind, UnsafeRawBufferPointer)? {
    guard let count = inflater.run(packed, into: room) else { return nil }
    let all = UnsafeRawBufferPointer(rebasing: room[..<count])
    guard let zero = all.prefix(32).firstIndex(of: 0), let space = all[..<zero].firstIndex(of: 0x20) else { return nil }
    var size = 0
    for digit in all[(space + 1)..<zero] {
      guard (0x30...0x39).contains(digit), size < 1 << 40 else { return nil }
      size = size * 10 + Int(digit - 0x30)
    }
    guard size == all.count - zero - 1, let kind = ObjectKind(word: all[..<space]), kind != .tag else { return nil }
    return (kind, UnsafeRawBufferPointer(rebasing: all[(zero + 1)...]))
  }
}
