import Foundation
import ReadinessSystem
import TestSupport
import Testing

/// A temporary folder.
private final class Folder {
  let path: String
  init() throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("supervised-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }
  deinit {
    do { try FileManager.default.removeItem(atPath: path) } catch { print("left behind: \(path)") }
  }
  func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path + "/" + name) }
}

private func run(
  _ arguments: [String], in folder: Folder, timeout: Int = 20_000, grace: Int = 200, output: Int = 1 << 20,
  file: Int = 1 << 20, writable: [String]? = nil, environment: [String: String] = ["PATH": "/usr/bin:/bin"]
) -> SupervisedProcess.Ending {
  SupervisedProcess(
    arguments: arguments, environment: environment, folder: folder.path, readable: ["/"],
    writable: writable ?? [folder.path, "/dev/null"], timeout: timeout, grace: grace, outputBound: output,
    fileBound: file
  ).run()
}

private func shell(_ line: String, in folder: Folder, timeout: Int = 20_000, output: Int = 1 << 20, file: Int = 1 << 20)
  -> SupervisedProcess.Ending
{
  run(["sh", "-c", line], in: folder, timeout: timeout, output: output, file: file)
}

private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

/// Returns true if a process with that id is alive.
private func lives(_ pid: String) -> Bool {
  guard let number = pid_t(pid.trimmingCharacters(in: .whitespacesAndNewlines)) else { return false }
  guard kill(number, 0) == 0 else { return false }
  let state = FileManager.default.contents(atPath: "/proc/\(number)/stat").map { text(Array($0)) } ?? ""
  return !state.contains(") Z ")
}

@Suite("Supervised processes")
struct SupervisedProcessTests {
  @Test("both streams, the exit status and nothing of our environment")
  func plain() throws {
    let folder = try Folder()
    let ending = run(
      ["sh", "-c", "echo out; echo err >&2; env; pwd; exit 7"], in: folder,
      environment: ["PATH": "/usr/bin:/bin", "ONLY": "this"])
    #expect(ending.outcome == .exit(7))
    #expect(text(ending.output).hasPrefix("out\n") && text(ending.errors) == "err\n")
    let names = text(ending.output).split(separator: "\n").filter { $0.contains("=") }.map { $0.prefix { $0 != "=" } }
    #expect(Set(names).subtracting(["PWD", "OLDPWD", "SHLVL", "_"]) == ["PATH", "ONLY"])
    #expect(text(ending.output).contains(folder.path))
  }

  @Test("no terminal, nothing on standard input, a session of its own, ordinary signals")
  func surroundings() throws {
    let folder = try Folder()
    let ending = shell("cat; tty; (echo > /dev/tty) 2>/dev/null || echo none; ps -o sid= -p $$; echo $$", in: folder)
    let lines = text(ending.output).split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
    #expect(lines.count == 4 && lines[0] == "not a tty" && lines[1] == "none", "\(lines)")
    #expect(lines[2] == lines[3])
    // A program that ignores SIGPIPE does not pass that on.
    #expect(shell("kill -PIPE $$; sleep 5", in: folder).outcome == .signal(13))
  }

  @Test("one that never ends is asked, and then ended with its children, wherever they went", .timeLimit(.minutes(1)))
  func endless() throws {
    let folder = try Folder()
    let line = """
      trap '' TERM
      (setsid sh -c 'echo $$ > away; trap "" TERM; while :; do sleep 1; done' &)
      sh -c 'echo $$ > child; while :; do sleep 1; done' &
      while :; do sleep 1; done
      """
    let ending = shell(line, in: folder, timeout: 600)
    #expect(ending.outcome == .timeout)
    #expect(ending.milliseconds >= 750 && ending.milliseconds < 10_000)
    for name in ["away", "child"] {
      let pid = text(Array(FileManager.default.contents(atPath: folder.path + "/" + name) ?? Data()))
      #expect(!pid.isEmpty && !lives(pid), "\(name)")
    }
  }

  @Test("one that obeys is not ended by force")
  func obedient() throws {
    let folder = try Folder()
    let ending = shell("trap 'echo bye; exit 0' TERM; while :; do sleep 0.05; done", in: folder, timeout: 300)
    #expect(ending.outcome == .timeout)
    #expect(text(ending.output) == "bye\n")
  }

