import CSHA256

/// A SHA-256 digest (FIPS 180-4), stored as four integers, because histories have many.
public struct Digest: Hashable, Comparable, Sendable, CustomStringConvertible {
  private let a: UInt64
  private let b: UInt64
  private let c: UInt64
  private let d: UInt64

  /// Computes the digest of bytes. O(bytes).
  public init(of bytes: some Sequence<UInt8>) { self.init(of: Array(bytes)) }

  /// Computes the digest of bytes. O(bytes).
  public init(of bytes: [UInt8]) {
    self = bytes.withUnsafeBufferPointer { bytes in
      var state = SHA256()
      let whole = bytes.count & ~63
      state.compress(bytes[..<whole])
      return state.finish(with: bytes[whole...], of: bytes.count)
    }
  }

  /// Creates a digest from the final state of the compression.
  fileprivate init(words: SHA256.Words) {
    func pair(_ x: UInt32, _ y: UInt32) -> UInt64 { UInt64(x) << 32 | UInt64(y) }
    a = pair(words.0, words.1)
    b = pair(words.2, words.3)
    c = pair(words.4, words.5)
    d = pair(words.6, words.7)
  }

  /// Creates a digest from its 32 bytes in memory.
  public init(raw bytes: UnsafeRawBufferPointer) {
    func word(_ at: Int) -> UInt64 {
      UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8 * at, as: UInt64.self))
    }
    (a, b, c, d) = (word(0), word(1), word(2), word(3))
  }

  /// The 32 bytes.
  public var bytes: [UInt8] {
    [a, b, c, d].flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(56 - 8 * $0)) } }
  }

  /// Reads a digest from 64 lower-case hexadecimal digits; nil for any other text.
  public init?(hex: some StringProtocol) { self.init(hexBytes: hex.utf8) }

  /// Reads a digest from 64 lower-case hexadecimal digits in memory.
  init?(hex: Slice<UnsafeBufferPointer<UInt8>>) { self.init(hexBytes: hex) }

  /// Reads a digest from `sha256:` and 64 digits in memory.
  init?(tagged: Slice<UnsafeBufferPointer<UInt8>>) {
    guard tagged.starts(with: "sha256:".utf8) else { return nil }
    self.init(hexBytes: tagged.dropFirst(7))
  }

  private init?(hexBytes: some Sequence<UInt8>) {
    var digits = hexBytes.makeIterator()
    // At least 16 if any byte was not a digit.
    var odd: UInt8 = 0
    func word() -> UInt64? {
      var word: UInt64 = 0
      for _ in 0..<16 {
        guard let digit = digits.next() else { return nil }
        let number = digit &- 0x30
        let letter = digit &- 0x61
        let value = number < 10 ? number : letter < 6 ? letter &+ 10 : 0xFF
        odd |= value
        word = word &<< 4 | UInt64(value & 15)
      }
      return word
    }
    guard let a = word(), let b = word(), let c = word(), let d = word(), odd < 16, digits.next() == nil else {
      return nil
    }
    (self.a, self.b, self.c, self.d) = (a, b, c, d)
  }

  /// Reads a digest from `sha256:` and 64 digits; nil for any other text.
  public init?(tagged: some StringProtocol) {
    guard tagged.utf8.starts(with: "sha256:".utf8) else { return nil }
    self.init(hex: tagged.dropFirst(7))
  }

  /// The digest as 64 lower-case hexadecimal digits.
  public var hex: String {
    String(unsafeUninitializedCapacity: 64) { out in
      writeHex(to: out)
      return 64
    }
  }

  /// Appends the hexadecimal digits to bytes.
  public func appendHex(to out: inout [UInt8]) {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 64) { digits in
      writeHex(to: digits)
      out.append(contentsOf: UnsafeBufferPointer(digits))
    }
  }

  private func writeHex(to out: UnsafeMutableBufferPointer<UInt8>) {
    let digits: StaticString = "0123456789abcdef"
    func write(_ word: UInt64, at start: Int) {
      for at in 0..<16 { out[start &+ at] = digits.utf8Start[Int(word &>> UInt64(60 &- 4 &* at) & 15)] }
    }
    write(a, at: 0)
    write(b, at: 16)
    write(c, at: 32)
    write(d, at: 48)
  }

  /// The digest as stamps write it: `sha256:` and 64 digits.
  public var tagged: String { "sha256:" + hex }
  /// The digest as stamps write it.
  public var description: String { tagged }
  /// Compares the bytes.
  public static func < (x: Digest, y: Digest) -> Bool { (x.a, x.b, x.c, x.d) < (y.a, y.b, y.c, y.d) }
}

