/// Owns one object of libgit2 and frees it once, at the end of its scope, on every path out of it.
package struct Owned<Pointer>: ~Copyable {
  /// The object; nil if none was created. It must not be used after its owner is freed.
  package let pointer: Pointer?
  private let free: (Pointer?) -> Void

  /// Takes ownership of the result of a libgit2 function.
  /// - Parameters:
  ///   - free: the function that frees it and ignores nil.
  ///   - make: calls the function that creates it.
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
