"""A service whose faults can be told, and a real Prometheus that watches it, both on the loopback."""
import http.server, json, socket, subprocess, sys, threading, time, urllib.parse, urllib.request


class Service:
    """Counts 100 requests a second, of which the test says how many fail."""

    rate = 100

    def __init__(self, good, bad):
        self.counts, self.share, self.at = {"200": float(good), "500": float(bad)}, 0.0, time.time()
        self.lock = threading.Lock()
        service = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                lines = ["# TYPE http_requests_total counter"]
                lines += [f'http_requests_total{{code="{code}"}} {int(value)}' for code, value in service.tick().items()]
                body = ("\n".join(lines) + "\n").encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/plain; version=0.0.4")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_): pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def tick(self):
        with self.lock:
            now = time.time()
            events = (now - self.at) * self.rate
            self.at = now
            self.counts["500"] += events * self.share
            self.counts["200"] += events * (1 - self.share)
            return dict(self.counts)

    def fail(self, share):
        self.tick()
        self.share = share

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Prometheus:
    def __init__(self, folder, data, config):
        for _ in range(5):  # Another process may take the port in between.
            port = free_port()
            self.url = f"http://127.0.0.1:{port}"
            self.log = open(f"{folder}/prometheus-{port}.log", "w")
            self.process = subprocess.Popen(
                ["prometheus", f"--config.file={config}", f"--storage.tsdb.path={data}", f"--web.listen-address=127.0.0.1:{port}",
                 "--storage.tsdb.retention.time=60d"], stdout=self.log, stderr=self.log)
            for _ in range(600):
                if self.process.poll() is not None: break
                try:
                    urllib.request.urlopen(self.url + "/-/ready", timeout=2).read()
                    return
                except OSError: time.sleep(0.1)
            self.stop()
        sys.exit("FAILED: prometheus does not start\n" + open(self.log.name).read()[-2000:])

    def get(self, path, **fields):
        address = f"{self.url}{path}?{urllib.parse.urlencode(fields)}"
        return json.load(urllib.request.urlopen(address, timeout=10))["data"]

    def stop(self):
        self.process.terminate()
        self.process.wait()
