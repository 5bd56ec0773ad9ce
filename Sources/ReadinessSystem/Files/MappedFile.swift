import CLibrary

/// A file in memory, as long as this lives.
public final class MappedFile {
  /// Its bytes. They must not be used after this is gone.
  public let bytes: UnsafeRawBufferPointer
  /// When it was last written.
  package let modified: FileTime

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
    modified = FileTime(status.st_mtim)
  }

  /// Frees the memory of mapped bytes, which the system reads again when they are next used (madvise(2)).
  package static func evict(_ bytes: UnsafeRawBufferPointer) {
    madvise(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count, MADV_DONTNEED)
  }

  deinit { munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count) }
}
