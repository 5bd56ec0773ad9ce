public import PlanSLO
public import PlanModel
import GitRepository
import Profiles
import StrictJSON
import ReadinessSystem

/// Captures a monitoring server's answers about objectives. No other part of the service levels uses a network.
public struct ObjectiveCapture {
  /// The settings for a server.
  public struct Settings: Sendable {
    /// The address for requests; a user and a password in it are never stored.
    public let endpoint: String
    /// The address for the capture.
    public let stored: String
    /// Header lines.
    public let headers: [String]
    /// True to count the period from the raw series.
    public let isRaw: Bool
    /// The time of all queries, in milliseconds since 1970; nil is now.
    public let at: Int64?
    /// The author of the capture, as an address.
    public let by: String
    /// The program's name and version, for the capture.
    public let tool: String

    /// Creates settings. Returns nil if the address is not an http or https URL.
    public init?(
      endpoint: String, headers: [String], isRaw: Bool, at: Int64?, by: String, tool: String
    ) {
      guard let stored = Endpoint.stored(endpoint) else { return nil }
      let bare = String(endpoint.prefix { $0 != "?" && $0 != "#" })
      self.endpoint = bare.hasSuffix("/") ? String(bare.dropLast()) : bare
      self.stored = stored
      self.headers = headers
      self.isRaw = isRaw
      self.at = at
      self.by = by
      self.tool = tool
    }
  }

  /// The largest accepted difference between the server's clock and the local one, in milliseconds.
  public static let clockBound: Int64 = 300_000

  private let settings: Settings
  private let fetch: WebFetch

  /// - Parameter environment: the environment of the process.
  public init(_ settings: Settings, environment: [String: String]) {
    self.settings = settings
    fetch = WebFetch(
      headers: settings.headers, environment: environment, secondsEach: 10, bodyBound: Capture.bodyBound)
  }

  /// Sends all queries of an objective, for the same time.
  /// - Parameter definition: the digest of the definition's bytes.
  /// - Throws: `WebFault` if the server does not answer, or its clock differs; `SystemError`.
  public func run(_ objective: Objective, definition: Digest) throws -> Capture {
    let began = Machine.millisecondsSince1970()
    let at = (settings.at ?? began) / 1000 * 1000
    let queries = CaptureQueries(objective, isRaw: settings.isRaw).queries
    let requests =
      [WebFetch.Request(url: settings.endpoint + "/api/v1/status/buildinfo")]
      + queries.map {
        WebFetch.Request(
          url: settings.endpoint + "/api/v1/query", fields: [("query", $0.text), ("time", String(at / 1000))])
      }
    let responses = try fetch.run(requests)
    let ended = Machine.millisecondsSince1970()
    let date = responses[0].date
    if let theirs = HTTPDate.milliseconds(of: date), abs(theirs - ended) > Self.clockBound {
      throw WebFault(
        message: "The server's clock says \(date), and this machine's \(Timestamp.text(millisecondsSince1970: ended)).")
    }
    let server = try Self.server(responses[0].body)
    let answers = try zip(queries, responses.dropFirst()).map { query, response in
      guard let body = String(validating: response.body, as: UTF8.self) else {
        throw WebFault(message: "The answer to \(query.name) is no UTF-8.")
      }
      return Capture.Answer(name: query.name, query: query.text, body: body)
    }
    return Capture(
      slo: objective.name, definition: definition, endpoint: settings.stored, server: server, at: at, began: began,
      ended: ended, serverDate: date, by: settings.by, tool: settings.tool, answers: answers)
  }

  private static func server(_ body: [UInt8]) throws(WebFault) -> (version: String, revision: String) {
    let root: JSONValue
    do { root = try JSONDocument(parsing: body, limits: .general).root } catch {
      throw WebFault(message: "The server is no Prometheus: its build information is no JSON.")
    }
    guard root["status"]?.string == "success", let data = root["data"] else {
      throw WebFault(message: "The server is no Prometheus: it has no build information.")
    }
    func text(_ key: String) -> String { String((data[key]?.string ?? "").prefix(200)) }
    return (text("version"), text("revision"))
  }
}
