import CLibrary

/// The variables of this process. They change only before its first thread starts, since no lock guards them.
public enum Environment {
  /// Returns all variables by name.
  public static func all() -> [String: String] {
    var values = [String: String](minimumCapacity: 64)
    var at = environ
    while let entry = at.pointee {
      if let equals = strchr(entry, 0x3D) {
        let name = UnsafeRawBufferPointer(start: entry, count: entry.distance(to: equals))
        values[String(decoding: name, as: UTF8.self)] = String(cString: equals + 1)
      }
      at += 1
    }
    return values
  }

  /// Returns the value of a variable; nil if it is not set.
  public static func value(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

  /// Returns the bytes of a variable, which may be in any encoding; nil if it is not set.
  public static func bytes(_ name: String) -> [UInt8]? {
    getenv(name).map { Array(UnsafeRawBufferPointer(start: $0, count: strlen($0))) }
  }

  /// Returns true if a variable is set, be it empty.
  public static func isSet(_ name: String) -> Bool { getenv(name) != nil }

  /// Sets a variable for this process and the programs that it starts.
  public static func set(_ name: String, _ value: String) { setenv(name, value, 1) }

  /// Removes variables, for this process and the programs that it starts.
  public static func remove(_ names: [String]) { for name in names { unsetenv(name) } }
}
