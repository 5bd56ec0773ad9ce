// Feeds mutated milestones, policies, messages and trees to the parsers and the judge. No input may crash or take a
// second, and memory stays bounded. usage: fuzz COUNT [SEED [MEBIBYTES]]
import Glibc
import PlanModel
@testable import GitRepository
import Reports
import TestSupport
import StrictJSON

let count = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 10_000
let seed = CommandLine.arguments.dropFirst(2).first.flatMap { UInt64($0) } ?? 1
let bound = CommandLine.arguments.dropFirst(3).first.flatMap { Int($0) } ?? 256

func milliseconds() -> Int {
  var now = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now)
  return now.tv_sec * 1000 + now.tv_nsec / 1_000_000
}

/// Returns the peak memory of this process, in MiB.
func peak() -> Int {
  var usage = rusage()
  getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
  return usage.ru_maxrss / 1024
}

var corpus = Corpus()
var slowest = (milliseconds: 0, input: 0)
for input in 0..<count {
  let start = milliseconds()
  do { try corpus.run(input, SplitMix(seed: seed &* 1_000_003 &+ UInt64(input))) } catch {
    // The judge must give a verdict; an error is only for a repository that cannot be read.
    print("fuzz: input \(input) of seed \(seed): \(error)")
    exit(1)
  }
  let took = milliseconds() - start
  if took > slowest.milliseconds { slowest = (took, input) }
  // The gate's promise for a whole push; this build is sanitized, and several times slower.
  if took > 5000 {
    print("fuzz: input \(input) of seed \(seed) took \(took) ms")
    exit(1)
  }
}
let used = peak()
print(
  "\(count) inputs from seed \(seed): \(corpus.summary); the slowest took \(slowest.milliseconds) ms; \(used) MiB at most"
)
if used > bound {
  print("fuzz: more than \(bound) MiB")
  exit(1)
}
