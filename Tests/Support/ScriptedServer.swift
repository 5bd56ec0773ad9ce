public import Foundation

/// An HTTP server on this machine's loopback that follows a script, connection by connection.
public final class ScriptedServer: @unchecked Sendable {
  // Safe: `lock` guards the data that both threads use.

  /// The action for one connection.
  public enum Act: Sendable {
    /// Reads the request and answers.
    case answer(Int, headers: [String] = [], body: String = "")
    /// Reads the request and says nothing, for so many seconds.
    case hang(Double)
    /// Reads the request and resets the connection.
    case reset
  }

  /// A received request.
  public struct Request: Sendable {
    /// The headers, by lower-case name.
    public let headers: [String: String]
    /// The body.
    public let body: String
    /// The time of arrival.
    public let at: Date
  }

  private let lock = NSLock()
  private var script: [Act]
  private var seen: [Request] = []
  private let listener: Int32
  /// The port.
  public let port: Int

  /// The requests so far.
  public var requests: [Request] { lock.withLock { seen } }

  /// Starts the server. After the script, it answers 204.
  public init(_ script: [Act]) throws {
    self.script = script
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let (handle, size) = (listener, length)
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
        bind(handle, raw, size) == 0 && listen(handle, 64) == 0 && getsockname(handle, raw, &length) == 0
      }
    }
    guard bound else { throw POSIXError(.EADDRNOTAVAIL) }
    port = Int(UInt16(bigEndian: address.sin_port))
    Thread.detachNewThread { [weak self, listener] in
      while true {
        let connection = accept(listener, nil, nil)
        guard connection >= 0, let self else { return }
        self.serve(connection)
      }
    }
  }

  /// Stops listening.
  public func stop() {
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
  }

  private func serve(_ connection: Int32) {
    guard let request = read(connection) else {
      close(connection)
      return
    }
    let act = lock.withLock { () -> Act in
      seen.append(request)
      return script.isEmpty ? .answer(204) : script.removeFirst()
    }
    switch act {
    case .answer(let status, let headers, let body):
      let head = (["HTTP/1.1 \(status) x", "Content-Length: \(body.utf8.count)", "Connection: close"] + headers).joined(
        separator: "\r\n")
      let bytes = Array((head + "\r\n\r\n" + body).utf8)
      _ = send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
      close(connection)
    case .hang(let seconds):
      Thread.detachNewThread {
        Thread.sleep(forTimeInterval: seconds)
        close(connection)
      }
    case .reset:
      var linger = linger(l_onoff: 1, l_linger: 0)
      setsockopt(connection, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
      close(connection)
    }
  }

  private func read(_ connection: Int32) -> Request? {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let text = String(decoding: bytes, as: UTF8.self)
      if let end = text.range(of: "\r\n\r\n") {
        var headers: [String: String] = [:]
        for line in text[..<end.lowerBound].components(separatedBy: "\r\n").dropFirst() {
          let parts = line.split(separator: ":", maxSplits: 1)
          if parts.count == 2 { headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces) }
        }
        let body = text[end.upperBound...]
        if body.utf8.count >= Int(headers["content-length"] ?? "0") ?? 0 {
          return Request(headers: headers, body: String(body), at: Date())
        }
      }
      let count = recv(connection, &buffer, buffer.count, 0)
      guard count > 0 else { return nil }
      bytes += buffer[..<count]
    }
  }
}
