/* Says which program this is: version, commit, way of linking. */
#include "program.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

/* A clone and an export by git archive have other bytes in that file. They have to give equal programs, so
 * scripts/build-release.sh leaves the version alone in this section, which has one size. */
__attribute__((section("readiness_version"), used)) volatile char readiness_version_section[128] = {
#embed "../../../VERSION"
};

/* scripts/build-release.sh replaces this section after linking, so that a new commit compiles nothing again. The
 * program reads it at run time: volatile keeps the compiler from using the zeros. */
__attribute__((section("readiness_build"), used)) volatile char readiness_build_section[128] = {0};

const char *readiness_version_file(void) { return (const char *)readiness_version_section; }

const char *readiness_build_mark(void) { return (const char *)readiness_build_section; }

bool readiness_is_static(void) {
#ifdef READINESS_STATIC
  return true;
#else
  return false;
#endif
}
