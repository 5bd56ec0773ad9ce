import JSONSchema
import StrictJSON

/// The rules for secrets (`ssot/policies/secrets.json`, optional): a team's own patterns and words of high entropy, in
/// addition to the well-known tokens and private keys.
public struct Secrets: Sendable, Hashable {
  /// A pattern with its name; messages show only the name.
  struct Pattern: Sendable, Hashable {
    let name: String
    let text: String
  }

  /// The limits for words that are too random to be prose.
  struct Entropy: Sendable, Hashable {
    let minLength: Int
    let bits: Double
  }

  let patterns: [Pattern]
  let entropy: Entropy?
  /// The patterns of words that are not secrets.
  let allowed: [String]

  /// The well-known secrets only.
  static let builtIn = Secrets(patterns: [], entropy: nil, allowed: [])

  private init(patterns: [Pattern], entropy: Entropy?, allowed: [String]) {
    self.patterns = patterns
    self.entropy = entropy
    self.allowed = allowed
  }

  /// Reads `secrets.json`. Returns nil and adds faults if it is invalid.
  init?(_ root: JSONValue, _ faults: FaultList) {
    let known: [StaticString] = ["$schema", "version", "patterns", "entropy", "allow"]
    guard let reader = ObjectReader(root, "The secrets file", known: known, extensible: true, faults) else {
      return nil
    }
    reader.checkVersion()
    patterns = reader.elements("patterns").compactMap { element in
      guard let inner = ObjectReader(element, "The pattern", known: ["name", "pattern"], faults),
        let name = inner.text("name"), let text = inner.text("pattern")
      else { return nil }
      Self.compile(text, at: element["pattern"] ?? element, faults)
      return Pattern(name: name, text: text)
    }
    entropy = root["entropy"].flatMap { value in
      guard let inner = ObjectReader(value, "\"entropy\"", known: ["minLength", "bits"], faults) else { return nil }
      let length = inner.count("minLength", 8...4_096)
      guard let length, let bits = value["bits"]?.number?.double, (0...8).contains(bits) else {
        faults.add("\"entropy\" should have \"minLength\" from 8 and \"bits\" from 0 to 8.", at: value)
        return nil
      }
      return Entropy(minLength: length, bits: bits)
    }
    allowed = reader.uniqueTexts("allow").map { text, value in
      Self.compile(text, at: value, faults)
      return text
    }
    guard faults.faults.isEmpty else { return nil }
  }

  private static func compile(_ text: String, at value: JSONValue, _ faults: FaultList) {
    do { _ = try TextPattern(text) } catch { faults.add("\"\(text)\" is no regular expression.", at: value) }
  }
}

extension Secrets {
  /// A possible secret in a text. Only the digest of the secret is stored.
  package struct Hit: Hashable {
    /// The kind of secret.
    package let name: String
    /// The offset of its first byte.
    package let offset: Int
    /// The digest of its bytes, which identifies secrets that are not new.
    let digest: Digest

    package static func == (a: Hit, b: Hit) -> Bool { a.digest == b.digest }
    package func hash(into hasher: inout Hasher) { hasher.combine(digest) }
  }

  /// Returns these rules, extended by the words that another policy allows.
  package func allowing(_ other: Secrets?) -> Secrets {
    Secrets(patterns: patterns, entropy: entropy, allowed: allowed + (other?.allowed ?? []))
  }

  /// The rules for well-known secrets only, for texts that contain random words by design.
  package var withoutOwnRules: Secrets { Secrets(patterns: [], entropy: nil, allowed: allowed) }

  /// Returns every possible secret in a text, in order: as written, and with JSON escapes decoded. O(bytes × patterns).
  /// - Throws: the errors of `writtenHits`.
  package func hits(in bytes: [UInt8]) throws -> [Hit] {
    var hits = try writtenHits(in: bytes)
    guard let decoded = JSONUnescaping.bytes(bytes) else { return hits }
    var seen = Set(hits)
    for hit in try writtenHits(in: decoded.bytes) where seen.insert(hit).inserted {
      let offset = decoded.offset(of: hit.offset)
      // A key that contains escapes is one secret, not two.
      if hits.contains(where: { $0.name == hit.name && $0.offset == offset }) { continue }
      hits.append(Hit(name: hit.name, offset: offset, digest: hit.digest))
    }
    return hits.sorted { $0.offset < $1.offset }
  }

