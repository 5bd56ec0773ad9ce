import CPCRE2

/// A regular expression of ECMA-262, as JSON Schema's `pattern` defines it: unanchored, by Unicode scalars.
///
/// PCRE2 matches it, because PCRE2 can stop at a bound. `ECMAPattern` translates the differences of the two dialects.
public struct TextPattern: Sendable {
  /// The pattern in its source form.
  public let text: String
  private let code: Code

  /// Compiles a pattern. O(pattern). A pattern, and its compiled form, may have at most 64 KiB.
  /// - Throws: `PatternSyntaxError` if the text is not a regular expression.
  public init(_ text: String) throws {
    self.text = text
    code = try Code(ECMAPattern(text))
  }

  /// Returns true if the pattern matches anywhere in the text.
  /// - Throws: `PatternTooCostly` if the budget is exhausted before the result is known.
  public func isFound(in text: String, within budget: inout PatternBudget) throws -> Bool {
    var text = text
    let answer = text.withUTF8 { code.isFound(in: $0, within: &budget) }
    guard let answer else { throw PatternTooCostly(pattern: self.text) }
    return answer
  }

  /// Finds the first match at or after an offset.
  /// - Returns: the byte range of the match; nil if there is none.
  /// - Throws: `PatternTooCostly` if the budget is exhausted before the result is known.
  public func firstMatch(
    in text: UnsafeBufferPointer<UInt8>, from start: Int, within budget: inout PatternBudget
  ) throws -> Range<Int>? {
    switch code.match(in: text, from: start, within: &budget) {
    case .found(let range): return range
    case .none: return nil
    case .unknown: throw PatternTooCostly(pattern: self.text)
    }
  }

  /// The result of a match.
  fileprivate enum Match {
    case found(Range<Int>)
    case none
    case unknown
  }

  /// Owns a compiled pattern, which PCRE2 never changes once it is compiled (pcre2api, "Multithreading").
  private final class Code: @unchecked Sendable {
    // Safe: both properties are constants, PCRE2 does not change a compiled pattern (pcre2api, "Multithreading"), each
    // match has data of its own, and the one `free` is in `deinit`, which runs when no thread holds this any more.
    private let pointer: OpaquePointer
    private let mayScanUnseen: Bool

    init(_ pattern: ECMAPattern) throws {
      guard let context = pcre2_compile_context_create_8(nil) else { throw PatternSyntaxError() }
      defer { pcre2_compile_context_free_8(context) }
      pcre2_set_max_pattern_length_8(context, 1 << 16)
      // PCRE2 calls back before each item of the pattern. An automatically possessified repeat would skip these
      // callouts.
      let options =
        PCRE2_UTF | PCRE2_DOLLAR_ENDONLY | PCRE2_ALLOW_EMPTY_CLASS | PCRE2_MATCH_UNSET_BACKREF
        | PCRE2_NEVER_BACKSLASH_C | PCRE2_NO_AUTO_POSSESS | PCRE2_AUTO_CALLOUT
      var (error, offset): (Int32, Int) = (0, 0)
      let text = Array(pattern.text.utf8)
      guard let compiled = pcre2_compile_8(text, text.count, options, &error, &offset, context) else {
        throw PatternSyntaxError()
      }
      pointer = compiled
      mayScanUnseen = pattern.mayScanUnseen
    }

    /// Returns true if the pattern matches. Returns nil if budget or memory is exhausted before the result is known.
    ///
    /// PCRE2's own step limit restarts at each start position, so callouts count the steps: one for each item tried,
    /// and one for each eight bytes passed since the last callout.
    func isFound(in bytes: UnsafeBufferPointer<UInt8>, within budget: inout PatternBudget) -> Bool? {
      switch match(in: bytes, from: 0, within: &budget) {
      case .found: true
      case .none: false
      case .unknown: nil
      }
    }

    /// Finds the first match at or after an offset.
    func match(in bytes: UnsafeBufferPointer<UInt8>, from start: Int, within budget: inout PatternBudget) -> Match {
      guard let data = pcre2_match_data_create_8(1, nil) else { return .unknown }
      defer { pcre2_match_data_free_8(data) }
      guard let context = pcre2_match_context_create_8(nil) else { return .unknown }
      defer { pcre2_match_context_free_8(context) }
      pcre2_set_heap_limit_8(context, 16 << 10)
      // No callout reports the characters that a back reference or a counted repeat scanned before it failed.
      let blind = mayScanUnseen ? bytes.count / 64 : 0
      var meter = Meter(left: budget.steps - 4 - bytes.count / 16, perItem: 1 + blind)
      defer { budget.steps = max(0, meter.left) }
      return withUnsafeMutablePointer(to: &meter) { meter -> Match in
        pcre2_set_callout_8(
          context,
          { block, meter in
            guard let block, let meter else { return PCRE2_ERROR_CALLOUT }
            let position = Int(block.pointee.current_position)
            return meter.assumingMemoryBound(to: Meter.self).pointee.count(at: position) ? 0 : PCRE2_ERROR_CALLOUT
          }, meter)
        guard meter.pointee.left > 0 else { return .unknown }
        // A Swift string is well-formed UTF-8.
        var empty: UInt8 = 0
        let result =
          bytes.baseAddress.map { pcre2_match_8(pointer, $0, bytes.count, start, PCRE2_NO_UTF_CHECK, data, context) }
          ?? pcre2_match_8(pointer, &empty, 0, 0, PCRE2_NO_UTF_CHECK, data, context)
        // The result is 0 if the groups exceed the one pair of offsets.
        if result >= 0, let pair = pcre2_get_ovector_pointer_8(data) {
          return .found(Int(pair[0])..<max(Int(pair[0]), Int(pair[1])))
        }
        return result == PCRE2_ERROR_NOMATCH ? .none : .unknown
      }
    }

    deinit { pcre2_code_free_8(pointer) }
  }

  /// Counts the steps of one match.
  private struct Meter {
    var left: Int
    let perItem: Int
    private var last = 0

    init(left: Int, perItem: Int) {
      self.left = left
      self.perItem = perItem
    }

    /// Returns false if no step is left.
    mutating func count(at position: Int) -> Bool {
      left -= perItem + max(0, position - last) / 8
      last = position
      return left > 0
    }
  }
}

/// The error for a text that is not a regular expression of ECMA-262.
public struct PatternSyntaxError: Error, Sendable, Equatable {}
