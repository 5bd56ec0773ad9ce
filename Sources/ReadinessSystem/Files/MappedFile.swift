package import Glibc

/// A file in memory, as long as this lives.
public final class MappedFile {
  /// Its bytes. They must not be used after this is gone.
  public let bytes: UnsafeRawBufferPointer
  /// When it was last written.
  package let modified: timespec

  /// Nil where the file cannot be read, or is empty.
  /// - Parameter followsLinks: false for nil where the file is a symbolic link.
  public init?(_ path: String, followsLinks: Bool = true) {
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | (followsLinks ? 0 : O_NOFOLLOW))
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size > 0,
      let memory = mmap(nil, Int(status.st_size), PROT_READ, MAP_PRIVATE, descriptor, 0), memory != MAP_FAILED
    else { return nil }
    bytes = UnsafeRawBufferPointer(start: memory, count: Int(status.st_size))
    modified = status.st_mtim
  }

  deinit { munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count) }
}
