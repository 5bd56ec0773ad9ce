/// The ids of traces and spans in OTLP's JSON: lower-case hexadecimal digits, never all zero.
enum HexID {
  /// Returns true if a text is such an id of a number of digits.
  static func isLegal(_ text: some StringProtocol, digits: Int) -> Bool {
    let bytes = text.utf8
    return bytes.count == digits && bytes.allSatisfy { isDigit($0) } && bytes.contains { $0 != UInt8(ascii: "0") }
  }

  /// Returns true for `0` to `9` and `a` to `f`.
  static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
  }

  /// Creates a random id.
  static func random(digits: Int, using random: inout some RandomNumberGenerator) -> String {
    let alphabet = Array("0123456789abcdef".utf8)
    while true {
      let text = String(
        decoding: (0..<digits).map { _ in alphabet[Int.random(in: 0..<16, using: &random)] }, as: UTF8.self)
      if isLegal(text, digits: digits) { return text }
    }
  }
}

/// The ids of one span and its trace, and whether the trace is sampled (W3C Trace Context, level 1).
public struct TraceContext: Sendable, Equatable {
  /// The trace id, 32 hexadecimal digits.
  public let trace: String
  /// The span id, 16 hexadecimal digits.
  public let span: String
  /// True if the caller records the trace.
  public let isSampled: Bool
  /// The vendors' list, passed on unchanged; nil if there is none.
  public let state: String?

  /// Creates a context.
  public init(trace: String, span: String, isSampled: Bool = true, state: String? = nil) {
    self.trace = trace
    self.span = span
    self.isSampled = isSampled
    self.state = state
  }

  /// Parses the variables `TRACEPARENT` and `TRACESTATE`.
  ///
  /// Returns nil if the first is invalid: then the second is ignored, and a new trace starts. Version `00` has
  /// exactly 55 characters, a later one may continue after a hyphen, and `ff` is forbidden.
  public init?(parent: String, state: String?) {
    let bytes = Array(parent.utf8)
    guard bytes.count >= 55, [2, 35, 52].allSatisfy({ bytes[$0] == UInt8(ascii: "-") }) else { return nil }
    let fields = [0..<2, 3..<35, 36..<52, 53..<55].map { String(decoding: bytes[$0], as: UTF8.self) }
    guard fields[0].utf8.allSatisfy(HexID.isDigit), fields[0] != "ff", fields[3].utf8.allSatisfy(HexID.isDigit),
      HexID.isLegal(fields[1], digits: 32), HexID.isLegal(fields[2], digits: 16),
      let flags = UInt8(fields[3], radix: 16)
    else { return nil }
    if bytes.count > 55 {
      guard fields[0] != "00", bytes[55] == UInt8(ascii: "-") else { return nil }
    }
    self.init(trace: fields[1], span: fields[2], isSampled: flags & 1 == 1, state: state.flatMap(Self.legal(state:)))
  }

  /// Returns a state of at most 512 printable ASCII characters, because it becomes an HTTP header. Returns nil for
  /// any other.
  private static func legal(state: String) -> String? {
    let isLegal = (1...512).contains(state.utf8.count) && state.utf8.allSatisfy { (0x20...0x7E).contains($0) }
    return isLegal ? state : nil
  }

  /// The text of `TRACEPARENT`, in version `00`.
  public var parent: String { "00-\(trace)-\(span)-\(isSampled ? "01" : "00")" }

  /// The variables that pass this context to a program.
  public var variables: [String: String] {
    var variables = ["TRACEPARENT": parent]
    if let state { variables["TRACESTATE"] = state }
    return variables
  }

  /// Returns the context of another span of this trace.
  public func with(span: String) -> TraceContext {
    TraceContext(trace: trace, span: span, isSampled: isSampled, state: state)
  }

  /// Creates the root span of a run: its trace is the first 32 digits of the run ID, its span digits 33 to 48. So
  /// anyone with the ID can find the trace, and git stores nothing.
  ///
  /// Returns nil if the text is not a run ID, or if one of the two ids would be all zero.
  public init?(run id: String) {
    guard id.utf8.count == 64, id.utf8.allSatisfy(HexID.isDigit) else { return nil }
    let (trace, span) = (String(id.prefix(32)), String(id.dropFirst(32).prefix(16)))
    guard HexID.isLegal(trace, digits: 32), HexID.isLegal(span, digits: 16) else { return nil }
    self.init(trace: trace, span: span)
  }
}
