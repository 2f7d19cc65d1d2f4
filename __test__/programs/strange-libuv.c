/*
 * A library to be loaded with LD_PRELOAD: what the addon looks up of libuv is missing, or answers otherwise
 * than it should. STRANGE_LIBUV is "-NAME" for a function that is not there, else one of those below.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

typedef void (*on_poll)(void *handle, int status, int events);

static int (*real_start)(void *, int, on_poll);
static int (*real_stop)(void *);
static on_poll told;
static int calls;

static size_t small_size(int type) { (void)type; return 8; }
static unsigned int other_version(void) { return 2 << 16; }
static const char *other_name(int type) { (void)type; return "pipe"; }
static int refuses(void *loop, void *handle, int fd) { (void)loop, (void)handle, (void)fd; return -EPERM; }
static int does_not_start(void *handle, int events, on_poll call) {
  (void)handle, (void)events, (void)call;
  return -EEXIST;
}
static void *other_loop(const void *handle) { (void)handle; return &calls; }

/* As libuv does when poll(2) says POLLERR: it stops the handle and tells EBADF. */
static void fails_the_third_time(void *handle, int status, int events) {
  if (++calls < 3) return told(handle, status, events);
  real_stop(handle);
  told(handle, -EBADF, 0);
}

static int starts(void *handle, int events, on_poll call) {
  told = call;
  return real_start(handle, events, fails_the_third_time);
}

static const struct { const char *how, *name; void *function; } strange[] = {
  {"small", "uv_handle_size", small_size},
  {"newer", "uv_version", other_version},
  {"renumbered", "uv_handle_type_name", other_name},
  {"refuses", "uv_poll_init", refuses},
  {"does not start", "uv_poll_start", does_not_start},
  {"other loop", "uv_handle_get_loop", other_loop},
  {"fails later", "uv_poll_start", starts},
};

void *dlsym(void *restrict from, const char *restrict name) {
  static void *(*real)(void *, const char *);
  static const char *const versions[] = {"GLIBC_2.34", "GLIBC_2.17", "GLIBC_2.2.5"};
  for (size_t i = 0; real == NULL && i < sizeof versions / sizeof *versions; i++) {
    real = dlvsym(RTLD_NEXT, "dlsym", versions[i]);
  }
  const char *how = getenv("STRANGE_LIBUV");
  if (how == NULL || from != RTLD_DEFAULT) return real(from, name);
  if (how[0] == '-' && strcmp(how + 1, name) == 0) return NULL;
  for (size_t i = 0; i < sizeof strange / sizeof *strange; i++) {
    if (strcmp(strange[i].how, how) == 0 && strcmp(strange[i].name, name) == 0) {
      real_start = real(RTLD_DEFAULT, "uv_poll_start");
      real_stop = real(RTLD_DEFAULT, "uv_poll_stop");
      return strange[i].function;
    }
  }
  return real(from, name);
}
