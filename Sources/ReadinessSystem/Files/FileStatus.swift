import CLibrary

/// A moment as a file system keeps it.
public struct FileTime: Sendable, Comparable {
  /// Seconds since 1970.
  public let seconds: Int
  /// Nanoseconds within the second.
  public let nanoseconds: Int

  /// Makes a moment from its parts.
  public init(seconds: Int, nanoseconds: Int) { (self.seconds, self.nanoseconds) = (seconds, nanoseconds) }

  init(_ time: timespec) { self.init(seconds: time.tv_sec, nanoseconds: time.tv_nsec) }

  /// Orders moments by time.
  public static func < (one: FileTime, other: FileTime) -> Bool {
    (one.seconds, one.nanoseconds) < (other.seconds, other.nanoseconds)
  }
}

/// Describes a file as stat(2) does.
public struct FileStatus: Sendable {
  /// What a path leads to.
  public enum Kind: Sendable {
    case regular, folder, symbolicLink, other
  }

  /// What it is.
  public let kind: Kind
  /// Bytes.
  public let size: Int
  /// True where its owner may run it.
  public let isExecutableByOwner: Bool
  /// When its content was last written.
  public let modified: FileTime
  /// When its content, owner or mode last changed.
  public let changed: FileTime
  /// The file system that it is on.
  public let device: UInt64
  /// The number by which that file system knows it.
  public let index: UInt64
  /// The number of its owner.
  public let owner: UInt32
  /// The number of its group.
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
  /// Returns the status of what is at a path; nil if nothing is, or the system does not say.
  /// - Parameter followsLinks: true for what a symbolic link leads to; false for the link itself.
  public static func status(_ path: String, followsLinks: Bool = false) -> FileStatus? {
    var status = stat()
    guard (followsLinks ? stat(path, &status) : lstat(path, &status)) == 0 else { return nil }
    return FileStatus(status)
  }

  /// Returns the status of what is at a path, be it a symbolic link.
  /// - Throws: `SystemError`; of kind `notFound` if nothing is there.
  public static func existingStatus(_ path: String) throws(SystemError) -> FileStatus {
    guard let status = status(path) else { throw SystemError("lstat", path) }
    return status
  }

  /// Returns true if a path leads to something, through symbolic links.
  public static func leadsToFile(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// Returns true if this process may read what a path leads to.
  public static func isReadable(_ path: String) -> Bool { access(path, R_OK) == 0 }

  /// Returns true if this process may run what a path leads to.
  public static func isExecutable(_ path: String) -> Bool { access(path, X_OK) == 0 }

  /// Returns where a symbolic link leads, as it is written; nil if there is no link, or it is longer than a path may be.
  public static func linkTarget(_ path: String) -> String? {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = readlink(path, &buffer, buffer.count)
    return count > 0 && count < buffer.count ? String(decoding: buffer[..<count], as: UTF8.self) : nil
  }

  /// Returns the folders that a pattern such as `/srv/git/*.git` means, without links, each once, sorted (glob(7), with
  /// braces and tildes).
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
