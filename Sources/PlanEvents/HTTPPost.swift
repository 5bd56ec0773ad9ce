import Profiles
import ReadinessSystem

/// Posts one body to a web server through curl: no network code here.
struct HTTPPost {
  let profile: RuntimeProfile
  /// The folder to run in.
  let folder: String
  /// The variables of this process.
  let environment: [String: String]

  /// What came of one attempt.
  enum Outcome {
    /// The server answered; the body is there if somewhere to put it was named.
    case answered(HTTPAnswer)
    /// It did not, and why, in a sentence.
    case failed(String)
  }

  /// Posts the file `body`, once.
  /// - Parameters:
  ///   - headers: lines; in a file, so that no list of processes shows what a header holds.
  ///   - temporary: a folder of its own, in which the answer is left.
  ///   - answer: the file for the body of the answer; nil to drop it.
  /// - Throws: `SystemError` where no temporary file is to be had.
  func send(_ url: String, headers: [String], body: String, temporary: String, answer: String? = nil) throws -> Outcome
  {
    let (heads, said) = (temporary + "/headers", temporary + "/answer")
    try FileSystem.write(Array((headers.joined(separator: "\n") + "\n").utf8), to: heads)
    let seconds = max(1, profile.timeoutMilliseconds / 1000)
    let ending = profile.process(
      [
        "curl", "-q", "--silent", "--show-error", "--proto", "=http,https", "--max-time", String(seconds), "--request",
        "POST", "--header", "@" + heads, "--data-binary", "@" + body, "--dump-header", said, "--output",
        answer ?? "/dev/null", "--write-out", "%{http_code}", "--", url,
      ], in: folder, temporary: temporary, environment: environment, variables: WebFetch.variables
    ).run()
    guard ending.outcome == .exit(0) else {
      let told = String(decoding: ending.errors, as: UTF8.self).split(whereSeparator: \.isNewline).first
      return .failed(told.map { "\($0)." } ?? SinkTransport.reason(ending.outcome, "curl"))
    }
    let status = Int(String(decoding: ending.output, as: UTF8.self)) ?? 0
    let lines = String(decoding: try FileSystem.readIfPresent(said) ?? [], as: UTF8.self)
    return .answered(HTTPAnswer(status: status, headers: lines))
  }
}
