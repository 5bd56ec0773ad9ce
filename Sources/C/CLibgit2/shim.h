#ifndef READINESS_CLIBGIT2_SHIM_H
#define READINESS_CLIBGIT2_SHIM_H

#include <git2.h>
#include <git2/sys/repository.h>

// git_libgit2_opts is variadic, which Swift cannot call. Each option that is used has its own name here.

/// Has libgit2 hash every object that it reads, or not. An audit asks for it; all else goes by what git checked on receipt.
static inline int readiness_git_verify_hashes(int isOn) {
  return git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, isOn);
}

/// Extensions that libgit2 refuses by default, and that change nothing of what is read here: settings of one work tree,
/// objects that may be missing, objects that gc keeps. Without the first no sparse checkout could be opened.
static inline int readiness_git_accept_extensions(void) {
  const char *names[] = {"worktreeconfig", "partialclone", "preciousobjects"};
  return git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, names, 3);
}

/// Leaves it to git whether a repository of another owner may be read; git knows every form of safe.directory.
static inline int readiness_git_accept_any_owner(void) {
  return git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
}

/// Objects and refs are on the disk before a command says done.
static inline int readiness_git_enable_fsync(void) {
  return git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, 1);
}

#endif
