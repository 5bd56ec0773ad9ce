public import ReadinessSystem

extension RuntimeProfile {
  /// A command under the bounds of a profile: its variables, its paths, its time and its sizes.
  /// - Parameters:
  ///   - folder: to run in; paths of the profile that are relative begin there.
  ///   - temporary: a folder of its own, which it may always write.
  ///   - environment: of this process.
  ///   - variables: what it sees of that; nil for the profile's own.
  ///   - context: variables that tell it which trace it belongs to; it sees them whatever the profile says.
  ///   - input: the file that is its standard input.
  public func process(
    _ arguments: [String], in folder: String, temporary: String, environment: [String: String],
    variables: Set<String>? = nil, context: [String: String] = [:], input: String = "/dev/null"
  ) -> SupervisedProcess {
    func absolute(_ path: String) -> String? {
      if path.hasPrefix("/") { return path }
      if path == "~" || path.hasPrefix("~/") { return environment["HOME"].map { $0 + path.dropFirst() } }
      return path == "." ? folder : folder + "/" + path
    }
    let names = variables ?? Set(self.environment)
    var seen = environment.filter { names.contains($0.key) }
    seen["TMPDIR"] = temporary
    seen.merge(context) { $1 }
    return SupervisedProcess(
      arguments: arguments, environment: seen, folder: folder,
      readable: readablePaths.compactMap(absolute) + [temporary],
      writable: writablePaths.compactMap(absolute) + [temporary, "/dev/null"], input: input,
      timeout: timeoutMilliseconds, grace: killGraceMilliseconds, outputBound: maxOutputBytes, fileBound: maxFileBytes)
  }
}
