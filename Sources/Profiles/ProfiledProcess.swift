public import ReadinessSystem

extension RuntimeProfile {
  /// Creates a command that is bounded by a profile: its variables, its paths, its time and its sizes.
  /// - Parameters:
  ///   - folder: the working folder, and the base of the profile's relative paths.
  ///   - temporary: a private folder, always writable.
  ///   - environment: the environment of this process.
  ///   - variables: the names of variables to pass on; nil for the profile's own.
  ///   - context: variables that identify the trace; the command sees them in any case.
  ///   - input: the file for standard input.
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
