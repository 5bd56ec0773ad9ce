public import PlanModel
public import StrictJSON

/// A monitoring server's answers about one objective at one time, as bytes that anyone can check against the
/// definition.
public struct Capture: Sendable {
  /// One query and its answer.
  public struct Answer: Sendable {
    /// The name of the query.
    public let name: String
    /// The query in PromQL.
    public let query: String
    /// The response body, byte for byte.
    public let body: String

    /// Creates an answer.
    public init(name: String, query: String, body: String) {
      self.name = name
      self.query = query
      self.body = body
    }
  }

  /// The reason why bytes are not a capture, in a sentence.
  public struct Fault: Error, Sendable, Equatable {
    /// The sentence.
    public let message: String
  }

  /// The largest body, in bytes.
  public static let bodyBound = 65_536
  /// The largest file, in bytes.
  public static let fileBound = 256 << 10
  /// The namespace of the signature.
  public static let namespace = "readiness-capture"
  /// The largest time of the queries after the end of the capture, in milliseconds.
  private static let skew: Int64 = 300_000

  /// The name of the objective.
  public let slo: String
  /// The digest of the definition's bytes.
  public let definition: Digest
  /// The version of the queries.
  public let compiler: Int
  /// The address of the server, without user, query and fragment.
  public let endpoint: String
  /// The version and revision of the server.
  public let server: (version: String, revision: String)
  /// The time of all queries, in milliseconds since 1970; a whole second.
  public let at: Int64
  /// The start and end of the capture by the local clock, in milliseconds since 1970.
  public let began: Int64, ended: Int64
  /// The server's own time, from its `Date` header.
  public let serverDate: String
  /// The author of the capture, as an address.
  public let by: String
  /// The program that wrote it.
  public let tool: String
  /// The answers, in the order of the queries.
  public let answers: [Answer]
  /// The base64 body of an SSH signature; nil if the capture is unsigned.
  public var signature: String?

  /// Creates a capture from answers.
  public init(
    slo: String, definition: Digest, endpoint: String, server: (version: String, revision: String), at: Int64,
    began: Int64, ended: Int64, serverDate: String, by: String, tool: String, answers: [Answer]
  ) {
    self.slo = slo
    self.definition = definition
    compiler = RuleGroups.compilerVersion
    self.endpoint = endpoint
    self.server = server
    self.at = at
    self.began = began
    self.ended = ended
    self.serverDate = serverDate
    self.by = by
    self.tool = tool
    self.answers = answers
  }

  /// The capture as JSON.
  public var json: JSONValue {
    guard let signature else { return unsigned }
    return JSONValue(.object((unsigned.object ?? []) + [JSONMember("signature", .text(signature))]))
  }

  /// The signed message: the SHA-256 of the RFC 8785 form without the signature, as 64 lower-case hexadecimal digits.
  public var signedMessage: [UInt8] { Array(Digest(of: unsigned.canonicalBytes).hex.utf8) }

  private var unsigned: JSONValue {
    [
      "version": 1, "kind": "slo-capture", "slo": .text(slo), "definition": .text(definition.tagged),
      "compiler": .int(compiler), "endpoint": .text(endpoint),
      "server": ["version": .text(server.version), "revision": .text(server.revision)],
      "at": .text(Timestamp.text(millisecondsSince1970: at)),
      "began": .text(Timestamp.text(millisecondsSince1970: began)),
      "ended": .text(Timestamp.text(millisecondsSince1970: ended)), "serverDate": .text(serverDate), "by": .text(by),
      "tool": .text(tool),
      "answers": JSONValue(
        .array(
          answers.map {
            [
              "name": .text($0.name), "query": .text($0.query), "body": .text($0.body),
              "sha256": .text(Digest(of: Array($0.body.utf8)).hex),
            ]
          })),
    ]
  }
}