  @Test("what it leaves behind is ended and counted", .timeLimit(.minutes(1)))
  func leavings() throws {
    let folder = try Folder()
    let ending = shell("(setsid sleep 300 &) ; (sleep 300 &) ; echo done", in: folder)
    #expect(ending.outcome == .exit(0))
    #expect(ending.leftBehind == 2)
    #expect(ending.milliseconds < 10_000)
  }

  @Test("a flood of output is stopped at its bound", .timeLimit(.minutes(1)))
  func flood() throws {
    let folder = try Folder()
    let ending = shell("yes", in: folder, output: 100_000)
    #expect(ending.outcome == .output)
    #expect(ending.output.count == 100_000)
    #expect(shell("head -c 100000 /dev/zero", in: folder, output: 100_000).outcome == .exit(0))
  }

  @Test("a file of 10 GB stops at its bound")
  func largeFile() throws {
    let folder = try Folder()
    let ending = shell("exec dd if=/dev/zero of=large bs=1M count=10240", in: folder, file: 3 << 20)
    #expect(ending.outcome == .signal(25) || ending.outcome == .exit(1))
    let size = try FileManager.default.attributesOfItem(atPath: folder.path + "/large")[.size] as? Int
    #expect(size == 3 << 20)
  }

  /// True if the kernel has Landlock, determined by a process that does nothing.
  private static let hasLandlock: Bool = {
    do { return try shell("true", in: Folder()).isConfined } catch { return false }
  }()

  @Test(
    "it writes inside its paths and nowhere else",
    .enabled(if: Needed.ability(hasLandlock), "this kernel has no Landlock"))
  func paths() throws {
    let (folder, outside) = (try Folder(), try Folder())
    let line =
      "echo in > inside; echo out > \(outside.path)/outside; mkdir \(outside.path)/folder; rm -rf \(outside.path)"
    let ending = shell(line, in: folder)
    #expect(ending.isConfined)
    #expect(folder.exists("inside") && !outside.exists("outside") && !outside.exists("folder"))
    #expect(FileManager.default.fileExists(atPath: outside.path))
    let blind = SupervisedProcess(
      arguments: ["/bin/cat", outside.path + "/x"], environment: [:], folder: folder.path,
      readable: ["/usr", "/lib", "/lib64", "/bin", "/etc"], writable: [folder.path], timeout: 5_000, grace: 100,
      outputBound: 1000, fileBound: 1000)
    try Data("secret".utf8).write(to: URL(fileURLWithPath: outside.path + "/x"))
    #expect(text(blind.run().output) == "")
  }

  @Test("a program that is missing, a folder, without its run bit, or no program says which")
  func unstartable() throws {
    let folder = try Folder()
    try Data("no program".utf8).write(to: URL(fileURLWithPath: folder.path + "/plain"))
    func why(_ name: String) -> String {
      if case .spawn(let why) = run([name], in: folder).outcome { why } else { "" }
    }
    #expect(why("no-such-program") == "There is no program no-such-program on the PATH that the check sees.")
    #expect(why("./nowhere").hasPrefix("./nowhere is not there"))
    #expect(why("/usr") == "/usr is a folder, not a program.")
    #expect(why("./plain") == "./plain may not be run: its run bit is missing.")
    chmod(folder.path + "/plain", 0o755)
    #expect(why("./plain").hasPrefix("./plain cannot be run"))
    #expect(why("") == "The command is empty.")
  }

  @Test("eight at a time do not keep one another's pipes open", .timeLimit(.minutes(1)))
  func manyAtATime() throws {
    let folder = try Folder()
    let threads = (0..<8).map { index in
      let done = DispatchSemaphore(value: 0)
      let path = folder.path
      Thread.detachNewThread {
        _ = SupervisedProcess(
          arguments: ["sh", "-c", "echo $$ > p\(index); sleep 0.2"], environment: ["PATH": "/usr/bin:/bin"],
          folder: path,
          readable: ["/"], writable: [path], timeout: 10_000, grace: 100, outputBound: 100, fileBound: 1000
        ).run()
        done.signal()
      }
      return done
    }
    for (index, done) in threads.enumerated() {
      #expect(done.wait(timeout: .now() + 20) == .success)
      #expect(folder.exists("p\(index)"))
    }
  }
}
