// Stubs for libgit2's network half. This program uses no network; git itself does, with the user's own credentials.
// The stubs make libgit2.a linkable without libssh2 and GSSAPI (Debian has no static GSSAPI). They also keep its
// start from reading the system's certificates, which takes 52 of the 62 million instructions of starting and opening
// a repository. Every function fails closed: any connection attempt would be rejected. Reasons and savings:
// doc/design/decisions/0008-static-executable.md

#include <stddef.h>

// Certificates: none are read, so no TLS connection can be trusted.
int mbedtls_x509_crt_parse_file(void *chain, const char *path) { (void)chain; (void)path; return 0; }
int mbedtls_x509_crt_parse_path(void *chain, const char *path) { (void)chain; (void)path; return 0; }

#ifdef READINESS_STATIC

// libgit2's start calls this and fails without it. It is the only stub that succeeds.
int libssh2_init(int flags) { (void)flags; return 0; }
void libssh2_exit(void) {}

#define REFUSES(name) int name(void) { return -1; }
#define GIVES_NOTHING(name) void *name(void) { return NULL; }

GIVES_NOTHING(libssh2_session_init_ex)
GIVES_NOTHING(libssh2_session_abstract)
GIVES_NOTHING(libssh2_session_hostkey)
GIVES_NOTHING(libssh2_hostkey_hash)
GIVES_NOTHING(libssh2_knownhost_init)
GIVES_NOTHING(libssh2_agent_init)
GIVES_NOTHING(libssh2_channel_open_ex)
GIVES_NOTHING(libssh2_userauth_list)
REFUSES(libssh2_session_last_error)
REFUSES(libssh2_session_free)
REFUSES(libssh2_session_handshake)
REFUSES(libssh2_session_disconnect_ex)
REFUSES(libssh2_session_method_pref)
REFUSES(libssh2_session_set_blocking)
REFUSES(libssh2_knownhost_free)
REFUSES(libssh2_knownhost_checkp)
REFUSES(libssh2_knownhost_readfile)
REFUSES(libssh2_channel_read_ex)
REFUSES(libssh2_channel_write_ex)
REFUSES(libssh2_channel_set_blocking)
REFUSES(libssh2_channel_process_startup)
REFUSES(libssh2_channel_free)
REFUSES(libssh2_channel_close)
REFUSES(libssh2_agent_free)
REFUSES(libssh2_agent_disconnect)
REFUSES(libssh2_agent_connect)
REFUSES(libssh2_agent_userauth)
REFUSES(libssh2_agent_list_identities)
REFUSES(libssh2_agent_get_identity)
REFUSES(libssh2_userauth_publickey)
REFUSES(libssh2_userauth_publickey_frommemory)
REFUSES(libssh2_userauth_publickey_fromfile_ex)
REFUSES(libssh2_userauth_password_ex)
REFUSES(libssh2_userauth_keyboard_interactive_ex)
REFUSES(libssh2_userauth_authenticated)

// libgit2's TLS. Its start gathers entropy and sets up ciphers, which takes 1.4 million instructions. Here it does
// nothing, and no stream can be created.
int git_mbedtls_stream_global_init(void) { return 0; }
REFUSES(git_mbedtls_stream_new)
REFUSES(git_mbedtls_stream_wrap)
REFUSES(git_mbedtls__set_cert_location)

// GSS_S_FAILURE of RFC 2744, section 3.9.1.
#define FAILS(name) unsigned int name(void) { return 13u << 16; }

FAILS(gss_delete_sec_context)
FAILS(gss_init_sec_context)
FAILS(gss_import_name)
FAILS(gss_release_name)
FAILS(gss_release_buffer)
FAILS(gss_release_oid_set)
FAILS(gss_indicate_mechs)
FAILS(gss_display_status)
void *GSS_C_NT_HOSTBASED_SERVICE = NULL;

#endif
