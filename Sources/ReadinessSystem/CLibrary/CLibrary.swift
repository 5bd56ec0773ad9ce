// Chooses the C library of the platform, in one place. Only `ReadinessSystem` imports this module, so no module above
// it names a C library. Pure modules take the few functions that they need from `CPure` (decision 0121).
#if canImport(Glibc)
  @_exported public import Glibc
#elseif canImport(Musl)
  @_exported public import Musl
#elseif canImport(Darwin)
  @_exported public import Darwin
#endif
