import GitRepository
import JSONSchema
import PlanJudge
import PlanModel
import Profiles
import StrictJSON
import Synchronization
import ReadinessSystem

/// A command check with everything that its thread needs: no repository, and no shared state except the breakers.
struct CommandRun: Sendable {
  let command: CheckDefinition.Command
  let profile: RuntimeProfile
  /// The areas to run in, in order: the commit before the change, if requested, and the commit itself.
  let areas: [(area: WorkingArea, label: String)]
  /// The environment of this process.
  let environment: [String: String]
  let breakers: Breakers
  /// The variables that identify the trace to the command; empty without telemetry.
  let context: [String: String]

  /// The result of a run.
  struct Answer: Sendable {
    /// The reason why the criterion is not met; nil if it is met.
    let fault: String?
    /// True if the command did not run to its end, so that the result is unknown.
    var isUnfinished = false
    let exitCode: Int
    let attempts: Int
    let milliseconds: Int
    let output: [UInt8]
    let errors: [UInt8]
    let notes: [String]
    /// The values that the definition requests for the evidence.
    var named = Named()
  }

  /// The values of evidence in addition to the output, if the definition requests them.
  struct Named {
    var normalized: Digest?
    var outputs: [(path: String, digest: Digest)] = []
    var tools: [(name: String, digest: Digest)] = []
  }

  /// Runs the command, area by area, with the profile's retries.
  func run() -> Answer {
    var last = Answer(
      fault: "Nothing was run.", exitCode: 0, attempts: 1, milliseconds: 0, output: [], errors: [], notes: [])
    for (area, label) in areas {
      last = run(in: area, label)
      if last.fault != nil { return last }
    }
    return last
  }

  private func run(in area: WorkingArea, _ label: String) -> Answer {
    var schedule = RetrySchedule(profile.retry, now: Machine.monotonicMilliseconds())
    var random = SystemRandomNumberGenerator()
    while true {
      guard breakers.permits(profile) else {
        return Answer(
          fault: "Checks of the profile \(profile.name) keep failing, so its breaker is open and nothing was run.",
          isUnfinished: true, exitCode: 0, attempts: schedule.attempt, milliseconds: 0, output: [], errors: [],
          notes: [])
      }
      let process = profile.process(
        command.arguments, in: area.folder, temporary: area.temporary, environment: environment,
        context: context)
      var named = Named()
      for tool in command.tools {
        guard let digest = process.file(of: tool).flatMap(FileDigest.ofRegularFile) else {
          return Answer(
            fault: "There is no program \(tool), which its \"tools\" name, on the PATH that the check sees.",
            isUnfinished: true, exitCode: 0, attempts: schedule.attempt, milliseconds: 0, output: [], errors: [],
            notes: [])
        }
        named.tools.append((tool, digest))
      }
      let ending = process.run()
      let fault = fault(of: ending, in: area) ?? named.read(ending, command, in: area)
      // A check that fails normally has worked. The breaker counts only transient failures, which are retried.
      breakers.record(profile, success: fault == nil || !profile.retriedOutcomes.contains(ending.outcome.name))
      let wait =
        fault != nil && profile.retriedOutcomes.contains(ending.outcome.name)
        ? schedule.next(now: Machine.monotonicMilliseconds(), using: &random) : nil
      guard let wait else { return answer(ending, fault.map { label + $0 }, named, attempts: schedule.attempt) }
      Machine.sleep(milliseconds: wait)
    }
  }

  private func answer(_ ending: SupervisedProcess.Ending, _ fault: String?, _ named: Named, attempts: Int) -> Answer {
    var notes: [String] = []
    if ending.leftBehind > 0 {
      let count = ending.leftBehind
      notes.append(
        "left \(count) \(count == 1 ? "process" : "processes") behind, which \(count == 1 ? "was" : "were") ended")
    }
    if case .spawn = ending.outcome {
    } else if !ending.isConfined {
      notes.append("was not kept to its paths: this kernel has no Landlock")
    }
    let code = if case .exit(let code) = ending.outcome { code } else { 0 }
    let isUnfinished =
      switch ending.outcome {
      case .spawn, .timeout: true
      case .exit, .signal, .output: false
      }
    return Answer(
      fault: fault, isUnfinished: fault != nil && isUnfinished, exitCode: code, attempts: attempts,
      milliseconds: ending.milliseconds, output: ending.output, errors: ending.errors, notes: notes, named: named)
  }