  /// Returns every possible secret in a text as written, in order. O(bytes × patterns).
  /// - Throws: `PatternTooCostly` if one pattern of the team exceeds its limit of steps, `PatternsTooCostly` if all
  ///   patterns of a push exceed theirs.
  private func writtenHits(in bytes: [UInt8]) throws -> [Hit] {
    let known = KnownSecret.all(in: bytes)
    guard !known.isEmpty || !patterns.isEmpty || entropy != nil else { return [] }
    let allowed = try self.allowed.map { try TextPattern($0) }
    // A pattern is tried on each word, from each of its bytes.
    var budget = PatternBudget(
      forBytes: 8 * bytes.count * (allowed.count + patterns.count), ofText: 8 * bytes.count)
    var hits = try known.filter { secret in
      let word = String(decoding: bytes[secret.range], as: UTF8.self)
      return try !allowed.contains { try $0.isFound(in: word, within: &budget) }
    }.map { Hit(name: $0.name, offset: $0.range.lowerBound, digest: Digest(of: Array(bytes[$0.range]))) }
    guard !patterns.isEmpty || entropy != nil else {
      try budget.settle()
      return hits
    }
    let compiled = try patterns.map { ($0.name, try TextPattern($0.text)) }
    for range in Self.words(in: bytes) {
      var isAllowed = false
      var name: String?
      for piece in Self.pieces(of: range) where !isAllowed && name == nil {
        let text = String(decoding: bytes[piece], as: UTF8.self)
        isAllowed = try allowed.contains { try $0.isFound(in: text, within: &budget) }
        if !isAllowed { name = try compiled.first { try $0.1.isFound(in: text, within: &budget) }?.0 }
      }
      if isAllowed { continue }
      if name == nil, isTooRandom(bytes[range]) { name = "a random word" }
      if let name {
        hits.append(Hit(name: name, offset: range.lowerBound, digest: Digest(of: Array(bytes[range]))))
      }
    }
    try budget.settle()
    return hits.sorted { $0.offset < $1.offset }
  }

  /// Returns the words between white space, quotes, commas and backslashes.
  private static func words(in bytes: [UInt8]) -> [Range<Int>] {
    var (words, start) = ([Range<Int>](), 0)
    for index in 0...bytes.count {
      let isEnd = index == bytes.count || bytes[index] <= 0x20 || [0x22, 0x27, 0x2C, 0x5C].contains(bytes[index])
      guard isEnd else { continue }
      if index > start { words.append(start..<index) }
      start = index + 1
    }
    return words
  }

  /// Returns a word, or overlapping chunks of a long one, so that matching remains linear. A pattern that needs more
  /// than 256 bytes is not found in a word of more than 512.
  private static func pieces(of word: Range<Int>) -> [Range<Int>] {
    guard word.count > 512 else { return [word] }
    return stride(from: word.lowerBound, to: word.upperBound - 256, by: 256).map {
      $0..<min($0 + 512, word.upperBound)
    }
  }

  /// Returns true if a word's Shannon entropy per byte reaches the limit. Skips digests and ids, which are hexadecimal.
  private func isTooRandom(_ word: ArraySlice<UInt8>) -> Bool {
    guard let entropy, word.count >= entropy.minLength else { return false }
    let body = word.starts(with: Array("sha256:".utf8)) ? word.dropFirst(7) : word
    func isHex(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte) || byte == 0x2D }
    guard !body.allSatisfy(isHex) else { return false }
    var counts = [Int](repeating: 0, count: 256)
    for byte in word { counts[Int(byte)] += 1 }
    let total = Double(word.count)
    let bits = counts.filter { $0 > 0 }.reduce(0.0) { sum, count in
      let share = Double(count) / total
      return sum - share * Self.log2(share)
    }
    return bits >= entropy.bits
  }

  /// Returns the binary logarithm of a value up to 1, by repeated squaring, because this module links no math library.
  private static func log2(_ value: Double) -> Double {
    var (result, x) = (0.0, value)
    while x < 1 {
      x *= 2
      result -= 1
    }
    var bit = 0.5
    for _ in 0..<24 {
      x *= x
      if x >= 2 {
        x /= 2
        result += bit
      }
      bit /= 2
    }
    return result
  }
}
