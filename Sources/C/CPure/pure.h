#ifndef READINESS_CPURE_H
#define READINESS_CPURE_H

// The functions of the C library that depend only on their arguments, for modules without file or system access
// (decision 0121). Declared as in ISO C and POSIX, without an include, so that no other function of the C library is
// visible.

#include <stddef.h>

int memcmp(const void *one, const void *other, size_t count);
void *memchr(const void *bytes, int byte, size_t count);
void *memcpy(void *restrict to, const void *restrict from, size_t count);
size_t strlen(const char *text);
int strncasecmp(const char *one, const char *other, size_t count);

double erfc(double x);
double exp(double x);
double lgamma(double x);
double pow(double base, double exponent);

#endif
