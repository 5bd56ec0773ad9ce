import PlanModel

/// The response of a webhook (RFC 9110).
struct HTTPAnswer {
  let status: Int
  /// The header lines, as received.
  let headers: String

  /// - Parameter now: the wall clock time, in milliseconds since 1970.
  func delivery(now: Int64) -> Delivery {
    switch status {
    case 200..<300: .delivered
    case 408, 425, 429, 500..<600: .later("It answered \(status).", after: retryAfter(now: now))
    default: .never("It answered \(status).")
    }
  }

  /// Returns `Retry-After` in milliseconds, from seconds or a date (RFC 9110, section 10.2.3). Returns 0 if there is
  /// neither.
  func retryAfter(now: Int64) -> Int {
    for line in headers.split(whereSeparator: \.isNewline) {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2, parts[0].lowercased() == "retry-after" else { continue }
      let value = String(parts[1].drop { $0 == " " })
      if let seconds = Int(value), seconds >= 0 { return min(seconds, 86_400) * 1000 }
      if let date = HTTPDate.milliseconds(of: value) { return Int(max(0, min(date - now, 86_400_000))) }
    }
    return 0
  }
}
