public import PlanSLO
import PlanModel
import StrictJSON

/// The definition of the examples, and captures with answers to its queries.
public enum ObjectiveFixture {
  /// `ssot/examples/valid/slo/checkout-availability.json`, as embedded in the program.
  public static let definition: String = example("checkout-availability")
  /// The example of latency: good events, and a total with a window.
  public static let latency: String = example("checkout-latency")

  private static func example(_ name: String) -> String {
    StandardFiles.all().first { $0.path == "ssot/examples/valid/slo/\(name).json" }?.text ?? ""
  }

  /// Returns a file of an objective, by default with the example's name.
  public static func file(_ text: String = definition, name: String = "checkout-availability") -> ObjectiveFile {
    ObjectiveFile(name: name, bytes: Array(text.utf8))
  }

  /// Returns the definition with a text replaced. The text must occur.
  public static func edited(_ old: String, _ new: String, of text: String = definition) -> String {
    precondition(text.contains(old), "The example does not hold \(old)")
    return text.replacing(old, with: new)
  }

  /// 2026-11-28T22:14:49Z.
  public static let moment: Int64 = 1_795_904_089_000

  /// Returns the body of an answer with one number.
  public static func body(_ number: String) -> String {
    #"{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1795904089,"\#(number)"]}]}}"#
  }

  /// The body of an answer without a series.
  public static let empty = #"{"status":"success","data":{"resultType":"vector","result":[]}}"#

  /// Returns a healthy month's answer: 1 of 10,000 events is bad, a tenth of the budget.
  public static func healthy(_ name: String) -> String {
    switch name {
    case "covered": body("86400")
    case "newest": body("1795904085.5")
    case "total:period": body("2.592e+08")
    case "bad:period": body("25920")
    default: name.hasPrefix("total:") ? body("360000") : body("36")
    }
  }

  /// Returns a capture of the definition, healthy except for some answers, and edited as JSON.
  public static func capture(
    _ bodies: [String: String] = [:], of text: String = definition, name: String = "checkout-availability",
    isRaw: Bool = false, at: Int64 = moment, edit: (String) -> String = { $0 }
  ) throws -> [UInt8] {
    let file = file(text, name: name)
    guard let objective = file.objective else { throw Missing() }
    let answers = CaptureQueries(objective, isRaw: isRaw).queries.map {
      Capture.Answer(name: $0.name, query: $0.text, body: bodies[$0.name] ?? healthy($0.name))
    }
    let capture = Capture(
      slo: name, definition: file.digest, endpoint: "http://127.0.0.1:9090", server: ("2.42.0", "x"), at: at,
      began: at + 100, ended: at + 300, serverDate: "Sat, 28 Nov 2026 22:14:49 GMT", by: "ada@example.com",
      tool: "readiness", answers: answers)
    return Array(edit(String(decoding: capture.json.layoutBytes, as: UTF8.self)).utf8)
  }

  struct Missing: Error {}
}
