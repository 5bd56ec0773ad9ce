import JSONSchema
import PlanModel
import Profiles
import TestSupport
import StrictJSON
import Testing

private let standard: RuntimeConfiguration = {
  do {
    return try RuntimeConfiguration(
      parsing: Array(StandardFiles.runtimeConfiguration.utf8), file: "built in", isBuiltIn: true)
  } catch { fatalError("\(error)") }
}()

private func configuration(_ profiles: String) throws -> RuntimeConfiguration {
  try RuntimeConfiguration(
    parsing: Array("{ \"version\": 1, \"profiles\": \(profiles) }".utf8), file: "ssot/runtime.config.json")
}

private func faults(_ text: String) -> [ConfigurationFault] {
  do {
    _ = try RuntimeConfiguration(parsing: Array(text.utf8), file: "f.json")
    return []
  } catch { return error.faults }
}

@Suite("Runtime profiles")
struct RuntimeProfileTests {
  @Test("flag goes before environment, environment before repository, repository before what is built in")
  func precedence() throws {
    let own = try configuration(#"{ "tdd": { "timeoutSeconds": 20 } }"#)
    func timeout(_ environment: [String: String], _ flags: [(String, String)]) throws -> (Int, String) {
      let profile = try RuntimeProfile(
        "tdd", files: [own, standard], environment: environment, flags: flags.map { (name: $0.0, value: $0.1) })
      let value = try #require(profile.values.first { $0.setting.name == "timeoutSeconds" })
      return (profile.timeoutMilliseconds, value.origin.description)
    }
    let variable = ["READINESS_TIMEOUT_SECONDS": "30"]
    #expect(try timeout(variable, [("timeoutSeconds", "40")]) == (40_000, "flag --set timeoutSeconds=40"))
    #expect(try timeout(variable, []) == (30_000, "environment READINESS_TIMEOUT_SECONDS"))
    #expect(try timeout([:], []) == (20_000, "ssot/runtime.config.json:1 (tdd)"))
    let builtIn = try RuntimeProfile("tdd", files: [standard])
    #expect(builtIn.timeoutMilliseconds == 10_000)
    #expect(builtIn.values.first?.origin == .builtIn(profile: "tdd"))
    #expect(builtIn.values.first { $0.setting.name == "breaker.failures" }?.origin == .standard)
  }

  @Test("a profile takes what it lacks from the one it extends, and from the built-in one of its name")
  func extending() throws {
    let own = try configuration(
      #"{ "slow": { "extends": "refactor", "timeoutSeconds": 900 }, "refactor": { "parallelism": 8 } }"#)
    let profile = try RuntimeProfile("slow", files: [own, standard])
    #expect(profile.timeoutMilliseconds == 900_000)
    #expect(profile.parallelism == 8)
    #expect(profile.retry.attempts == 3)
    #expect(profile.demandsBefore)
    #expect(profile.killGraceMilliseconds == 5_000)
  }

  @Test("tdd is one short attempt that fails fast; refactor is green before and after, on clean exports")
  func theTwo() throws {
    let tdd = try RuntimeProfile("tdd", files: [standard])
    #expect(tdd.retry.attempts == 1 && tdd.failsFast && tdd.usesWorkTree && !tdd.demandsBefore)
    let refactor = try RuntimeProfile("refactor", files: [standard])
    #expect(refactor.demandsBefore && !refactor.usesWorkTree && !refactor.failsFast)
    #expect(refactor.timeoutMilliseconds > tdd.timeoutMilliseconds)
  }

  @Test("the digest of a profile hangs on its values, not on where they came from")
  func sameValues() throws {
    let own = try configuration(#"{ "mine": { "extends": "tdd" } }"#)
    let left = try RuntimeProfile("mine", files: [own, standard]).json.canonicalBytes
    #expect(try left == RuntimeProfile("tdd", files: [standard]).json.canonicalBytes)
    let changed = try RuntimeProfile("tdd", files: [standard], flags: [(name: "parallelism", value: "3")])
    #expect(left != changed.json.canonicalBytes)
  }

  @Test("an unknown profile, an unknown base, a circle and a bad flag are told apart, with what there is")
  func failures() throws {
    func failure(_ name: String, _ profiles: String, _ flags: [(String, String)] = []) throws -> RuntimeProfile.Failure?
    {
      let own = try configuration(profiles)
      do {
        _ = try RuntimeProfile(name, files: [own, standard], flags: flags.map { (name: $0.0, value: $0.1) })
        return nil
      } catch { return error }
    }
    #expect(try failure("tddd", #"{ "a": {} }"#) == .unknownProfile("tddd", known: ["a", "tdd", "refactor"]))
    #expect(
      try failure("a", #"{ "a": { "extends": "b" } }"#)
        == .unknownBase("b", of: "a", file: "ssot/runtime.config.json", line: 1, known: ["a", "tdd", "refactor"]))
    let low = try failure("tdd", #"{ "a": {} }"#, [("retry.attempts", "0")])
    #expect(
      low
        == .illegalValue("--set retry.attempts", value: "0", legal: "a whole number from 1 to 100"))
    #expect(
      try failure("tdd", #"{ "a": {} }"#, [("attempts", "2")])
        == .unknownSetting("attempts", known: RuntimeSetting.all.map(\.name)))
  }

  @Test("a circle of profiles is told once, with line, pointer and members")
  func circle() {
    let text = """
      { "version": 1,
        "profiles": {
          "a": { "extends": "b" },
          "b": { "extends": "c" },
          "c": { "extends": "a" },
          "d": { "extends": "a" } } }
      """
    let found = faults(text)
    #expect(found.map { "\($0.file):\($0.line) \($0.pointer)" } == ["f.json:3 /profiles/a/extends"])
    #expect(found.first?.message == "The profiles extend one another in a circle: a -> b -> c -> a.")
    #expect(found.first?.legal == "Take one \"extends\" of these away.")
  }

  private func chain(_ count: Int, last: String = "{}") -> String {
    let links = (0..<count).map { "\"p\($0)\": { \"extends\": \"p\($0 + 1)\" }" }
    return "{ \"version\": 1, \"profiles\": { \((links + ["\"p\(count)\": \(last)"]).joined(separator: ",\n")) } }"
  }

  @Test("a chain of 16 levels is followed; a longer one is refused at the first profile that is too far up")
  func levels() throws {
    let sound = try RuntimeConfiguration(
      parsing: Array(chain(16, last: #"{ "parallelism": 3 }"#).utf8), file: "f.json")
    #expect(try RuntimeProfile("p0", files: [sound, standard]).parallelism == 3)
    let found = faults(chain(40))
    #expect(found.map { "\($0.line) \($0.pointer)" } == ["24 /profiles/p23/extends"])
    #expect(found.first?.message == "\"p23\" extends over more than 16 levels.")
  }

  @Test("2,000 profiles in a chain, a circle or side by side take no longer than their bytes", .timeLimit(.minutes(1)))
  func manyProfiles() throws {
    let clock = ContinuousClock()
    let long = try clock.measure {
      #expect(faults(chain(2000)).count == 1)
      let circle = faults(chain(2000, last: #"{ "extends": "p0" }"#))
      #expect(circle.count == 1 && circle[0].message.count < 300)
      let wide = (0..<2000).map { "\"p\($0)\": { \"extends\": \"tdd\", \"parallelism\": 2 }" }
      let own = try RuntimeConfiguration(
        parsing: Array("{ \"version\": 1, \"profiles\": { \(wide.joined(separator: ",\n")) } }".utf8), file: "f.json")
      for name in own.names { _ = try RuntimeProfile(name, files: [own, standard]) }
    }
    // By the cube of the profiles it took minutes.
    #expect(long < .seconds(30), "\(long)")
  }

  @Test("each fault names line, pointer and the legal values, and all of them are told at once")
  func allFaults() {
    let text = """
      { "version": 1,
        "profiles": {
          "quick": {
            "timeoutSeconds": -1,
            "retry": { "jitter": "some", "tries": 2 },
            "colour": "red" } } }
      """
    let found = faults(text)
    #expect(
      found.map { "\($0.line) \($0.pointer)" } == [
        "6 /profiles/quick/colour", "5 /profiles/quick/retry/tries", "4 /profiles/quick/timeoutSeconds",
        "5 /profiles/quick/retry/jitter",
      ])
    #expect(found.last?.legal == "It is one of none, full, decorrelated.")
    #expect(found.first { $0.pointer.hasSuffix("timeoutSeconds") }?.legal == "It is a number above 0, at most 86400.")
    #expect(faults("{").first?.line == 1)
    #expect(faults(#"{ "version": 1, "version": 1, "profiles": { "a": {} } }"#).count == 1)
  }

  @Test("every setting has a variable of its own, and a default that is legal")
  func settings() throws {
    #expect(Set(RuntimeSetting.all.map(\.variable)).count == RuntimeSetting.all.count)
    #expect(RuntimeSetting.named("retry.maxDelayMilliseconds")?.variable == "READINESS_RETRY_MAX_DELAY_MILLISECONDS")
    let profile = try RuntimeProfile("plain", files: [configuration(#"{ "plain": {} }"#)])
    let text = JSONValue(.object([JSONMember("plain", profile.json)]))
    #expect(throws: Never.self) { try configuration(String(decoding: text.canonicalBytes, as: UTF8.self)) }
  }
}

@Suite("The runtime contract and its loader agree")
struct RuntimeContractTests {
  private static func schema() throws -> SchemaValidator {
    let text = try #require(
      StandardFiles.all().first { $0.path == "ssot/schemas/runtime.config.schema.json" }
    ).text
    return try SchemaRegistry(refusesUnknownKeywords: true)
      .add(JSONDocument(parsing: Array(text.utf8), limits: .general), uri: "test:///runtime")
  }

  @Test("every example is read or refused as its folder says")
  func examples() throws {
    let files = StandardFiles.all().filter {
      $0.path.contains("/runtime.config/") || $0.path.hasSuffix("examples/runtime.config.json")
    }
    #expect(files.count >= 9)
    for file in files {
      #expect(faults(file.text).isEmpty == !file.path.contains("/invalid/"), "\(file.path)")
    }
  }

  @Test("the schema names every setting and no other, with the same default")
  func sameSettings() throws {
    let text = try #require(StandardFiles.all().first { $0.path.hasSuffix("runtime.config.schema.json") }).text
    let profile = try #require(try JSONDocument(parsing: Array(text.utf8)).root["$defs"]?["profile"]?["properties"])
    var named: [String: JSONValue] = [:]
    for member in try #require(profile.object) where member.key != "extends" {
      if let inner = member.value["properties"]?.object {
        for each in inner { named["\(member.key).\(each.key)"] = each.value["default"] }
      } else {
        named[member.key] = member.value["default"]
      }
    }
    #expect(named.keys.sorted() == RuntimeSetting.all.map(\.name).sorted())
    for setting in RuntimeSetting.all {
      #expect(named[setting.name]?.isEqual(to: setting.standard) == true, "\(setting.name)")
    }
  }

  @Test("the loader's answer is the schema's, on examples and 4,000 changes of them")
  func mutations() throws {
    let (schema, seed) = (try Self.schema(), UInt64(20_261_123))
    var random = SplitMix(seed)
    let examples = StandardFiles.all().filter { $0.path.contains("runtime.config") && !$0.path.contains("schemas/") }
    var refused = 0
    for round in 0..<4000 {
      let root = try JSONDocument(parsing: Array(examples[random.below(examples.count)].text.utf8)).root
      let bytes = random.mutated(root, keys: Pieces.keys, values: Pieces.values).layoutBytes
      let text = String(decoding: bytes, as: UTF8.self)
      let found = faults(text)
      let byCode = found.allSatisfy { $0.message.contains("in a circle") || $0.message.contains("levels") }
      refused += byCode ? 0 : 1
      let violations = try schema.violations(of: JSONDocument(parsing: bytes).root)
      #expect(byCode == violations.isEmpty, "seed \(seed), round \(round): \(text) \(found) \(violations)")
    }
    #expect(refused > 1000)
  }
}

/// The values for changes of a file of profiles.
private enum Pieces {
  static let values: [JSONValue] = [
    nil, true, false, 0, 1, 2, 101, -1, 86_400, 86_401, "", "none", "full", "after", "worktree", "tdd", [], ["PATH"],
    ["PATH", "PATH"], ["1A"], ["exit", "exit"], ["exit"], [""], [1], [:], ["attempts": 2], ["jitter": "full"],
    ["read": ["/"]], ["write": [""]], JSONValue(.number(JSONNumber(1.5))), JSONValue(.number(JSONNumber(0.5))),
  ]
  static let keys =
    RuntimeSetting.all.map { String($0.name.split(separator: ".").last ?? "") } + [
      "extends", "x-a", "z", "retry", "breaker", "paths", "version", "profiles", "Tdd", "$schema",
    ]
}
