/// The identifiers of traces and spans as OTLP's JSON writes them: lower-case hexadecimal digits, never all zero.
enum HexID {
  /// Returns true if a text is such an identifier of so many digits.
  static func isLegal(_ text: some StringProtocol, digits: Int) -> Bool {
    let bytes = text.utf8
    return bytes.count == digits && bytes.allSatisfy { isDigit($0) } && bytes.contains { $0 != UInt8(ascii: "0") }
  }

  /// Returns true for `0` to `9` and `a` to `f`.
  static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
  }

  /// Makes one of random bytes.
  static func random(digits: Int, using random: inout some RandomNumberGenerator) -> String {
    let alphabet = Array("0123456789abcdef".utf8)
    while true {
      let text = String(
        decoding: (0..<digits).map { _ in alphabet[Int.random(in: 0..<16, using: &random)] }, as: UTF8.self)
      if isLegal(text, digits: digits) { return text }
    }
  }
}

/// Names one span within its trace, and whether anybody records it (W3C Trace Context, level 1).
public struct TraceContext: Sendable, Equatable {
  /// 32 hexadecimal digits.
  public let trace: String
  /// 16 hexadecimal digits.
  public let span: String
  /// True if the caller records the trace.
  public let isSampled: Bool
  /// The vendors' list, handed on unchanged; nil if there is none.
  public let state: String?

  /// Makes a context.
  public init(trace: String, span: String, isSampled: Bool = true, state: String? = nil) {
    self.trace = trace
    self.span = span
    self.isSampled = isSampled
    self.state = state
  }

  /// Reads the variables `TRACEPARENT` and `TRACESTATE`.
  ///
  /// Returns nil if the first is not legal: then the second counts for nothing, and a new trace begins. Version `00` has
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

  /// A state goes into a header of HTTP, so nothing but printable ASCII is handed on, 512 characters at most.
  private static func legal(state: String) -> String? {
    let isLegal = (1...512).contains(state.utf8.count) && state.utf8.allSatisfy { (0x20...0x7E).contains($0) }
    return isLegal ? state : nil
  }

  /// The text of `TRACEPARENT`, in version `00`.
  public var parent: String { "00-\(trace)-\(span)-\(isSampled ? "01" : "00")" }

  /// The variables that hand this context to a program.
  public var variables: [String: String] {
    var variables = ["TRACEPARENT": parent]
    if let state { variables["TRACESTATE"] = state }
    return variables
  }

  /// Returns the context of another span of this trace.
  public func with(span: String) -> TraceContext {
    TraceContext(trace: trace, span: span, isSampled: isSampled, state: state)
  }

  /// The root span of a run: its trace is the first 32 digits of the run ID, its span digits 33 to 48. So everybody who
  /// has the ID can open the trace, and git stores nothing.
  ///
  /// Returns nil if the text is no run ID, or if one of the two would be all zero.
  public init?(run id: String) {
    guard id.utf8.count == 64, id.utf8.allSatisfy(HexID.isDigit) else { return nil }
    let (trace, span) = (String(id.prefix(32)), String(id.dropFirst(32).prefix(16)))
    guard HexID.isLegal(trace, digits: 32), HexID.isLegal(span, digits: 16) else { return nil }
    self.init(trace: trace, span: span)
  }
}
