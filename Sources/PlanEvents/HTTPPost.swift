import Profiles
import ReadinessSystem

/// Posts one body to a web server through curl, so that this program has no network code.
struct HTTPPost {
  let profile: RuntimeProfile
  /// The working folder.
  let folder: String
  /// The environment of this process.
  let environment: [String: String]

  /// The result of one attempt.
  enum Outcome {
    /// The server answered; the body is in the answer file, if one was named.
    case answered(HTTPAnswer)
    /// The server did not answer; the sentence says why.
    case failed(String)
  }

  /// Posts the file `body`, once.
  /// - Parameters:
  ///   - headers: header lines, passed in a file so that no process list shows them.
  ///   - temporary: a private folder for headers and response.
  ///   - answer: the file for the response body; nil to drop it.
  /// - Throws: `SystemError` if a temporary file cannot be used.
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
