import PlanModel
import ReadinessSystem
import StrictJSON
import Synchronization

/// The counterpart of a drill's programs: serves metrics files to Prometheus, receives Alertmanager's webhook, and
/// acts as a sink that can fail.
final class DrillReceiver: Sendable {
  /// A received notification of an alert.
  struct Notice: Sendable {
    let at: Int64
    let isFiring: Bool
    let labels: [String: String]
    let runbook: String
    let body: Digest

    func isOf(_ alert: String, _ repository: String) -> Bool {
      labels["alertname"] == alert && labels["repository"] == repository
    }
  }

  private struct State: Sendable {
    var notices: [Notice] = []
    var scrapes: [String: Int] = [:]
    var sinkFails = false
  }

  let server: LoopbackServer
  private let folder: String
  private let state = Mutex(State())

  /// - Parameter folder: the folder of the files `NAME.prom`.
  init(serving folder: String) throws(SystemError) {
    self.folder = folder
    server = try LoopbackServer()
  }

  /// Serves until the server is stopped; for a separate thread.
  func run() { server.serve { self.answer($0) } }

  /// Makes the sink accept events, or answer 503.
  func setSink(fails: Bool) { state.withLock { $0.sinkFails = fails } }

  /// Returns the number of scrapes of a file.
  func scrapes(of name: String) -> Int { state.withLock { $0.scrapes[name] ?? 0 } }

  /// Returns the notifications of an alert of a repository, oldest first.
  func notices(_ alert: String, _ repository: String) -> [Notice] {
    state.withLock { $0.notices.filter { $0.isOf(alert, repository) } }
  }

  /// Returns true if one of the alert's series is firing and has not resolved.
  func isFiring(_ alert: String, _ repository: String) -> Bool {
    var firing: Set<[String: String]> = []
    for notice in notices(alert, repository) {
      if notice.isFiring { firing.insert(notice.labels) } else { firing.remove(notice.labels) }
    }
    return !firing.isEmpty
  }

  private func answer(_ request: LoopbackServer.Request) -> LoopbackServer.Answer {
    if request.path == "/sink" { return state.withLock { .init($0.sinkFails ? 503 : 200) } }
    if request.method == "POST" {
      take(request.body)
      return .init(200)
    }
    let name = String(request.path.split(separator: "/").last ?? "")
    state.withLock { $0.scrapes[name, default: 0] += 1 }
    do {
      guard let bytes = try FileSystem.readIfPresent("\(folder)/\(name).prom") else { return .init(404) }
      return .init(200, bytes)
    } catch {
      return .init(500)
    }
  }

  private func take(_ body: [UInt8]) {
    let root: JSONValue
    do { root = try JSONDocument(parsing: body, limits: .general).root } catch { return }
    let (now, digest) = (Machine.millisecondsSince1970(), Digest(of: body))
    for alert in root["alerts"]?.array ?? [] {
      let labels = (alert["labels"]?.object ?? []).map { ($0.key, $0.value.string ?? "") }
      let notice = Notice(
        at: now, isFiring: alert["status"]?.string == "firing", labels: Dictionary(labels) { first, _ in first },
        runbook: alert["annotations"]?["runbook_url"]?.string ?? "", body: digest)
      state.withLock { $0.notices.append(notice) }
    }
  }
}
