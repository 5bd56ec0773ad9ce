#ifndef READINESS_DEFAULTS_H
#define READINESS_DEFAULTS_H

#include <stddef.h>

/* A file of this repository that the program embeds. */
struct readiness_default_file {
  /* The path from the top of the repository. */
  const char *path;
  const unsigned char *bytes;
  size_t size;
};

size_t readiness_default_count(void);

/* The index must be less than the count. */
struct readiness_default_file readiness_default_at(size_t index);

#endif
