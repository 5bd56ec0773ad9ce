import CLibrary

/// A file mapped into memory for the lifetime of this object.
public final class MappedFile {
  /// The bytes. They must not be used after this object is freed.
  public let bytes: UnsafeRawBufferPointer
  /// The modification time of the file.
  package let modified: FileTime

  /// Maps a file. Returns nil if it cannot be read, or is empty.
  /// - Parameter followsLinks: false to reject a symbolic link.
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

  /// Frees the memory of mapped bytes. The system reads them again on next use (madvise(2)).
  package static func evict(_ bytes: UnsafeRawBufferPointer) {
    madvise(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count, MADV_DONTNEED)
  }

  deinit { munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count) }
}
