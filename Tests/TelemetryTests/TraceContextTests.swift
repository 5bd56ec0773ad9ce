import Testing

@testable import Telemetry

@Suite("Trace contexts are read as W3C writes them")
struct TraceContextTests {
  private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
  private static let span = "00f067aa0ba902b7"
  private static let legal = "00-\(trace)-\(span)-01"

  @Test("a legal context is read, and written as it was")
  func reads() throws {
    let context = try #require(TraceContext(parent: Self.legal, state: "vendor=1"))
    #expect(context == TraceContext(trace: Self.trace, span: Self.span, isSampled: true, state: "vendor=1"))
    #expect(context.parent == Self.legal)
    #expect(context.variables == ["TRACEPARENT": Self.legal, "TRACESTATE": "vendor=1"])
  }

  @Test(
    "only the lowest flag says that the trace is recorded",
    arguments: [("00", false), ("01", true), ("fe", false), ("03", true)])
  func flags(flags: String, isSampled: Bool) throws {
    let context = try #require(TraceContext(parent: Self.legal.dropLast(2) + flags, state: nil))
    #expect(context.isSampled == isSampled)
  }

  @Test("a later version may continue after a hyphen")
  func laterVersion() {
    #expect(TraceContext(parent: "cc" + Self.legal.dropFirst(2) + "-what-comes", state: nil)?.trace == Self.trace)
    #expect(TraceContext(parent: "cc" + Self.legal.dropFirst(2), state: nil)?.span == Self.span)
  }

  @Test(
    "anything else begins a new trace",
    arguments: [
      "", legal + "-x", legal + " ", " " + legal, legal.uppercased(), String(legal.dropLast()),
      "ff" + legal.dropFirst(2), "cc" + legal.dropFirst(2) + ".x", legal.replacing("-01", with: "-0g"),
      legal.replacing(span, with: "0000000000000000"), legal.replacing("-", with: "_"),
      legal.replacing(trace, with: "00000000000000000000000000000000"), legal.replacing("4bf9", with: "4bé9"),
      legal.replacing("4bf92", with: "4bf9x"),
    ])
  func refuses(text: String) {
    #expect(TraceContext(parent: text, state: "vendor=1") == nil)
  }

  @Test(
    "a state that could not stand in a header is not handed on",
    arguments: ["", "a=1\r\nX-Evil: 1", "a=é", String(repeating: "a", count: 513)])
  func state(text: String) throws {
    #expect(try #require(TraceContext(parent: Self.legal, state: text)).state == nil)
  }

  @Test("a run ID is a trace and its root span")
  func runs() throws {
    let run = "3f5c8d2e9a010000" + "1111111111111111" + "2222222222222222" + "3333333333333333"
    let context = try #require(TraceContext(run: run))
    #expect(context.trace == "3f5c8d2e9a0100001111111111111111")
    #expect(context.span == "2222222222222222")
  }

  @Test(
    "what is no run ID, or all zero where OpenTelemetry forbids it, has no trace",
    arguments: [
      "unstamped-1", String(repeating: "A", count: 64),
      String(repeating: "0", count: 32) + String(repeating: "1", count: 32),
      String(repeating: "1", count: 32) + String(repeating: "0", count: 16) + String(repeating: "1", count: 16),
    ])
  func noRun(text: String) {
    #expect(TraceContext(run: text) == nil)
  }
}