extension Capture {
  /// Parses a capture and checks its shape, its bounds, and the digest of every body.
  /// - Throws: `Fault`.
  /// - Complexity: O(bytes).
  public init(parsing bytes: [UInt8]) throws(Fault) {
    guard bytes.count <= Self.fileBound else { throw Fault(message: "it is larger than 256 KiB") }
    let root: JSONValue
    do {
      root = try JSONDocument(parsing: bytes, limits: .plan).root
    } catch {
      throw Fault(message: "it is no JSON, at line \(error.position.line): \(error.message)")
    }
    let known = [
      "version", "kind", "slo", "definition", "compiler", "endpoint", "server", "at", "began", "ended", "serverDate",
      "by", "tool", "answers", "signature",
    ]
    let top = try CaptureObject(root, "the capture", known: known)
    guard root["version"]?.integer == 1, root["kind"]?.string == "slo-capture" else {
      throw Fault(message: "it is no slo-capture of version 1")
    }
    slo = try top.text("slo")
    guard let definition = Digest(tagged: try top.text("definition")) else {
      throw Fault(message: "\"definition\" is no digest")
    }
    self.definition = definition
    guard let compiler = root["compiler"]?.integer, compiler >= 1 else {
      throw Fault(message: "\"compiler\" is no version")
    }
    self.compiler = compiler
    endpoint = try top.text("endpoint")
    guard Endpoint.isStored(endpoint) else {
      throw Fault(message: "\"endpoint\" is no http or https URL without user, query and fragment")
    }
    let inner = try CaptureObject(root["server"] ?? nil, "\"server\"", known: ["version", "revision"])
    server = (try inner.text("version", mayBeEmpty: true), try inner.text("revision", mayBeEmpty: true))
    guard server.version.count <= 200, server.revision.count <= 200 else {
      throw Fault(message: "\"server\" is too long")
    }
    (at, began, ended) = (try top.moment("at"), try top.moment("began"), try top.moment("ended"))
    guard began <= ended, at % 1000 == 0, at <= ended + Self.skew else {
      throw Fault(message: "its moments are not in order, or \"at\" is no whole second")
    }
    serverDate = try top.text("serverDate", mayBeEmpty: true)
    (by, tool) = (try top.text("by"), try top.text("tool"))
    guard let answers = root["answers"]?.array, (1...40).contains(answers.count) else {
      throw Fault(message: "\"answers\" does not hold 1 to 40 answers")
    }
    self.answers = try Self.answers(answers)
    signature = root["signature"] == nil ? nil : try top.text("signature")
  }

  /// Returns the objective that a capture file names. The rest is judged with the definition.
  /// - Throws: `Fault` if the file is not JSON, or names no objective.
  public static func name(in bytes: [UInt8]) throws(Fault) -> String {
    let root: JSONValue
    do {
      root = try JSONDocument(parsing: bytes, limits: .plan).root
    } catch {
      throw Fault(message: error.message)
    }
    guard let name = root["slo"]?.string else { throw Fault(message: "it names no SLO") }
    return name
  }

  private static func answers(_ elements: [JSONValue]) throws(Fault) -> [Answer] {
    var answers: [Answer] = []
    for element in elements {
      let object = try CaptureObject(element, "an answer", known: ["name", "query", "body", "sha256"])
      let answer = Answer(
        name: try object.text("name"), query: try object.text("query"), body: try object.text("body", mayBeEmpty: true))
      guard answer.body.utf8.count <= bodyBound else { throw Fault(message: "the body of \(answer.name) is too large") }
      guard try object.text("sha256").isExactly(Digest(of: Array(answer.body.utf8)).hex) else {
        throw Fault(message: "the body of \(answer.name) is not what its sha256 says")
      }
      answers.append(answer)
    }
    return answers
  }
}

/// One object of a capture, without unknown members.
private struct CaptureObject {
  private let value: JSONValue
  private let subject: String

  init(_ value: JSONValue, _ subject: String, known: [String]) throws(Capture.Fault) {
    guard let members = value.object else { throw Capture.Fault(message: "\(subject) is no object") }
    if let stranger = members.first(where: { !known.contains($0.key) }) {
      throw Capture.Fault(message: "\(subject) holds \"\(stranger.key)\", which is not known")
    }
    self.value = value
    self.subject = subject
  }

  func text(_ key: String, mayBeEmpty: Bool = false) throws(Capture.Fault) -> String {
    guard let text = value[key]?.string, mayBeEmpty || !text.isEmpty else {
      throw Capture.Fault(message: "\(subject) has no text \"\(key)\"")
    }
    return text
  }

  func moment(_ key: String) throws(Capture.Fault) -> Int64 {
    guard let moment = Timestamp.milliseconds(of: try text(key)) else {
      throw Capture.Fault(message: "\"\(key)\" is no moment like 2026-11-28T22:14:49.000Z")
    }
    return moment
  }
}

/// An address of a monitoring server.
public enum Endpoint {
  /// Returns the stored form of an address: without user, query string, fragment, and trailing slashes. Returns nil
  /// for any scheme except http and https.
  public static func stored(_ text: String) -> String? {
    guard let colon = text.firstIndex(of: ":") else { return nil }
    let scheme = text[..<colon].lowercased()
    let rest = text[colon...]
    guard scheme == "http" || scheme == "https", rest.hasPrefix("://") else { return nil }
    let bare = rest.dropFirst(3).prefix { $0 != "?" && $0 != "#" }
    let slash = bare.firstIndex(of: "/") ?? bare.endIndex
    let host = bare[..<slash].split(separator: "@", omittingEmptySubsequences: false).last ?? ""
    var path = bare[slash...]
    while path.last == "/" { path.removeLast() }
    guard !host.isEmpty, (host + path).utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C })
    else {
      return nil
    }
    return "\(scheme)://\(host)\(path)"
  }

  /// Returns true if the address is already in its stored form.
  static func isStored(_ text: String) -> Bool {
    guard let stored = stored(text) else { return false }
    return text.isExactly(stored) || text.isExactly(stored + "/")
  }
}
