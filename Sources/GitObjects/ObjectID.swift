/// The id of an object in git's database: 20 bytes, opaque to the rules.
public struct ObjectID: Hashable, Sendable, CustomStringConvertible {
  private let a: UInt64
  private let b: UInt64
  private let c: UInt32

  /// The first 64 bits are as good as random.
  public func hash(into hasher: inout Hasher) { hasher.combine(a) }

  /// Creates an id from the first 20 bytes; shorter input is padded with zeros.
  public init(_ bytes: [UInt8]) {
    let padded = bytes.count >= 20 ? bytes : bytes + Array(repeating: 0, count: 20 - bytes.count)
    self = padded.withUnsafeBytes { ObjectID(raw: $0) }
  }

  /// Creates an id from 20 bytes in memory. Not generic, because it is on the path of every object.
  public init(raw bytes: UnsafeRawBufferPointer) {
    a = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self))
    b = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    c = UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 16, as: UInt32.self))
  }

  /// Parses 40 hexadecimal digits. Returns nil for any other input.
  public init?(hex digits: ArraySlice<UInt8>) {
    guard let id = digits.withUnsafeBytes({ ObjectID(hex: $0) }) else { return nil }
    self = id
  }

  /// Parses 40 hexadecimal digits in memory. Returns nil for any other input.
  public init?(hex digits: UnsafeRawBufferPointer) {
    guard digits.count == 40 else { return nil }
    var (words, bad): ((UInt64, UInt64, UInt64), UInt8) = ((0, 0, 0), 0)
    func read(_ range: Range<Int>) -> UInt64 {
      var word: UInt64 = 0
      for index in range {
        let digit = digits[index]
        let value = Self.value(digit)
        bad |= value & 0xF0
        word = word << 4 | UInt64(value & 0x0F)
      }
      return word
    }
    words = (read(0..<16), read(16..<32), read(32..<40))
    guard bad == 0 else { return nil }
    (a, b, c) = (words.0, words.1, UInt32(truncatingIfNeeded: words.2))
  }

  /// Parses 40 hexadecimal digits. Returns nil for any other input.
  public init?(hex: String) { self.init(hex: Array(hex.utf8)[...]) }

  /// Returns the value of a digit; 255 if it is not hexadecimal.
  private static func value(_ digit: UInt8) -> UInt8 {
    let number = digit &- 0x30
    let letter = (digit | 0x20) &- 0x61
    return number < 10 ? number : letter < 6 ? letter &+ 10 : 0xFF
  }

  /// Copies the 20 bytes into memory.
  public func copy(to memory: UnsafeMutableRawBufferPointer) {
    memory.storeBytes(of: a.bigEndian, toByteOffset: 0, as: UInt64.self)
    memory.storeBytes(of: b.bigEndian, toByteOffset: 8, as: UInt64.self)
    memory.storeBytes(of: c.bigEndian, toByteOffset: 16, as: UInt32.self)
  }

  /// The 20 bytes.
  public var bytes: [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: a >> UInt64(56 - 8 * $0)) }
      + (0..<8).map { UInt8(truncatingIfNeeded: b >> UInt64(56 - 8 * $0)) }
      + (0..<4).map { UInt8(truncatingIfNeeded: c >> UInt32(24 - 8 * $0)) }
  }

  /// 40 lower-case hexadecimal digits.
  public var description: String {
    String(unsafeUninitializedCapacity: 40) { out in
      writeHex(out)
      return 40
    }
  }

  /// Appends the 40 digits to a text.
  public func appendHex(to out: inout [UInt8]) {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 40) { digits in
      writeHex(digits)
      out.append(contentsOf: digits)
    }
  }

  private func writeHex(_ out: UnsafeMutableBufferPointer<UInt8>) {
    func write(_ word: UInt64, _ range: Range<Int>) {
      var rest = word
      var place = range.upperBound
      while place > range.lowerBound {
        place -= 1
        let digit = UInt8(truncatingIfNeeded: rest & 15)
        out[place] = digit + (digit < 10 ? 0x30 : 0x57)
        rest >>= 4
      }
    }
    write(a, 0..<16)
    write(b, 16..<32)
    write(UInt64(c), 32..<40)
  }
}

/// The kind of a path in git.
public enum FileKind: String, Sendable {
  case regular, executable, symlink, submodule, folder

  /// Creates a kind from the mode in a tree or an index.
  package init(mode: UInt32) {
    switch mode {
    case 0o040000: self = .folder
    case 0o120000: self = .symlink
    case 0o160000: self = .submodule
    case 0o100755: self = .executable
    default: self = .regular
    }
  }
}

/// The kind and the object of a path. The executable bit does not count.
public struct FileIdentity: Hashable, Sendable {
  /// The kind in git; `executable` becomes `regular`.
  public let kind: FileKind
  /// The object.
  public let id: ObjectID

  /// Creates an identity.
  public init(kind: FileKind, id: ObjectID) {
    self.kind = kind == .executable ? .regular : kind
    self.id = id
  }
}

extension ObjectID {
  /// Forty zeros: git's null id.
  public static let zero = ObjectID([])
}
