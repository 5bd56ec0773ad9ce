import ReadinessSystem
import PlanModel
import Profiles
import StrictJSON
import Synchronization
import Testing

@testable import Telemetry

/// A generator with known numbers, so that its results can be compared.
private struct Counting: RandomNumberGenerator {
  var number: UInt64 = 0
  mutating func next() -> UInt64 {
    number &+= 0x0123_4567_89AB_CDEF
    return number
  }
}

/// A temporary folder for a spool.
final class SpoolFolder {
  let spool: Spool
  init() throws { spool = Spool(folder: try FileSystem.makeTemporaryFolder("readiness-spool-")) }
  deinit { do { try FileSystem.removeFolder(spool.folder) } catch {} }

  func lines(_ signal: Signal) throws -> [SpoolLine] {
    let bytes = try FileSystem.readIfPresent(spool.path(of: signal)) ?? []
    return bytes.split(separator: 0x0A).map { SpoolLine($0, of: signal) }
  }

  func records(_ signal: Signal) throws -> [JSONValue] {
    try lines(signal).flatMap { $0.records(of: signal).map(\.record) }
  }
}

@Suite("A process records itself, and what it did with runs")
struct RecorderTests {
  private static let run = "3f5c8d2e9a010000" + "1111111111111111" + "2222222222222222" + "3333333333333333"

  private func recorder(_ folder: SpoolFolder, caller: TraceContext? = nil) -> Recorder {
    var random = Counting()
    let ticks = Mutex<Int64>(1_795_000_000_000_000_000)
    return Recorder(
      Recorder.Settings(spool: folder.spool, caller: caller, name: "readiness move", version: "0.0.1"),
      clock: {
        ticks.withLock {
          $0 += 1000; return $0
        }
      }, using: &random)
  }

  @Test("one line a signal holds all that a process did, with OTLP's own names and no other")
  func shape() throws {
    let folder = try SpoolFolder()
    let recorder = recorder(folder)
    let since = recorder.now
    recorder.plan("11111111-2222-3333-4444-555555555555")
    recorder.child("judge", since: since)
    recorder.stamped(Self.run, since: since, [.milestones(["M-04"])])
    recorder.found([Finding(.unmetDependency, "A message that must not be written.", milestone: MilestoneID("M-04"))])
    #expect(recorder.end(status: 1) == nil)
    let lines = try folder.lines(.traces)
    #expect(lines.count == 1)
    let spans = lines[0].records(of: .traces)
    #expect(spans.map { $0.record["name"]?.string } == ["judge", "readiness.run", "stamp", "readiness move"])
    let legal: Set = [
      "traceId", "spanId", "parentSpanId", "traceState", "flags", "name", "kind", "startTimeUnixNano",
      "endTimeUnixNano", "attributes", "links", "status",
    ]
    for (span, resource) in spans {
      let keys = span.object?.map(\.key) ?? []
      #expect(!keys.isEmpty && keys.allSatisfy(legal.contains))
      #expect(HexID.isLegal(span["traceId"]?.string ?? "", digits: 32))
      #expect(HexID.isLegal(span["spanId"]?.string ?? "", digits: 16))
      #expect(Int(span["startTimeUnixNano"]?.string ?? "") ?? 0 <= Int(span["endTimeUnixNano"]?.string ?? "") ?? -1)
      #expect(span["kind"]?.integer == 1)
      let names = resource["attributes"]?.array?.compactMap { $0["key"]?.string }
      #expect(names == ["service.name", "service.version", "readiness.plan.id"])
    }
    let process = spans[3].record
    let (root, stamp) = (spans[1].record, spans[2].record)
    #expect(process["parentSpanId"] == nil)
    #expect(spans[0].record["parentSpanId"]?.string == process["spanId"]?.string)
    #expect(root["traceId"]?.string == String(Self.run.prefix(32)))
    #expect(root["spanId"]?.string == "2222222222222222")
    #expect(stamp["parentSpanId"]?.string == "2222222222222222")
    for span in [root, stamp] {
      let link = try #require(span["links"]?.array?.first)
      #expect(link["traceId"]?.string == process["traceId"]?.string)
      #expect(link["spanId"]?.string == process["spanId"]?.string)
    }
    let records = try folder.records(.logs)
    #expect(records.map { $0["body"]?["stringValue"]?.string } == ["unmet-dependency", "ended"])
    #expect(records.map { $0["severityNumber"]?.integer } == [17, 9])
    #expect(records.allSatisfy { $0["traceId"]?.string == process["traceId"]?.string })
    for signal in Signal.allCases {
      let bytes = try FileSystem.readIfPresent(folder.spool.path(of: signal)) ?? []
      #expect(!String(decoding: bytes, as: UTF8.self).contains("must not be written"))
    }
  }

