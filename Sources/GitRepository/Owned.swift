/// Owns one object of libgit2 and frees it once, at the end of its scope, on every path out of it.
package struct Owned<Pointer>: ~Copyable {
  /// The object; nil where none was made. It must not be used after its owner is gone.
  package let pointer: Pointer?
  private let free: (Pointer?) -> Void

  /// Takes over what a function of libgit2 makes.
  /// - Parameters:
  ///   - free: the function that frees it, which does nothing with nil.
  ///   - make: calls the function that makes it.
  package init(_ free: @escaping (Pointer?) -> Void, _ make: (inout Pointer?) throws -> Void) rethrows {
    var made: Pointer?
    do { try make(&made) } catch {
      free(made)
      throw error
    }
    (pointer, self.free) = (made, free)
  }

  deinit { free(pointer) }
}