/// The state and compression function of FIPS 180-4, section 6.2. Uses the processor's SHA instructions if available.
/// `doc/design/decisions/0003-sha256.md` says why this is not a library.
struct SHA256 {
  typealias Words = (UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32)

  private static let isBuiltIn = readiness_sha256_is_built_in()

  private var state: Words = (
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19
  )
  private let isBuiltIn: Bool

  /// - Parameter usesProcessor: false to avoid the processor's SHA instructions.
  init(usesProcessor: Bool = true) { isBuiltIn = usesProcessor && Self.isBuiltIn }

  private static let k: [UInt32] = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
    0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
    0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
    0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
    0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
    0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
    0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
  ]

  /// Compresses whole blocks of 64 bytes.
  mutating func compress(_ blocks: Slice<UnsafeBufferPointer<UInt8>>) {
    guard !blocks.isEmpty, let start = blocks.base.baseAddress?.advanced(by: blocks.startIndex) else { return }
    guard isBuiltIn else {
      return withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { w in
        for at in stride(from: 0, to: blocks.count, by: 64) { compress(start + at, w) }
      }
    }
    withUnsafeMutableBytes(of: &state) {
      readiness_sha256_compress(
        $0.assumingMemoryBound(to: UInt32.self).baseAddress, Self.k, start, blocks.count / 64)
    }
  }

  /// Returns the digest after the last, incomplete block.
  /// - Parameter count: the total number of bytes.
  consuming func finish(with rest: Slice<UnsafeBufferPointer<UInt8>>, of count: Int) -> Digest {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 128) { tail in
      let size = rest.count < 56 ? 64 : 128
      tail.initialize(repeating: 0)
      for (at, byte) in rest.enumerated() { tail[at] = byte }
      tail[rest.count] = 0x80
      UnsafeMutableRawBufferPointer(tail).storeBytes(
        of: (UInt64(count) &* 8).bigEndian, toByteOffset: size - 8, as: UInt64.self)
      compress(UnsafeBufferPointer(tail)[..<size])
    }
    return Digest(words: state)
  }

  private mutating func compress(_ bytes: UnsafePointer<UInt8>, _ w: UnsafeMutableBufferPointer<UInt32>) {
    func rotated(_ x: UInt32, _ n: UInt32) -> UInt32 { x &>> n | x &<< (32 &- n) }
    for i in 0..<16 {
      let at = i &* 4
      w[i] =
        UInt32(bytes[at]) &<< 24 | UInt32(bytes[at &+ 1]) &<< 16 | UInt32(bytes[at &+ 2]) &<< 8
        | UInt32(bytes[at &+ 3])
    }
    for i in 16..<64 {
      let s0 = rotated(w[i &- 15], 7) ^ rotated(w[i &- 15], 18) ^ w[i &- 15] &>> 3
      let s1 = rotated(w[i &- 2], 17) ^ rotated(w[i &- 2], 19) ^ w[i &- 2] &>> 10
      w[i] = w[i &- 16] &+ s0 &+ w[i &- 7] &+ s1
    }
    var (a, b, c, d, e, f, g, h) = state
    Self.k.withUnsafeBufferPointer { k in
      for i in 0..<64 {
        let s1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)
        let t1 = h &+ s1 &+ (e & f ^ ~e & g) &+ k[i] &+ w[i]
        let s0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)
        let t2 = s0 &+ (a & b ^ a & c ^ b & c)
        (h, g, f, e, d, c, b, a) = (g, f, e, d &+ t1, c, b, a, t1 &+ t2)
      }
    }
    state.0 &+= a
    state.1 &+= b
    state.2 &+= c
    state.3 &+= d
    state.4 &+= e
    state.5 &+= f
    state.6 &+= g
    state.7 &+= h
  }
}

/// An incremental SHA-256 digest, for files that do not fit in memory.
public struct DigestStream {
  private var state = SHA256()
  /// The bytes of an incomplete block.
  private var rest: [UInt8] = []
  private var count = 0

  /// Creates a digest of no bytes.
  public init() {}

  /// Adds bytes. O(bytes).
  public mutating func update(_ bytes: [UInt8]) {
    count += bytes.count
    let joined = rest.isEmpty ? bytes : rest + bytes
    joined.withUnsafeBufferPointer { state.compress($0[..<(joined.count & ~63)]) }
    rest = Array(joined[(joined.count & ~63)...])
  }

  /// Returns the digest of all bytes.
  public consuming func finish() -> Digest {
    rest.withUnsafeBufferPointer { state.finish(with: $0[...], of: count) }
  }
}
