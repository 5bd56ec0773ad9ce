import Glibc
import Profiles
import ReadinessSystem
import StrictJSON
import Synchronization
import Testing

@testable import Telemetry

@Suite("The spool takes lines whole, and stops nobody")
struct SpoolTests {
  private func line(_ number: Int, padding: Int = 0) -> [UInt8] {
    Array(
      "{\"resourceSpans\":[{\"number\":\(number),\"padding\":\"\(String(repeating: "x", count: padding))\"}]}\n".utf8)
  }

  @Test("eight writers at once leave every line whole")
  func writers() throws {
    let folder = try SpoolFolder()
    let spool = folder.spool
    let work = (0..<8).map { writer in
      { for number in 0..<200 { try spool.append([line(writer * 1000 + number, padding: number * 50)], to: .traces) } }
    }
    _ = try concurrently(work) {}
    let lines = try folder.lines(.traces)
    #expect(lines.count == 1600)
    #expect(lines.allSatisfy { !$0.isTorn })
    let numbers = Set(lines.compactMap { $0.json?["resourceSpans"]?.array?.first?["number"]?.integer })
    #expect(numbers.count == 1600)
  }

  @Test("a line that follows a torn one is found; the torn one is counted")
  func torn() {
    let whole = Array(line(7).dropLast())
    let read = SpoolLine((Array(line(3).dropLast(9)) + whole)[...], of: .traces)
    #expect(read.isTorn)
    #expect(Array(read.bytes) == whole)
    let lost = SpoolLine(line(3).dropLast(9), of: .traces)
    #expect(lost.isTorn && lost.json == nil)
    let good = SpoolLine(whole[...], of: .traces)
    #expect(!good.isTorn && Array(good.bytes) == whole)
    #expect(SpoolLine(whole[...], of: .logs).json == nil)
  }

  @Test("a missing folder, a pipe, a link and a folder in its place are errors, at once")
  func obstacles() throws {
    let folder = try SpoolFolder()
    let missing = Spool(folder: folder.spool.folder + "/none")
    #expect(throws: SystemError("open", missing.path(of: .traces), ENOENT)) {
      try missing.append([line(1)], to: .traces)
    }
    #expect(mkfifo(folder.spool.path(of: .traces), 0o600) == 0)
    #expect(throws: SystemError.self) { try folder.spool.append([line(1)], to: .traces) }
    #expect(mkdir(folder.spool.path(of: .logs), 0o700) == 0)
    #expect(throws: SystemError.self) { try folder.spool.append([line(1)], to: .logs) }
    let other = try SpoolFolder()
    #expect(symlink("/dev/null", other.spool.path(of: .traces)) == 0)
    #expect(throws: SystemError("open", other.spool.path(of: .traces), ELOOP)) {
      try other.spool.append([line(1)], to: .traces)
    }
  }

  @Test("a full device is an error, and ends no process")
  func full() throws {
    let folder = try SpoolFolder()
    var before = rlimit()
    #expect(getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &before) == 0)
    // Every test of this process shares the limit, so it is larger than any other file of the suite.
    let bound = 16 << 20
    let file = open(folder.spool.path(of: .traces), O_WRONLY | O_CREAT, 0o600)
    #expect(ftruncate(file, off_t(bound)) == 0)
    close(file)
    var small = rlimit(rlim_cur: rlim_t(bound), rlim_max: before.rlim_max)
    #expect(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &small) == 0)
    defer { setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &before) }
    #expect(throws: SystemError("write", folder.spool.path(of: .traces), EFBIG)) {
      try folder.spool.append([line(1)], to: .traces)
    }
  }

  @Test("a spool that nobody sends keeps its newest part, and counts what went")
  func rotates() throws {
    let folder = try SpoolFolder()
    let spool = folder.spool
    try FileSystem.write(line(1) + line(2) + line(3), to: spool.sendingPath(of: .traces))
    try spool.keepCursor(line(1).count, of: .traces)
    let file = open(spool.path(of: .traces), O_WRONLY | O_CREAT, 0o600)
    #expect(ftruncate(file, off_t(Spool.bound / 2)) == 0)
    close(file)
    try spool.append([line(4)], to: .traces)
    #expect(spool.dropped(.traces) == 2)
    #expect(spool.dropped(.logs) == 0)
    #expect(spool.cursor(of: .traces) == 0)
    #expect(!FileSystem.exists(spool.path(of: .traces)))
    try spool.append([line(5)], to: .traces)
    #expect(try folder.lines(.traces).count == 1)
  }

  @Test("a file is taken away only when all that writers wrote was read, and a cursor never outlives its file")
  func sending() throws {
    let folder = try SpoolFolder()
    let spool = folder.spool
    #expect(try !spool.beginSending(.traces))
    try spool.append([line(1)], to: .traces)
    // A killed sender may leave the cursor of a missing file.
    try spool.keepCursor(1_000_000, of: .traces)
    // A writer that opened the file before it was renamed, and writes after it was read.
    let late = open(spool.path(of: .traces), O_WRONLY | O_APPEND)
    #expect(try spool.beginSending(.traces))
    #expect(spool.cursor(of: .traces) == 0)
    let size = line(1).count
    #expect(write(late, line(2), line(2).count) == line(2).count)
    #expect(try !spool.endSending(.traces, size: size))
    #expect(try spool.unsent(.traces) == [line(1) + line(2)])
    #expect(flock(late, LOCK_SH | LOCK_NB) == 0)
    close(late)
    #expect(try spool.endSending(.traces, size: size + line(2).count))
    #expect(!FileSystem.exists(spool.sendingPath(of: .traces)) && !FileSystem.exists(spool.cursorPath(of: .traces)))
    #expect(try spool.unsent(.traces).isEmpty)
  }
}