  @Test("a caller's trace is continued, and handed on with this process's span")
  func caller() throws {
    let folder = try SpoolFolder()
    let caller = TraceContext(
      trace: String(repeating: "a", count: 32), span: String(repeating: "b", count: 16), state: "vendor=1")
    let recorder = recorder(folder, caller: caller)
    #expect(recorder.context.trace == caller.trace)
    #expect(recorder.context.span != caller.span)
    #expect(recorder.context.state == "vendor=1")
    #expect(recorder.end(status: 0) == nil)
    #expect(try folder.records(.traces).first?["parentSpanId"]?.string == caller.span)
    #expect(try folder.records(.traces).first?["traceState"]?.string == "vendor=1")
  }

  @Test("where the caller does not record, there is no span, and its context is handed on unchanged")
  func notSampled() throws {
    let folder = try SpoolFolder()
    let caller = TraceContext(
      trace: String(repeating: "a", count: 32), span: String(repeating: "b", count: 16), isSampled: false)
    let recorder = recorder(folder, caller: caller)
    recorder.child("judge", since: recorder.now)
    recorder.stamped(Self.run, since: recorder.now, [])
    #expect(recorder.context == caller)
    #expect(recorder.part() == caller)
    #expect(recorder.end(status: 0) == nil)
    #expect(!FileSystem.exists(folder.spool.path(of: .traces)))
    #expect(try folder.records(.logs).count == 1)
  }

  @Test(
    "the status says whether the program could do what it was for, not whether it said yes",
    arguments: [(0, 1), (1, 1), (2, nil), (3, 2), (70, 2)] as [(Int32, Int?)])
  func status(exit: Int32, code: Int?) throws {
    let folder = try SpoolFolder()
    #expect(recorder(folder).end(status: exit) == nil)
    let span = try #require(try folder.records(.traces).first)
    #expect(span["status"]?["code"]?.integer == code)
    let attributes = span["attributes"]?.array ?? []
    #expect(attributes.first?["key"]?.string == "process.exit.code")
    #expect(attributes.first?["value"]?["intValue"]?.string == String(exit))
  }

  @Test("a hook that could not judge is an error, although git is told 1")
  func couldNotJudge() throws {
    let folder = try SpoolFolder()
    let recorder = recorder(folder)
    recorder.failed("locked")
    #expect(recorder.end(status: 1) == nil)
    #expect(try folder.records(.traces).first?["status"]?["code"]?.integer == 2)
    #expect(try folder.records(.logs).first?["body"]?["stringValue"]?.string == "locked")
  }

  @Test("a thousand spans are lines of 64 KiB at most, and texts are cut at a character")
  func bounds() throws {
    let folder = try SpoolFolder()
    let recorder = recorder(folder)
    for _ in 0..<1000 {
      recorder.child(
        "check", since: recorder.now,
        [
          Attribute("long", .text(String(repeating: "é", count: 4000))),
          .runs((0..<200).map { "\($0)" + String(repeating: "f", count: 300) }),
        ])
    }
    #expect(recorder.end(status: 0) == nil)
    let bytes = try FileSystem.readIfPresent(folder.spool.path(of: .traces)) ?? []
    #expect(bytes.split(separator: 0x0A).allSatisfy { $0.count < SpoolLines.bound })
    let spans = try folder.records(.traces)
    #expect(spans.count == 1001)
    let text = spans[0]["attributes"]?.array?[0]["value"]?["stringValue"]?.string ?? ""
    #expect(text.hasSuffix("é…") && text.utf8.count <= 1024)
    let runs = spans[0]["attributes"]?.array?[1]["value"]?["arrayValue"]?["values"]?.array ?? []
    #expect(runs.count == 65 && runs.last?["stringValue"]?.string == "…")
  }
}
