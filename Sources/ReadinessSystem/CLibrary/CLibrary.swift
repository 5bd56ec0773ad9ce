// Chooses the C library of the platform, in one place. Only `ReadinessSystem` imports this module, so everything above it
// names no C library; pure modules take what they need of it from `CPure` (decision 0121).
#if canImport(Glibc)
  @_exported public import Glibc
#elseif canImport(Musl)
  @_exported public import Musl
#elseif canImport(Darwin)
  @_exported public import Darwin
#endif
