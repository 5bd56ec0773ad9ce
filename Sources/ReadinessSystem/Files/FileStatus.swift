import CLibrary

/// A time as a file system stores it.
public struct FileTime: Sendable, Comparable {
  /// Seconds since 1970.
  public let seconds: Int
  /// Nanoseconds within the second.
  public let nanoseconds: Int

  /// Creates a time from its parts.
  public init(seconds: Int, nanoseconds: Int) { (self.seconds, self.nanoseconds) = (seconds, nanoseconds) }

  init(_ time: timespec) { self.init(seconds: time.tv_sec, nanoseconds: time.tv_nsec) }

  /// Orders times chronologically.
  public static func < (one: FileTime, other: FileTime) -> Bool {
    (one.seconds, one.nanoseconds) < (other.seconds, other.nanoseconds)
  }
}

/// The status of a file, as stat(2) reports it.
public struct FileStatus: Sendable {
  /// The kind of a file.
  public enum Kind: Sendable {
    case regular, folder, symbolicLink, other
  }

  /// The kind of the file.
  public let kind: Kind
  /// The size in bytes.
  public let size: Int
  /// True if the owner may execute the file.
  public let isExecutableByOwner: Bool
  /// The time of the last change to the content.
  public let modified: FileTime
  /// The time of the last change to the content, the owner or the mode.
  public let changed: FileTime
  /// The device number of the file system.
  public let device: UInt64
  /// The inode number.
  public let index: UInt64
  /// The user id of the owner.
  public let owner: UInt32
  /// The group id.
  public let group: UInt32

  /// A status of zeros, which git takes for an entry without stat data.
  public static let unknown = FileStatus(stat())

  init(_ status: stat) {
    kind =
      switch status.st_mode & S_IFMT {
      case S_IFREG: .regular
      case S_IFDIR: .folder
      case S_IFLNK: .symbolicLink
      default: .other
      }
    size = Int(status.st_size)
    isExecutableByOwner = status.st_mode & S_IXUSR != 0
    (modified, changed) = (FileTime(status.st_mtim), FileTime(status.st_ctim))
    (device, index) = (UInt64(truncatingIfNeeded: status.st_dev), UInt64(truncatingIfNeeded: status.st_ino))
    (owner, group) = (status.st_uid, status.st_gid)
  }
}

extension FileSystem {
  /// Returns the status of the file at a path. Returns nil if there is none, or the system cannot report it.
  /// - Parameter followsLinks: true for the target of a symbolic link; false for the link itself.
  public static func status(_ path: String, followsLinks: Bool = false) -> FileStatus? {
    var status = stat()
    guard (followsLinks ? stat(path, &status) : lstat(path, &status)) == 0 else { return nil }
    return FileStatus(status)
  }

  /// Returns the status of the file at a path. Does not follow a symbolic link.
  /// - Throws: `SystemError`; of kind `notFound` if there is no file.
  public static func existingStatus(_ path: String) throws(SystemError) -> FileStatus {
    guard let status = status(path) else { throw SystemError("lstat", path) }
    return status
  }

  /// Returns true if a path leads to a file, through symbolic links.
  public static func leadsToFile(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// Returns true if this process may read the file at a path.
  public static func isReadable(_ path: String) -> Bool { access(path, R_OK) == 0 }

  /// Returns true if this process may execute the file at a path.
  public static func isExecutable(_ path: String) -> Bool { access(path, X_OK) == 0 }

  /// Returns the target of a symbolic link, unresolved. Returns nil if there is no link, or the target is longer than
  /// a path may be.
  public static func linkTarget(_ path: String) -> String? {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = readlink(path, &buffer, buffer.count)
    return count > 0 && count < buffer.count ? String(decoding: buffer[..<count], as: UTF8.self) : nil
  }

  /// Returns the absolute paths of the folders that match a pattern such as `/srv/git/*.git`, without links and
  /// duplicates, sorted (glob(7), with braces and tildes).
  public static func folders(matching pattern: String) -> [String] {
    var found = glob_t()
    defer { globfree(&found) }
    guard glob(pattern, GLOB_BRACE | GLOB_TILDE, nil, &found) == 0 else { return [] }
    let paths = (0..<Int(found.gl_pathc)).compactMap { place -> String? in
      guard let text = found.gl_pathv[place].map({ String(cString: $0) }),
        status(text, followsLinks: true)?.kind == .folder
      else { return nil }
      return Machine.absolutePath(text)
    }
    return Set(paths).sorted()
  }
}
