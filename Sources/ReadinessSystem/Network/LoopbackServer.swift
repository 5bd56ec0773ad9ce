import CLibrary
import Synchronization

/// Serves HTTP/1.1 on 127.0.0.1, one short request after another: enough for the programs of an alert drill.
public final class LoopbackServer: Sendable {
  /// A request.
  public struct Request: Sendable {
    /// The method, such as `GET` or `POST`.
    public let method: String
    /// The path, with its query.
    public let path: String
    /// The body.
    public let body: [UInt8]
  }

  /// The answer to a request.
  public struct Answer: Sendable {
    let status: Int
    let body: [UInt8]

    /// Creates an answer with a plain text body.
    public init(_ status: Int, _ body: [UInt8] = []) { (self.status, self.body) = (status, body) }
  }

  /// The port that the system chose.
  public let port: Int
  private let listener: Int32
  private let isOver = Atomic<Bool>(false)

  /// The largest request, in bytes.
  private static let bound = 1 << 20

  /// Opens a port.
  /// - Throws: `SystemError` if the system has none.
  public init() throws(SystemError) {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard listener >= 0 else { throw SystemError("socket", "the loopback") }
    _ = fcntl(listener, F_SETFD, FD_CLOEXEC)
    var address = Self.loopback(port: 0)
    let size = socklen_t(MemoryLayout<sockaddr_in>.size)
    var length = size
    let code = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { plain in
        bind(listener, plain, size) == 0 && listen(listener, 64) == 0 ? getsockname(listener, plain, &length) : -1
      }
    }
    guard code == 0 else {
      let error = SystemError("bind", "127.0.0.1")
      close(listener)
      throw error
    }
    self.listener = listener
    port = Int(UInt16(bigEndian: address.sin_port))
  }

  deinit { close(listener) }

  /// Answers requests until `stop`, and returns within a quarter of a second after it.
  public func serve(_ answer: (Request) -> Answer) {
    while !isOver.load(ordering: .acquiring) {
      var waits = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
      guard poll(&waits, 1, 250) > 0 else { continue }
      let peer = accept(listener, nil, nil)
      guard peer >= 0 else { continue }
      defer { close(peer) }
      Self.setTimeouts(peer, seconds: 2)
      guard let request = Self.read(from: peer) else { continue }
      let given = answer(request)
      let head =
        "HTTP/1.1 \(given.status) \(given.status == 200 ? "OK" : "No")\r\nContent-Type: text/plain; version=0.0.4\r\n"
        + "Content-Length: \(given.body.count)\r\nConnection: close\r\n\r\n"
      _ = Self.send(Array(head.utf8) + given.body, to: peer)
    }
  }

  /// Ends `serve`.
  public func stop() { isOver.store(true, ordering: .releasing) }

  /// Requests a path from a server on 127.0.0.1. Returns nil if it does not answer within two seconds.
  public static func get(_ path: String, port: Int) -> (status: Int, body: [UInt8])? {
    let peer = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard peer >= 0 else { return nil }
    defer { close(peer) }
    _ = fcntl(peer, F_SETFD, FD_CLOEXEC)
    setTimeouts(peer, seconds: 2)
    var address = loopback(port: UInt16(clamping: port))
    let isConnected = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(peer, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    // HTTP/1.0: the answer ends with the connection, and is never chunked.
    guard isConnected, send(Array("GET \(path) HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n".utf8), to: peer) else { return nil }
    var bytes: [UInt8] = []
    while let more = receive(from: peer), !more.isEmpty, bytes.count < bound { bytes += more }
    guard let end = headEnd(bytes), let status = words(bytes[..<end]).dropFirst().first.flatMap({ Int($0) }) else {
      return nil
    }
    return (status, Array(bytes[(end + 4)...]))
  }

  // MARK: - Bytes

  private static func loopback(port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
  }

  private static func setTimeouts(_ peer: Int32, seconds: Int) {
    var limit = timeval(tv_sec: seconds, tv_usec: 0)
    for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
      setsockopt(peer, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
    }
  }

  private static func read(from peer: Int32) -> Request? {
    var bytes: [UInt8] = []
    while bytes.count < bound {
      if let end = headEnd(bytes) {
        let lines = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\r\n")
        let length = lines.first { $0.lowercased().hasPrefix("content-length:") }
        let count = length.flatMap { Int($0.dropFirst(15).drop { $0 == " " }) } ?? 0
        guard bytes.count < end + 4 + count else {
          let first = words(bytes[..<end])
          guard first.count > 1 else { return nil }
          return Request(method: first[0], path: first[1], body: Array(bytes[(end + 4)..<(end + 4 + count)]))
        }
      }
      guard let more = receive(from: peer), !more.isEmpty else { return nil }
      bytes += more
    }
    return nil
  }

  /// Returns the end of the header, before its empty line.
  private static func headEnd(_ bytes: [UInt8]) -> Int? {
    guard bytes.count >= 4 else { return nil }
    return (0...(bytes.count - 4)).first {
      bytes[$0] == 13 && bytes[$0 + 1] == 10 && bytes[$0 + 2] == 13 && bytes[$0 + 3] == 10
    }
  }

  private static func words(_ head: ArraySlice<UInt8>) -> [String] {
    head.prefix { $0 != 13 }.split(separator: 0x20).map { String(decoding: $0, as: UTF8.self) }
  }

  private static func receive(from peer: Int32) -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let count = recv(peer, &buffer, buffer.count, 0)
    return count >= 0 ? Array(buffer[..<count]) : nil
  }

  private static func send(_ bytes: [UInt8], to peer: Int32) -> Bool {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes {
        CLibrary.send(peer, $0.baseAddress.map { $0 + done }, bytes.count - done, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      done += count
    }
    return true
  }
}
