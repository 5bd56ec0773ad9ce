import ReadinessSystem

/// The error if a web server cannot be reached, or does not answer as expected.
public struct WebFault: Error, Sendable, Equatable {
  /// The failure, in a sentence.
  public let message: String

  /// Creates a fault.
  public init(message: String) { self.message = message }
}

/// Sends several requests to a web server over one connection, through curl. Follows no redirects, and keeps
/// addresses and headers off the command line, where every user of the machine can read them.
public struct WebFetch {
  /// A request: a GET with a query string.
  public struct Request: Sendable {
    let url: String
    let fields: [(name: String, value: String)]

    /// Creates a request.
    /// - Parameter fields: the query string, not yet encoded.
    public init(url: String, fields: [(name: String, value: String)] = []) {
      self.url = url
      self.fields = fields
    }
  }

  /// A response.
  public struct Response: Sendable {
    /// The body.
    public let body: [UInt8]
    /// The `Date` header of the first response; empty if there was none.
    public let date: String
  }

  /// The environment variables that are passed to curl.
  public static let variables: Set<String> = [
    "PATH", "HOME", "http_proxy", "https_proxy", "HTTPS_PROXY", "no_proxy", "NO_PROXY", "ALL_PROXY", "all_proxy",
    "SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE",
  ]

  private let headers: [String]
  private let environment: [String: String]
  private let secondsEach: Int
  private let bodyBound: Int

  /// - Parameters:
  ///   - headers: lines such as `Authorization: Bearer …`.
  ///   - environment: the environment of this process.
  ///   - secondsEach: the timeout of one response.
  ///   - bodyBound: the largest body, in bytes.
  public init(headers: [String], environment: [String: String], secondsEach: Int, bodyBound: Int) {
    self.headers = headers
    self.environment = environment
    self.secondsEach = secondsEach
    self.bodyBound = bodyBound
  }

  /// Sends the requests, and retries once.
  /// - Throws: `WebFault` if a response is missing, is not a 200, or is too large; `SystemError`.
  public func run(_ requests: [Request]) throws -> [Response] {
    do {
      return try attempt(requests)
    } catch is WebFault {
      return try attempt(requests)
    }
  }

  private func attempt(_ requests: [Request]) throws -> [Response] {
    let folder = try FileSystem.makeTemporaryFolder("readiness-fetch-")
    defer { do { try FileSystem.removeFolder(folder) } catch {} }
    let (settings, heads) = (folder + "/settings", folder + "/heads")
    var random = SystemRandomNumberGenerator()
    let mark = "readiness-\(random.next())-\(random.next())"
    let texts = requests.enumerated().map { index, request in text(request, mark, index == 0 ? heads : nil) }
    try FileSystem.write(Array(texts.joined(separator: "next\n").utf8), to: settings)
    let ending = SupervisedProcess(
      arguments: ["curl", "-q", "--silent", "--show-error", "--fail-early", "--config", settings],
      environment: environment.filter { Self.variables.contains($0.key) }, folder: folder, readable: ["/"],
      writable: [folder, "/dev/null"], timeout: 1000 * (secondsEach * requests.count + 2), grace: 500,
      outputBound: requests.count * (bodyBound + 256), fileBound: 1 << 20
    ).run()
    let said = String(decoding: ending.errors.suffix(400), as: UTF8.self).split(whereSeparator: \.isNewline).first
    switch ending.outcome {
    case .exit(0): break
    case .spawn(let why): throw WebFault(message: why)
    case .output: throw WebFault(message: "The server answered more than \(bodyBound) bytes to a query.")
    case .timeout: throw WebFault(message: "The server took too long.")
    case .exit(let code): throw WebFault(message: said.map { "\($0)." } ?? "curl exited with \(code).")
    case .signal(let number): throw WebFault(message: "curl was ended by signal \(number).")
    }
    let date = Self.date(String(decoding: try FileSystem.readIfPresent(heads) ?? [], as: UTF8.self))
    return try responses(ending.output, mark, requests.count).map { Response(body: $0, date: date) }
  }

  private func text(_ request: Request, _ mark: String, _ heads: String?) -> String {
    var lines = [
      "url = \(Self.quoted(request.url))", "get", "proto = \"=http,https\"", "max-time = \(secondsEach)",
      "max-filesize = \(bodyBound)", "write-out = \(Self.quoted("\n\(mark) %{http_code}\n"))",
    ]
    lines += headers.map { "header = \(Self.quoted($0))" }
    lines += request.fields.map { "data-urlencode = \(Self.quoted("\($0.name)=\($0.value)"))" }
    if let heads { lines.append("dump-header = \(Self.quoted(heads))") }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Quotes a text for curl's configuration.
  private static func quoted(_ text: String) -> String {
    var out = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": out += "\\\\"
      case "\"": out += "\\\""
      case "\n": out += "\\n"
      case "\r": out += "\\r"
      case "\t": out += "\\t"
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out + "\""
  }

  /// Splits curl's output at separators that only this process knows.
  private func responses(_ output: [UInt8], _ mark: String, _ count: Int) throws(WebFault) -> [[UInt8]] {
    let fence = Array("\n\(mark) ".utf8)
    var (bodies, start, at) = ([[UInt8]](), 0, 0)
    while at + fence.count <= output.count {
      guard output[at] == 0x0A, output[at..<at + fence.count].elementsEqual(fence) else {
        at += 1
        continue
      }
      let body = Array(output[start..<at])
      let end = output[(at + fence.count)...].firstIndex(of: 0x0A) ?? output.endIndex
      let status = String(decoding: output[(at + fence.count)..<end], as: UTF8.self)
      guard status == "200" else {
        let said = String(decoding: body.prefix(200), as: UTF8.self).split(whereSeparator: \.isNewline).first ?? ""
        throw WebFault(message: "The server answered \(status)\(said.isEmpty ? "" : ": \(said)").")
      }
      guard body.count <= bodyBound else {
        throw WebFault(message: "The server answered more than \(bodyBound) bytes to a query.")
      }
      bodies.append(body)
      start = min(end + 1, output.count)
      at = start
    }
    guard bodies.count == count else {
      throw WebFault(message: "The server answered \(bodies.count) of \(count) queries.")
    }
    return bodies
  }

  private static func date(_ headers: String) -> String {
    for line in headers.split(whereSeparator: \.isNewline) where line.lowercased().hasPrefix("date:") {
      return String(line.dropFirst(5).drop { $0 == " " })
    }
    return ""
  }
}