@Suite("Commands are counted once each, also when their spans have left the spool")
struct CommandCountersTests {
  private func leave(_ name: String, exit: Int32, nanoseconds: Int64, in folder: SpoolFolder) {
    var random = SystemRandomNumberGenerator()
    let ticks = Mutex<Int64>(1_795_000_000_000_000_000 - nanoseconds)
    let recorder = Recorder(
      Recorder.Settings(spool: folder.spool, caller: nil, name: name, version: "0"),
      clock: {
        ticks.withLock {
          $0 += nanoseconds; return $0
        }
      }, using: &random)
    #expect(recorder.end(status: exit) == nil)
  }

  @Test("counts go on over a file that is renamed, taken away and made again")
  func counts() throws {
    let folder = try SpoolFolder()
    let spool = folder.spool
    let status = CommandCounters.Key(command: "readiness status", exit: 0)
    let hook = CommandCounters.Key(command: "hook pre-receive", exit: 1)
    leave("readiness status", exit: 0, nanoseconds: 3_000_000, in: folder)
    leave("hook pre-receive", exit: 1, nanoseconds: 40_000_000_000, in: folder)
    for _ in 0..<2 {
      let counts = try CommandCounters.fold(spool).counts
      #expect(counts.keys.sorted() == [hook, status])
      #expect(counts[status]?.processes == 1 && counts[status]?.nanoseconds == 3_000_000)
      #expect(counts[status]?.buckets == [0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0])
      #expect(counts[hook]?.buckets.last == 1)
    }
    #expect(try spool.beginSending(.traces))
    leave("readiness status", exit: 0, nanoseconds: 1_000_000, in: folder)
    #expect(try CommandCounters.fold(spool).counts[status]?.processes == 2)
    let size = try #require(try FileSystem.readIfPresent(spool.sendingPath(of: .traces))).count
    #expect(try spool.endSending(.traces, size: size))
    leave("readiness status", exit: 0, nanoseconds: 1_000_000, in: folder)
    #expect(try CommandCounters.fold(spool).counts[status]?.processes == 3)
    #expect(try CommandCounters.fold(spool).counts[hook]?.processes == 1)
  }

  @Test("what is damaged, or nobody's, begins at nothing")
  func damaged() throws {
    let folder = try SpoolFolder()
    #expect(try CommandCounters.fold(Spool(folder: folder.spool.folder + "/none")).counts.isEmpty)
    try FileSystem.write(Array("{\"series\":[{\"command\":1}]".utf8), to: folder.spool.folder + "/counters.json")
    #expect(try CommandCounters.fold(folder.spool).counts.isEmpty)
  }
}
