import StrictJSON

/// A value of an attribute, bounded to keep spool lines short.
public enum AttributeValue: Sendable, Equatable {
  /// A text; beyond 1,024 bytes it is cut and ends with `…`.
  case text(String)
  /// An integer.
  case int(Int)
  /// A boolean.
  case bool(Bool)
  /// Texts of at most 128 bytes; all texts after the 64th become one `…`.
  case texts([String])

  /// The largest text, in bytes.
  static let textBound = 1024
  /// The largest text of a list, in bytes.
  static let elementBound = 128
  /// The largest number of texts in a list.
  static let countBound = 64

  /// The value as an `AnyValue` of OTLP's JSON, in which a 64-bit integer is a string.
  var json: JSONValue {
    switch self {
    case .text(let text): ["stringValue": .text(text.cut(to: Self.textBound))]
    case .int(let number): ["intValue": .text(String(number))]
    case .bool(let truth): ["boolValue": JSONValue(.bool(truth))]
    case .texts(let texts):
      ["arrayValue": ["values": JSONValue(.array(Self.cut(texts).map { ["stringValue": .text($0)] }))]]
    }
  }

  private static func cut(_ texts: [String]) -> [String] {
    let first = texts.prefix(countBound).map { $0.cut(to: elementBound) }
    return texts.count > countBound ? first + ["…"] : first
  }
}

/// A name and its value. Names are this project's or OpenTelemetry's. A value is never a message, address, secret or
/// path of a repository.
public struct Attribute: Sendable, Equatable {
  /// The name, such as `readiness.run.id`.
  public let name: String
  /// The value.
  public let value: AttributeValue

  /// Creates an attribute.
  public init(_ name: String, _ value: AttributeValue) {
    self.name = name
    self.value = value
  }

  var json: JSONValue { ["key": .text(name), "value": value.json] }

  /// Returns a list of attributes in OTLP's JSON.
  static func json(_ attributes: [Attribute]) -> JSONValue { JSONValue(.array(attributes.map(\.json))) }
}

extension Attribute {
  /// Returns the run of a span.
  public static func run(_ id: String) -> Attribute { Attribute("readiness.run.id", .text(id)) }

  /// Returns the runs of a span: one as a text, several as an array.
  public static func runs(_ ids: [String]) -> Attribute {
    Attribute("readiness.run.id", ids.count == 1 ? .text(ids[0]) : .texts(ids))
  }

  /// Returns the milestones of a span.
  public static func milestones(_ ids: [String]) -> Attribute {
    Attribute("readiness.milestone.id", ids.count == 1 ? .text(ids[0]) : .texts(ids))
  }

  /// Returns the reason codes of findings.
  public static func codes(_ codes: [String]) -> Attribute { Attribute("readiness.codes", .texts(codes)) }

  /// Returns the outcome as one word: `accepted`, `refused`, `delivered`, `dead-letter`, `passed` and the like.
  public static func answer(_ word: String) -> Attribute { Attribute("readiness.answer", .text(word)) }

  /// Returns a branch or tag. Returns nil if the name might contain an address.
  public static func ref(_ name: String) -> Attribute? {
    name.utf8.contains(UInt8(ascii: "@")) ? nil : Attribute("vcs.ref.head.name", .text(name))
  }

  /// Returns a commit.
  public static func revision(_ id: String) -> Attribute { Attribute("vcs.ref.head.revision", .text(id)) }
}

extension String {
  /// Returns the text, or its beginning and `…`, in at most `bound` bytes.
  func cut(to bound: Int) -> String {
    guard utf8.count > bound else { return self }
    var end = utf8.index(utf8.startIndex, offsetBy: bound - "…".utf8.count)
    while end.samePosition(in: unicodeScalars) == nil, end > utf8.startIndex { end = utf8.index(before: end) }
    return String(self[..<end]) + "…"
  }
}
