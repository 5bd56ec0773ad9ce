import StrictJSON

/// An answer of Prometheus to an instant query, from its HTTP API.
enum QueryAnswer {
  /// No series has this name at that time.
  case empty
  /// One number, which may be infinite or NaN.
  case number(Double)
  /// The body is not such an answer; the sentence says why.
  case invalid(String)

  /// Parses a body. O(bytes).
  init(_ body: String) {
    let root: JSONValue
    do {
      root = try JSONDocument(parsing: Array(body.utf8), limits: .general).root
    } catch {
      self = .invalid("the body is no JSON: \(error.message)")
      return
    }
    guard root["status"]?.string == "success" else {
      let said = root["error"]?.string.map { ": \($0.prefix(200))" } ?? ""
      self = .invalid("the server answered \"\(root["status"]?.string ?? "nothing")\"\(said)")
      return
    }
    if let warnings = root["warnings"]?.array, let first = warnings.first {
      self = .invalid("the server warned that the answer may be partial: \(first.string ?? "")")
      return
    }
    guard let data = root["data"], data["resultType"]?.string == "vector", let result = data["result"]?.array else {
      self = .invalid("the answer is no instant vector")
      return
    }
    guard let only = result.first else {
      self = .empty
      return
    }
    guard result.count == 1 else {
      self = .invalid("the answer holds \(result.count) series; it should hold at most one")
      return
    }
    guard let pair = only["value"]?.array, pair.count == 2, pair[0].number != nil, let text = pair[1].string,
      let number = Self.number(text)
    else {
      self = .invalid("the answer holds no number")
      return
    }
    self = .number(number)
  }

  /// Parses a number as Go's `strconv` formats it: decimal, optionally with an exponent, `NaN`, `+Inf` or `-Inf`.
  static func number(_ text: String) -> Double? {
    switch text {
    case "NaN": return .nan
    case "+Inf": return .infinity
    case "-Inf": return -.infinity
    default:
      let legal = text.utf8.allSatisfy {
        (0x30...0x39).contains($0) || $0 == 0x2D || $0 == 0x2E || $0 == 0x2B || $0 == 0x65
      }
      guard legal, let number = Double(text), number.isFinite else { return nil }
      return number
    }
  }
}
