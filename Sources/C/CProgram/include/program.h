#ifndef READINESS_PROGRAM_H
#define READINESS_PROGRAM_H

#include <stdbool.h>

/* The file VERSION: the version, then the commit and its date in seconds, which `git archive` writes there. */
const char *readiness_version_file(void);

/* The same second line, as scripts/build-release.sh writes it into the finished program; empty after a plain build. */
const char *readiness_build_mark(void);

/* True if the program was linked without any shared library. */
bool readiness_is_static(void);

#endif
