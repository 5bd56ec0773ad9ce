/// Seeded random numbers: SplitMix64 (Steele, Lea and Flood, 2014).
struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// Changes a text into one that a person with bad luck or bad intent might send.
struct Mutator {
  var random: SplitMix
  /// Words with a meaning for some parser.
  private static let words: [[UInt8]] = [
    "\"", "\\", "\\u0000", "\\ud800", "{", "}", "[", "]", ",", ":", "null", "true", "1e999", "-0", "9007199254740993",
    "\u{FEFF}", "\r\n", "\0", "\u{1B}[2J", "\u{202E}", "../", "/", ".git", "\"id\"", "\"status\"", "\"Done\"",
    "\"In Review\"", "\"waiver\"", "\"evidence\"", "\"version\": 2", "none", " -> ", "sha256:", "Readiness-Run: ",
    "Readiness-Waive: A-3 unmet-dependency until 2026-12-01", "Readiness-Heals: yes", "Readiness-Signature: ", "\n\n",
    "100644 ", "40000 ", "120000 ", "160000 ", "A-1.json", ".readiness", "ssot", "*", "?", "**", "(a+)+$", "$ref",
    "#/$defs/a",
  ].map { Array($0.utf8) }

  mutating func mutate(_ seed: [UInt8], with other: [UInt8]) -> [UInt8] {
    var bytes = seed
    // Half of them keep their form, to reach the code after the parsers.
    let keepsForm = Bool.random(using: &random)
    for _ in 0..<Int.random(in: 1...(keepsForm ? 3 : 6), using: &random) {
      if keepsForm { exchange(&bytes, other) } else { step(&bytes, other) }
    }
    return bytes
  }

  /// Replaces a quoted text, a number, a line or a word with another.
  private mutating func exchange(_ bytes: inout [UInt8], _ other: [UInt8]) {
    let kinds: [(UInt8, UInt8)] = [(0x22, 0x22), (0x22, 0x22), (0x7B, 0x7D), (0x5B, 0x5D), (0x0A, 0x0A), (0x20, 0x20)]
    let (open, close) = kinds.randomElement(using: &random) ?? (0x0A, 0x0A)
    guard let target = span(bytes, open, close),
      let source = span(Bool.random(using: &random) ? bytes : other, open, close)
    else { return }
    bytes.replaceSubrange(target.range, with: source.text)
  }

  /// Returns a range between two marks, inclusive. Returns nil if there is none.
  private mutating func span(_ bytes: [UInt8], _ open: UInt8, _ close: UInt8) -> (range: Range<Int>, text: [UInt8])? {
    let starts = bytes.indices.filter { bytes[$0] == open }
    guard let start = starts.randomElement(using: &random) else { return nil }
    var depth = 0
    for end in bytes.indices[(start + 1)...] {
      if open != close, bytes[end] == open { depth += 1 }
      guard bytes[end] == close else { continue }
      if depth == 0 { return (start..<(end + 1), Array(bytes[start...end])) }
      depth -= 1
    }
    return nil
  }

  private mutating func step(_ bytes: inout [UInt8], _ other: [UInt8]) {
    let at = Int.random(in: 0...bytes.count, using: &random)
    switch Int.random(in: 0..<10, using: &random) {
    case 0 where at < bytes.count: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
    case 1 where at < bytes.count: bytes[at] = UInt8.random(in: 0...255, using: &random)
    case 2: bytes.insert(contentsOf: Self.words.randomElement(using: &random) ?? [], at: at)
    case 3: bytes.removeSubrange(at..<min(bytes.count, at + Int.random(in: 0...40, using: &random)))
    case 4:
      let piece = bytes[at..<min(bytes.count, at + Int.random(in: 0...200, using: &random))]
      bytes.insert(contentsOf: Array(piece), at: Int.random(in: 0...bytes.count, using: &random))
    case 5:
      let start = Int.random(in: 0...other.count, using: &random)
      bytes.insert(contentsOf: other[start..<min(other.count, start + Int.random(in: 0...200, using: &random))], at: at)
    case 6: bytes.removeLast(bytes.count - at)
    case 7:
      // Deep nesting, long lines, long numbers.
      let words: [[UInt8]] = [[0x5B], [0x7B, 0x22, 0x61, 0x22, 0x3A], [0x39], [0x20], [0x61]]
      let word = words.randomElement(using: &random) ?? []
      let times = [1, 40, 400, 4000].randomElement(using: &random) ?? 1
      bytes.insert(contentsOf: Array(repeatElement(word, count: times).joined()), at: at)
    case 8:
      // Overwrites bytes with a word.
      let word = Self.words.randomElement(using: &random) ?? []
      let end = min(bytes.count, at + word.count)
      bytes.replaceSubrange(at..<end, with: word)
    default:
      guard bytes.count > 1 else { return }
      bytes.swapAt(Int.random(in: 0..<bytes.count, using: &random), Int.random(in: 0..<bytes.count, using: &random))
    }
  }
}
