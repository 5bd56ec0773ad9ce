/// A commit message being edited: its prose, its subject and its blocks.
///
/// Trailers follow git's own rule, not libgit2's, because `git log --format=%(trailers)` reads the result
/// (`find_trailer_start` in git's `trailer.c`; see `doc/design/decisions/0005-trailers.md`).
public struct CommitMessage: Sendable {
  /// The lines that git will retain, including blocks.
  public private(set) var lines: [Substring]
  /// The comments, the scissors line and everything after it; unchanged, at the end of the message.
  private let template: [Substring]
  private let commentPrefix: String
  /// True if a person edits the message after it was stamped.
  private let isEdited: Bool

  /// Splits a message file.
  /// - Parameter isEdited: true if an editor opens, so that git strips comments. Else, lines that look like comments
  ///   are text.
  public init(_ text: String, isEdited: Bool = false) {
    // Splits by bytes: to Swift, a carriage return and a newline are one character.
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

  /// Returns the comment prefix, from the scissors or the last line of git's template. `core.commentChar` may be `auto`
  /// or set on the command line, so the configuration does not suffice.
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

  /// The message without the comments that git will strip.
  public var prose: String { lines.filter { !isStripped($0) }.joined(by: "\n") }

  /// The blocks of the message. A line that git strips does not end a block.
  public var blocks: [StampBlock] { Trailers.blocks(in: prose) }

  private func isStripped(_ line: Substring) -> Bool { isEdited && Self.isComment(line, commentPrefix) }

  private static func isComment(_ line: Substring, _ prefix: String) -> Bool { line.utf8.starts(with: prefix.utf8) }

  /// True for each line that is part of a block.
  private var partsOfBlocks: [Bool] {
    var isOpen = false
    return lines.map { line in
      if isStripped(line) { return false }
      isOpen = Self.isPart(line, isOpen)
      return isOpen
    }
  }

  /// Returns true if a line begins a block or continues the one above it.
  private static func isPart(_ line: Substring, _ isOpen: Bool) -> Bool {
    Self.withBytes(line) { (isOpen ? Trailers.keyLength(of: $0) : Trailers.beginning(of: $0)) != nil }
  }

  private static func withBytes<T>(_ line: Substring, _ body: (UnsafeBufferPointer<UInt8>) -> T) -> T {
    var line = line
    return line.withUTF8 { body(Trailers.withoutReturn($0)) }
  }

  /// The first paragraph without comments and blocks, with white space folded; empty if there is none.
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

  /// Returns a text as a trailer's value: white space folded, without control characters.
  private static func oneLine(_ text: String) -> String {
    let clean = text.unicodeScalars.filter {
      $0.properties.generalCategory != .control || $0.properties.isWhitespace
    }
    return String(String.UnicodeScalarView(clean)).split(whereSeparator: \.isWhitespace).joined(by: " ")
  }

  /// The reason that a person wrote in a line `Readiness-Reason: …`, or that an earlier stamp contains.
  public var statedReason: String? { stated(.reason).last { !$0.isEmpty } }

  /// The exceptions that a person granted in lines `Readiness-Waive: …`, or that an earlier stamp contains. A malformed
  /// line grants none, so the rule rejects the change.
  public var statedWaives: [Run.Waive] {
    stated(.waive).compactMap { Run.Waive($0) }.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }

  /// Returns the values of all lines with a key, within blocks and outside.
  private func stated(_ key: TrailerKey) -> [String] {
    let beginning = key.rawValue + ":"
    return lines.filter { $0.utf8.starts(with: beginning.utf8) }
      .map { Self.oneLine(String(Substring($0.utf8.dropFirst(beginning.utf8.count)))) }
  }

  /// Removes every block with the empty line above it, unless the block's paragraph has other lines. Retains everything
  /// else, such as a user's lines that begin with `Readiness-`.
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

  /// Moves the blocks that `git merge --squash` indented to column 0, oldest first (contract 3); git lists the newest
  /// first.
  /// - Parameter squashed: git's own `SQUASH_MSG`, for a person who passed another message with `-m`.
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

  /// Removes and returns the indented blocks, in order.
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

  /// Appends a block so that git finds it: to the last paragraph if that consists of trailers, else as a new paragraph.
  /// Never appends it to the subject's paragraph, or next to a user's line that begins with `Readiness-`.
  public mutating func append(block: String) {
    // Splits by bytes: to Swift, a carriage return and a newline are one character.
    append(block.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).map { Substring($0) })
  }

  /// Moves a single block to the position that `append` uses, because git finds trailers only at the end. Another hook
  /// or a person may have written below the block.
  public mutating func settleBlock() {
    guard let block = takeBlock() else { return }
    append(block: block)
  }

  /// Removes and returns the block, and removes the empty lines at the end.
  /// - Returns: nil, and removes nothing, unless there is exactly one block.
  public mutating func takeBlock() -> String? {
    guard blocks.count == 1 else { return nil }
    let block = zip(lines, partsOfBlocks).filter(\.1).map(\.0)
    removeBlocks()
    while let last = lines.last, Self.isBlank(last) { lines.removeLast() }
    return block.joined(by: "\n")
  }

  /// Returns true if the message without its blocks is only a template, apart from comments and sign-offs. Git rejects
  /// such a message as unedited.
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

  /// Returns true if a line has only ASCII white space, the only white space that git knows.
  private static func isBlank(_ line: Substring) -> Bool {
    line.utf8.allSatisfy { $0 == 0x20 || (0x09...0x0D).contains($0) }
  }

  /// True if git reads the last paragraph as trailers.
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
        // An appended stamp only adds trailers, so git still recognizes the paragraph afterwards.
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

  /// Returns true for `token :`, in which the token has letters, digits and hyphens; white space may precede the colon.
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
  /// Joins the parts. The standard library's `joined` looks up types at run time, which takes 0.2 million instructions.
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
  /// Returns the text without the trailing characters that a predicate accepts.
  fileprivate func trimmingSuffix(while isCut: (Character) -> Bool) -> Substring {
    var text = self
    while let last = text.last, isCut(last) { text.removeLast() }
    return text
  }
}