  // MARK: - What was expected

  private func fault(of ending: SupervisedProcess.Ending, in area: WorkingArea) -> String? {
    switch ending.outcome {
    case .spawn(let why): return why
    case .timeout: return "It took longer than \(seconds(profile.timeoutMilliseconds)) and was ended."
    case .output: return "It printed more than \(profile.maxOutputBytes) bytes and was ended."
    case .signal(25): return "It wrote a file of more than \(profile.maxFileBytes) bytes and was ended."
    case .signal(let number): return "It was ended by signal \(number)."
    case .exit(let code):
      if code != command.exitCode { return "It exited with \(code), not \(command.exitCode)." }
    }
    for path in command.outputs where !FileSystem.exists(area.folder + "/" + path) {
      return "Its output \(path) is not there."
    }
    if let pattern = command.stdoutMatches {
      do {
        var budget = PatternBudget(forBytes: ending.output.count)
        let printed = String(decoding: ending.output, as: UTF8.self)
        if try !TextPattern(pattern).isFound(in: printed, within: &budget) {
          return "What it printed does not match \(pattern)."
        }
      } catch is PatternTooCostly {
        return "\"stdoutMatches\" takes too many steps on what it printed: \(pattern). Anchor it, or repeat less."
      } catch {
        return "\"stdoutMatches\" is no regular expression: \(pattern)."
      }
    }
    return command.stdoutSchema.flatMap { Self.fault(of: ending.output, by: $0) }
  }

  private static func fault(of output: [UInt8], by schema: JSONValue) -> String? {
    do {
      let document = try JSONDocument(parsing: output, limits: .general)
      let text = try JSONDocument(parsing: schema.layoutBytes, limits: .general)
      let validator = try SchemaRegistry(refusesUnknownKeywords: true).add(text, uri: "check:///expect/json")
      guard let first = try validator.violations(of: document.root).first else { return nil }
      return "What it printed does not fit \"json\": \(first.pointer.isEmpty ? "/" : first.pointer): \(first.message)"
    } catch let error as JSONError {
      return "What it printed is no JSON: \(error.message)"
    } catch let error as SchemaError {
      return "\"json\" is no schema: \(error.message)"
    } catch {
      return "\"json\" cannot be used: \(error)"
    }
  }

  private func seconds(_ milliseconds: Int) -> String {
    milliseconds % 1000 == 0 ? "\(milliseconds / 1000) s" : "\(milliseconds) ms"
  }
}

extension CommandRun.Named {
  /// Reads the values that a definition with a repetition requests.
  /// - Returns: the reason why a value cannot be read, in a sentence; nil if all were read.
  fileprivate mutating func read(
    _ ending: SupervisedProcess.Ending, _ command: CheckDefinition.Command, in area: WorkingArea
  ) -> String? {
    guard let repetition = command.repetition else { return nil }
    for path in command.outputs {
      if let digest = FileDigest.ofRegularFile(area.folder + "/" + path) { outputs.append((path, digest)) }
    }
    guard repetition.output == .normalized else { return nil }
    do {
      normalized = Digest(of: try OutputNormalizer(repetition).normalized(ending.output + ending.errors))
      return nil
    } catch is PatternTooCostly {
      return "\"normalize\" takes too many steps on what it printed. Anchor its patterns, or repeat less."
    } catch {
      return "A pattern of \"normalize\" is no regular expression."
    }
  }
}

/// One breaker for each profile, shared by the threads of one run.
final class Breakers: Sendable {
  private let breakers = Mutex<[String: CircuitBreaker]>([:])

  func permits(_ profile: RuntimeProfile) -> Bool {
    breakers.withLock { known in
      known[profile.name, default: CircuitBreaker(profile.breaker)].permits(at: Machine.monotonicMilliseconds())
    }
  }

  func record(_ profile: RuntimeProfile, success: Bool) {
    breakers.withLock { known in
      known[profile.name, default: CircuitBreaker(profile.breaker)]
        .record(success: success, at: Machine.monotonicMilliseconds())
    }
  }
}
