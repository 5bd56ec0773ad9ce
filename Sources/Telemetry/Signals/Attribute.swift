import StrictJSON

/// A value of an attribute, within the bounds that keep a line of the spool short.
public enum AttributeValue: Sendable, Equatable {
  /// A text; what exceeds 1,024 bytes ends with `…`.
  case text(String)
  /// An integer.
  case int(Int)
  /// A truth.
  case bool(Bool)
  /// Texts of 128 bytes at most; what follows the 64th is one `…`.
  case texts([String])

  /// Bytes of one text.
  static let textBound = 1024
  /// Bytes of one text of several.
  static let elementBound = 128
  /// Texts of one attribute.
  static let countBound = 64

  /// The value as OTLP's JSON writes an `AnyValue`: an integer of 64 bits is a string.
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

/// A name and its value. Names are ours alone or OpenTelemetry's; no message, address, secret or path of a repository is
/// ever a value.
public struct Attribute: Sendable, Equatable {
  /// The name, such as `readiness.run.id`.
  public let name: String
  /// The value.
  public let value: AttributeValue

  /// Makes an attribute.
  public init(_ name: String, _ value: AttributeValue) {
    self.name = name
    self.value = value
  }

  var json: JSONValue { ["key": .text(name), "value": value.json] }

  /// A list as OTLP's JSON writes it.
  static func json(_ attributes: [Attribute]) -> JSONValue { JSONValue(.array(attributes.map(\.json))) }
}

extension Attribute {
  /// The run that a span is about.
  public static func run(_ id: String) -> Attribute { Attribute("readiness.run.id", .text(id)) }

  /// The runs that a span is about; one is a text, several are an array.
  public static func runs(_ ids: [String]) -> Attribute {
    Attribute("readiness.run.id", ids.count == 1 ? .text(ids[0]) : .texts(ids))
  }

  /// The milestones that a span is about.
  public static func milestones(_ ids: [String]) -> Attribute {
    Attribute("readiness.milestone.id", ids.count == 1 ? .text(ids[0]) : .texts(ids))
  }

  /// The reason codes of findings.
  public static func codes(_ codes: [String]) -> Attribute { Attribute("readiness.codes", .texts(codes)) }

  /// One word for what came of it: `accepted`, `refused`, `delivered`, `dead-letter`, `passed` and the like.
  public static func answer(_ word: String) -> Attribute { Attribute("readiness.answer", .text(word)) }

  /// A branch or tag; nil if the name might hold an address.
  public static func ref(_ name: String) -> Attribute? {
    name.utf8.contains(UInt8(ascii: "@")) ? nil : Attribute("vcs.ref.head.name", .text(name))
  }

  /// A commit.
  public static func revision(_ id: String) -> Attribute { Attribute("vcs.ref.head.revision", .text(id)) }
}

extension String {
  /// Returns the text, or its beginning and `…`, so that it has at most so many bytes.
  func cut(to bound: Int) -> String {
    guard utf8.count > bound else { return self }
    var end = utf8.index(utf8.startIndex, offsetBy: bound - "…".utf8.count)
    while end.samePosition(in: unicodeScalars) == nil, end > utf8.startIndex { end = utf8.index(before: end) }
    return String(self[..<end]) + "…"
  }
}
