/// A commit message in the making: where its prose ends, where a block goes, what its subject is.
///
/// Git's own rule for trailers is followed, not libgit2's, because `git log --format=%(trailers)` reads the result
/// (`find_trailer_start` in git's `trailer.c`; see `doc/design/decisions/0005-trailers.md`).
public struct CommitMessage: Sendable {
  /// The lines that git will keep, blocks included.
  public private(set) var lines: [Substring]
  /// Comments, scissors and what follows them; kept as they are, below everything else.
  private let template: [Substring]
  private let commentPrefix: String
  /// True where a person edits the message after it was stamped.
  private let isEdited: Bool

  /// Splits a message file.
  /// - Parameter isEdited: true where an editor opens, so that git strips comments. Else lines that look like
  ///   comments are text.
  public init(_ text: String, isEdited: Bool = false) {
    // By bytes: to Swift a carriage return and a newline are one character.
    var all = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).map { Substring($0) }
    if all.last?.isEmpty == true { all.removeLast() }
    self.isEdited = isEdited
    commentPrefix = Self.commentPrefix(of: all)
    var end = all.count
    if isEdited {
      end = all.firstIndex { $0.hasSuffix(Self.scissors) && $0.utf8.count == Self.scissors.utf8.count + 1 } ?? end
      while end > 0, Self.isComment(all[end - 1], commentPrefix) || Self.isBlank(all[end - 1]) { end -= 1 }
    } else {
      while end > 0, Self.isBlank(all[end - 1]) { end -= 1 }
    }
    lines = Array(all[..<end])
    template = Array(all[end...].drop(while: Self.isBlank))
  }

  /// The end of the line below which git drops everything; a comment character precedes it.
  public static let scissors = " ------------------------ >8 ------------------------"

  /// What begins a comment: `core.commentChar` may be `auto` or come from the command line, so it is read off the
  /// template that git has written, whose last line is a comment, or off its scissors.
  private static func commentPrefix(of lines: [Substring]) -> String {
    let template = lines.first { $0.hasSuffix(scissors) } ?? lines.last { !isBlank($0) }
    guard let first = template?.first, "#;@!$%^&|:".contains(first) else { return "#" }
    return String(first)
  }

  /// The message as a file: prose and blocks, an empty line, the comments.
  public var text: String {
    var out = lines.joined(by: "\n")
    if !out.isEmpty { out += "\n" }
    if !template.isEmpty { out += (isEdited ? "\n" : "") + template.joined(by: "\n") + "\n" }
    return out
  }

  /// What git will keep of it, as far as comments are known.
  public var prose: String { lines.filter { !isStripped($0) }.joined(by: "\n") }

  /// The blocks that stand in it. A line that git strips divides none.
  public var blocks: [StampBlock] { Trailers.blocks(in: prose) }

  private func isStripped(_ line: Substring) -> Bool { isEdited && Self.isComment(line, commentPrefix) }

  private static func isComment(_ line: Substring, _ prefix: String) -> Bool { line.utf8.starts(with: prefix.utf8) }

  /// Which lines are part of a block.
  private var partsOfBlocks: [Bool] {
    var isOpen = false
    return lines.map { line in
      if isStripped(line) { return false }
      isOpen = Self.isPart(line, isOpen)
      return isOpen
    }
  }

  /// True if a line begins a block, or goes on with the one above it.
  private static func isPart(_ line: Substring, _ isOpen: Bool) -> Bool {
    Self.withBytes(line) { (isOpen ? Trailers.keyLength(of: $0) : Trailers.beginning(of: $0)) != nil }
  }

  private static func withBytes<T>(_ line: Substring, _ body: (UnsafeBufferPointer<UInt8>) -> T) -> T {
    var line = line
    return line.withUTF8 { body(Trailers.withoutReturn($0)) }
  }

  /// The first paragraph, white space folded, comments and blocks left out; empty where there is none.
  public var subject: String {
    var words: [Substring] = []
    for (line, isPart) in zip(lines, partsOfBlocks) {
      if isStripped(line) { continue }
      if Self.isBlank(line) {
        if words.isEmpty { continue }
        break
      }
      if isPart { break }
      words += line.split(whereSeparator: \.isWhitespace)
    }
    return Self.oneLine(words.joined(by: " "))
  }

  /// A text as a value of a trailer: white space folded, without control characters.
  private static func oneLine(_ text: String) -> String {
    let clean = text.unicodeScalars.filter {
      $0.properties.generalCategory != .control || $0.properties.isWhitespace
    }
    return String(String.UnicodeScalarView(clean)).split(whereSeparator: \.isWhitespace).joined(by: " ")
  }

  /// A reason that a person wrote by hand, as a line `Readiness-Reason: …`, or that an earlier stamp holds.
  public var statedReason: String? { stated(.reason).last { !$0.isEmpty } }

  /// The rules that a person lets go by hand, as lines `Readiness-Waive: …`, or that an earlier stamp holds. A line that
  /// is not of that form lets nothing go, so that the rule refuses.
  public var statedWaives: [Run.Waive] {
    stated(.waive).compactMap { Run.Waive($0) }.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }

  /// The values of all lines with a key, within blocks and outside.
  private func stated(_ key: TrailerKey) -> [String] {
    let beginning = key.rawValue + ":"
    return lines.filter { $0.utf8.starts(with: beginning.utf8) }
      .map { Self.oneLine(String(Substring($0.utf8.dropFirst(beginning.utf8.count)))) }
  }

  /// Removes every block with the empty line above it, unless other lines of the block's paragraph stay. All else stays,
  /// lines of the user's that begin with `Readiness-` as well.
  public mutating func removeBlocks() {
    var kept: [Substring] = []
    var wasPart = false
    var parted = false
    for (line, isPart) in zip(lines, partsOfBlocks) {
      if isPart, !wasPart, let last = kept.last, Self.isBlank(last) {
        kept.removeLast()
        parted = true
      }
      if !isPart {
        if parted, !Self.isBlank(line), !isStripped(line) { kept.append("") }
        kept.append(line)
        parted = false
      }
      wasPart = isPart
    }
    if kept.allSatisfy(Self.isBlank) { kept = [] }
    lines = kept
  }

  /// Writes out at column 0 what `git merge --squash` indents, oldest first (contract 3); git lists the newest first.
  /// - Parameter squashed: git's own `SQUASH_MSG`, for a person who gave another message with `-m`.
  public mutating func liftIndentedBlocks(squashed: String) {
    var found = takeIndentedBlocks()
    if found.isEmpty, blocks.isEmpty {
      var whole = CommitMessage(squashed)
      found = whole.takeIndentedBlocks()
    }
    guard !found.isEmpty else { return }
    while let last = lines.last, Self.isBlank(last) { lines.removeLast() }
    for block in found.reversed() { lines += [""] + block }
  }

  /// Takes the indented blocks out, in the order in which they stand.
  private mutating func takeIndentedBlocks() -> [[Substring]] {
    var found: [[Substring]] = []
    var current: [Substring] = []
    var kept: [Substring] = []
    for line in lines {
      let bare = Substring(line.utf8.drop { $0 == 0x20 || $0 == 0x09 })
      if bare.startIndex > line.startIndex, Self.isPart(bare, !current.isEmpty) {
        current.append(bare)
        continue
      }
      if !current.isEmpty { found.append(current) }
      current = []
      kept.append(line)
    }
    if !current.isEmpty { found.append(current) }
    lines = kept
    return found
  }

  /// Appends a block so that git finds it: in the last paragraph where that one is made of trailers, else in a
  /// paragraph of its own, never in the subject's, and never next to a line of the user's that begins with `Readiness-`.
  public mutating func append(block: String) {
    // By bytes: to Swift a carriage return and a newline are one character.
    append(block.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).map { Substring($0) })
  }

  /// Moves a single block to where `append` puts one, because git finds trailers only at the end: another hook, or a
  /// person, may have written below it.
  public mutating func settleBlock() {
    guard let block = takeBlock() else { return }
    append(block: block)
  }

  /// Removes the block and the empty lines at the end.
  /// - Returns: nil, and nothing is removed, unless there is exactly one.
  public mutating func takeBlock() -> String? {
    guard blocks.count == 1 else { return nil }
    let block = zip(lines, partsOfBlocks).filter(\.1).map(\.0)
    removeBlocks()
    while let last = lines.last, Self.isBlank(last) { lines.removeLast() }
    return block.joined(by: "\n")
  }

  /// True if the message, its blocks left out, holds no more than a template, comments and sign-offs aside: git refuses
  /// such a message as one that nobody edited.
  public func isUnedited(_ template: String) -> Bool {
    var bare = self
    bare.removeBlocks()
    func paragraphs(_ lines: [Substring]) -> [Substring] {
      lines.filter { !isStripped($0) && !Self.isBlank($0) }
        .map { $0.trimmingSuffix(while: \.isWhitespace) }
    }
    let (own, given) = (
      paragraphs(bare.lines), paragraphs(template.utf8.split(separator: 0x0A).map { Substring($0) })
    )
    return !given.isEmpty && own.starts(with: given)
      && own.dropFirst(given.count).allSatisfy { $0.hasPrefix("Signed-off-by: ") }
  }

  private mutating func append(_ blockLines: [Substring]) {
    if lines.isEmpty {
      // A person still has to write the subject: its line, and the empty one below it.
      lines = ["", ""] + blockLines
    } else if endsInTrailers, let last = lines.last, !Self.withBytes(last, Trailers.isNamed), !endsInFormToFill {
      lines += blockLines
    } else {
      lines += [""] + blockLines
    }
  }

  /// True if an editor opens on a line such as `Why:`, below which a person may write more than a trailer's value.
  private var endsInFormToFill: Bool {
    isEdited && lines.last.map { $0.trimmingSuffix(while: \.isWhitespace).last == ":" } == true
  }

  /// By git's own notion of space, which knows ASCII alone.
  private static func isBlank(_ line: Substring) -> Bool {
    line.utf8.allSatisfy { $0 == 0x20 || (0x09...0x0D).contains($0) }
  }

  /// True where git takes the last paragraph for trailers.
  private var endsInTrailers: Bool {
    let title = lines.firstIndex(where: Self.isBlank) ?? lines.count
    var trailers = 0
    var others = 0
    var continuations = 0
    var isRecognized = false
    for line in lines[title...].reversed() {
      if line.hasPrefix("#") {
        others += continuations
        continuations = 0
      } else if Self.isBlank(line) {
        others += continuations
        // A stamp that is appended makes only more trailers, so what git recognises now it recognises then.
        return (isRecognized && trailers * 3 >= others) || (trailers > 0 && others == 0)
      } else if line.hasPrefix("Signed-off-by: ") || line.hasPrefix("(cherry picked from commit ") {
        trailers += 1
        continuations = 0
        isRecognized = true
      } else if line.first?.isWhitespace == true {
        continuations += 1
      } else if Self.isTrailer(line) {
        trailers += 1
        continuations = 0
      } else {
        others += 1 + continuations
        continuations = 0
      }
    }
    return false
  }

  /// `token :` with a token of letters, digits and hyphens, white space allowed before the colon.
  private static func isTrailer(_ line: Substring) -> Bool {
    var sawSpace = false
    for (index, byte) in line.utf8.enumerated() {
      if byte == UInt8(ascii: ":") { return index > 0 }
      let isWord =
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF) && byte < 0x80
        || byte == UInt8(ascii: "-")
      if !sawSpace, isWord { continue }
      guard index > 0, byte == 0x20 || byte == 0x09 else { return false }
      sawSpace = true
    }
    return false
  }
}

extension Array where Element: StringProtocol {
  /// The parts as one text. What the standard library joins has the runtime find out first what it is, which takes 0.2
  /// million instructions.
  func joined(by separator: String) -> String {
    var text = ""
    for (place, part) in enumerated() {
      if place > 0 { text += separator }
      text += String(part)
    }
    return text
  }
}

extension Substring {
  /// The text without the characters at its end that a predicate accepts.
  fileprivate func trimmingSuffix(while isCut: (Character) -> Bool) -> Substring {
    var text = self
    while let last = text.last, isCut(last) { text.removeLast() }
    return text
  }
}
