import CLibgit2
import CPure
import ReadinessSystem
public import PlanModel

/// The role of an identity in a commit.
public enum IdentityRole: String, Sendable {
  case author, committer

  /// The name for `git var`.
  var variable: String { self == .author ? "GIT_AUTHOR_IDENT" : "GIT_COMMITTER_IDENT" }
}

extension Repository {
  /// Returns the identity that git would write into a commit now. Returns nil if git has none.
  public func configuredIdentity(_ role: IdentityRole) throws -> Identity? {
    if let plain = try plainIdentity(role) { return plain }
    let output = try GitProcess.run(["var", role.variable])
    return output.status == 0 ? Identity(signature: output.trimmed) : nil
  }

  /// Returns the identity that git would write into a commit now, if plain `user.name` and `user.email` determine it.
  /// Returns nil if only git can tell, in a process (`doc/design/decisions/0031-plain-identity.md`).
  func plainIdentity(_ role: IdentityRole) throws -> Identity? {
    let upper = role.rawValue.uppercased()
    // libgit2 ignores the settings of `git -c`, and files outside git's default locations.
    for name in [
      "GIT_\(upper)_NAME", "GIT_\(upper)_EMAIL", "GIT_CONFIG_PARAMETERS", "GIT_CONFIG_COUNT", "GIT_CONFIG_SYSTEM",
    ] where Environment.isSet(name) { return nil }
    let config = try settings
    guard try !holdsOther(config, than: role) else { return nil }
    let least = Environment.isSet("GIT_CONFIG_GLOBAL") ? GIT_CONFIG_LEVEL_LOCAL : GIT_CONFIG_LEVEL_XDG
    guard let name = Self.plainValue("user.name", in: config, from: least),
      let email = Self.plainValue("user.email", in: config, from: least)
    else { return nil }
    return Identity(name: name, email: email)
  }

  /// Returns true if the configuration has a role-specific identity, or parts that git may read differently.
  private func holdsOther(_ config: OpaquePointer?, than role: IdentityRole) throws -> Bool {
    let keys = "^(\(role.rawValue)\\.(name|email)|include\\..*|includeif\\..*|extensions\\.worktreeconfig)$"
    let iterator = try Owned(git_config_iterator_free) { iterator in
      try git("git_config_iterator_glob_new", "The configuration") {
        git_config_iterator_glob_new(&iterator, config, keys)
      }
    }
    var entry: UnsafeMutablePointer<git_config_entry>?
    return git_config_next(&entry, iterator.pointer) == 0
  }

  /// Returns a value from a file of this user or this repository. The value must be printable ASCII, without
  /// characters at its ends that git strips (ident.c, `strbuf_addstr_without_crud`).
  private static func plainValue(_ key: String, in config: OpaquePointer?, from least: git_config_level_t) -> String? {
    let found = Owned(git_config_entry_free) { _ = git_config_get_entry(&$0, config, key) }
    guard let entry = found.pointer else { return nil }
    guard entry.pointee.level.rawValue >= least.rawValue, let text = entry.pointee.value else { return nil }
    let bytes = UnsafeRawBufferPointer(start: text, count: strlen(text))
    func isCrud(_ byte: UInt8) -> Bool { byte <= 0x20 || ".,:;<>\"\\'".utf8.contains(byte) }
    guard let first = bytes.first, let last = bytes.last, !isCrud(first), !isCrud(last),
      bytes.allSatisfy({ (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "<") && $0 != UInt8(ascii: ">") })
    else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }
}
