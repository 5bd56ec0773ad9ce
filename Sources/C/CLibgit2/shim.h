#ifndef READINESS_CLIBGIT2_SHIM_H
#define READINESS_CLIBGIT2_SHIM_H

#include <git2.h>
#include <git2/sys/repository.h>

// git_libgit2_opts is variadic, which Swift cannot call. Each option in use has its own function here.

/// Sets whether libgit2 hashes every object that it reads. Only an audit needs it; elsewhere git's check on receipt
/// suffices.
static inline int readiness_git_verify_hashes(int isOn) {
  return git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, isOn);
}

/// Accepts extensions that libgit2 rejects by default, and that do not affect reading: settings of one work tree,
/// missing objects, objects that gc keeps. The first is needed to open a sparse checkout.
static inline int readiness_git_accept_extensions(void) {
  const char *names[] = {"worktreeconfig", "partialclone", "preciousobjects"};
  return git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, names, 3);
}

/// Leaves the check of a repository's owner to git, which knows every form of safe.directory.
static inline int readiness_git_accept_any_owner(void) {
  return git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
}

/// Syncs objects and refs to disk when they are written.
static inline int readiness_git_enable_fsync(void) {
  return git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, 1);
}

#endif
