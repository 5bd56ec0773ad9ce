import ReadinessSystem
import Testing

@Suite("Servers on the loopback")
struct LoopbackServerTests {
  @Test("a request is answered by its path, and nothing is answered once the server stopped")
  func requests() throws {
    let server = try LoopbackServer()
    _ = try concurrently([
      { server.serve { $0.path == "/there?x=1" && $0.method == "GET" ? .init(200, Array("yes".utf8)) : .init(503) } }
    ]) {
      defer { server.stop() }
      let found = try #require(LoopbackServer.get("/there?x=1", port: server.port))
      #expect(found.status == 200 && found.body == Array("yes".utf8))
      #expect(LoopbackServer.get("/elsewhere", port: server.port)?.status == 503)
    }
    let other = try LoopbackServer()
    #expect(other.port != server.port)
  }
}
