/*
 * A library to be loaded with LD_PRELOAD: makes system calls of the addon fail, or move less than they
 * could, at random or at their n-th call.
 *
 * The program under test rules it through access(2): of "/faults/<list>", which sets what is to happen,
 * and of "/faults/?", which succeeds if something has happened since. A list is
 * "call:what:when,call:what:when": call is one of those below; what is the name of an errno, "short", or
 * "stall": the call comes back when there is another list;
 * when is a number of thousandths, or @n for the n-th call from now.
 *
 * The calls of the addon are told from those of the host by how they are made: MSG_DONTWAIT, poll(2) that
 * returns at once, edge-triggered registrations and those for one event.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#define SHORT -1
#define STALL -2
#define MOST 32

struct fault {
  char call[16];
  int what;
  long thousandths; /* or, below zero, the n-th call */
  long calls;
};

static struct fault faults[MOST];
static int count;
static long happened;
static atomic_long rules;
static uint64_t state = 88172645463325252ull;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static const struct { const char *name; int number; } names[] = {
  {"EINTR", EINTR}, {"EAGAIN", EAGAIN}, {"ENOBUFS", ENOBUFS}, {"ENOMEM", ENOMEM}, {"EMFILE", EMFILE},
  {"ENFILE", ENFILE}, {"ENOSPC", ENOSPC}, {"EPERM", EPERM}, {"EINVAL", EINVAL}, {"EIO", EIO},
  {"short", SHORT}, {"stall", STALL},
};

static uint64_t next_random(void) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state;
}

/* What is to happen at this call: 0, an errno or SHORT. */
static int fate(const char *call) {
  if (count == 0) return 0;
  int what = 0;
  pthread_mutex_lock(&lock);
  for (int i = 0; i < count && what == 0; i++) {
    struct fault *fault = &faults[i];
    if (strcmp(fault->call, call) != 0) continue;
    fault->calls++;
    if (fault->thousandths < 0 ? fault->calls == -fault->thousandths
                               : (long)(next_random() % 1000) < fault->thousandths)
      what = fault->what;
  }
  if (what != 0) happened++;
  long begun = rules;
  pthread_mutex_unlock(&lock);
  if (what != STALL) return what;
  while (rules == begun) usleep(1000);
  return 0;
}

static void rule(const char *list) {
  char text[1024];
  snprintf(text, sizeof text, "%s", list);
  pthread_mutex_lock(&lock);
  count = 0;
  happened = 0;
  rules++;
  char *rest = text;
  for (char *entry; count < MOST && (entry = strsep(&rest, ",")) != NULL;) {
    char *call = strsep(&entry, ":"), *what = strsep(&entry, ":"), *when = entry;
    if (what == NULL || when == NULL) continue;
    struct fault *fault = &faults[count];
    snprintf(fault->call, sizeof fault->call, "%s", call);
    fault->calls = 0;
    fault->thousandths = *when == '@' ? -atol(when + 1) : atol(when);
    fault->what = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
      if (strcmp(names[i].name, what) == 0) fault->what = names[i].number;
    if (fault->what == 0) abort(); /* a name that is not known would make a test that can't fail */
    count++;
  }
  pthread_mutex_unlock(&lock);
}

#define REAL(name) \
  static __typeof__(name) *real; \
  if (real == NULL) real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

#define FAIL_BY_FATE(call) \
  int what = fate(call); \
  if (what > 0) { \
    errno = what; \
    return -1; \
  }

int access(const char *path, int mode) {
  REAL(access);
  if (strncmp(path, "/faults/", 8) != 0) return real(path, mode);
  if (strcmp(path, "/faults/?") != 0) {
    rule(path + 8);
    return 0;
  }
  errno = ENOENT;
  return happened > 0 ? 0 : -1;
}

static int is_stream(int fd) {
  int type = 0;
  socklen_t length = sizeof type;
  static __typeof__(getsockopt) *real;
  if (real == NULL) real = (__typeof__(getsockopt) *)dlsym(RTLD_NEXT, "getsockopt");
  return real(fd, SOL_SOCKET, SO_TYPE, &type, &length) == 0 && type == SOCK_STREAM;
}

static size_t shorter(size_t length) {
  return length > 1 ? 1 + next_random() % (length - 1) : length;
}

ssize_t send(int fd, const void *bytes, size_t length, int flags) {
  REAL(send);
  if (!(flags & MSG_DONTWAIT)) return real(fd, bytes, length, flags);
  FAIL_BY_FATE("send");
  return real(fd, bytes, what == SHORT && is_stream(fd) ? shorter(length) : length, flags);
}

ssize_t recv(int fd, void *bytes, size_t length, int flags) {
  REAL(recv);
  if (!(flags & MSG_DONTWAIT)) return real(fd, bytes, length, flags);
  FAIL_BY_FATE("recv");
  return real(fd, bytes, what == SHORT && is_stream(fd) ? shorter(length) : length, flags);
}

/* A header whose last pieces are missing, and the last that is left is cut. */
static struct msghdr cut(const struct msghdr *header, struct iovec *pieces) {
  struct msghdr less = *header;
  if (less.msg_iovlen == 0) return less;
  less.msg_iovlen = shorter(less.msg_iovlen + 1);
  if (less.msg_iovlen > header->msg_iovlen) less.msg_iovlen = header->msg_iovlen;
  memcpy(pieces, header->msg_iov, less.msg_iovlen * sizeof *pieces);
  less.msg_iov = pieces;
  struct iovec *last = &pieces[less.msg_iovlen - 1];
  last->iov_len = shorter(last->iov_len);
  return less;
}

ssize_t sendmsg(int fd, const struct msghdr *header, int flags) {
  REAL(sendmsg);
  if (!(flags & MSG_DONTWAIT)) return real(fd, header, flags);
  FAIL_BY_FATE("send");
  if (what == SHORT && is_stream(fd) && header->msg_iovlen <= 1024) {
    struct iovec pieces[1024];
    struct msghdr less = cut(header, pieces);
    return real(fd, &less, flags);
  }
  return real(fd, header, flags);
}

ssize_t recvmsg(int fd, struct msghdr *header, int flags) {
  REAL(recvmsg);
  if (!(flags & MSG_DONTWAIT)) return real(fd, header, flags);
  FAIL_BY_FATE("recv");
  if (what == SHORT && is_stream(fd) && header->msg_iovlen <= 1024) {
    struct iovec pieces[1024];
    struct msghdr less = cut(header, pieces);
    return real(fd, &less, flags);
  }
  return real(fd, header, flags);
}

int sendmmsg(int fd, struct mmsghdr *messages, unsigned int length, int flags) {
  REAL(sendmmsg);
  if (!(flags & MSG_DONTWAIT)) return real(fd, messages, length, flags);
  FAIL_BY_FATE("send");
  return real(fd, messages, what == SHORT ? shorter(length) : length, flags);
}

int recvmmsg(int fd, struct mmsghdr *messages, unsigned int length, int flags, struct timespec *timeout) {
  REAL(recvmmsg);
  if (!(flags & MSG_DONTWAIT)) return real(fd, messages, length, flags, timeout);
  FAIL_BY_FATE("recv");
  return real(fd, messages, what == SHORT ? shorter(length) : length, flags, timeout);
}

int poll(struct pollfd *entries, nfds_t length, int timeout) {
  REAL(poll);
  if (timeout == 0) {
    FAIL_BY_FATE("poll");
  }
  return real(entries, length, timeout);
}

int ppoll(struct pollfd *entries, nfds_t length, const struct timespec *timeout, const sigset_t *mask) {
  REAL(ppoll);
  FAIL_BY_FATE("poll");
  return real(entries, length, timeout, mask);
}

int epoll_ctl(int poller, int operation, int fd, struct epoll_event *event) {
  REAL(epoll_ctl);
  if (operation == EPOLL_CTL_ADD && event != NULL && (event->events & (EPOLLET | EPOLLONESHOT))) {
    FAIL_BY_FATE("epoll_ctl");
  }
  return real(poller, operation, fd, event);
}

int epoll_create1(int flags) {
  REAL(epoll_create1);
  FAIL_BY_FATE("epoll_create1");
  return real(flags);
}

int eventfd(unsigned int value, int flags) {
  REAL(eventfd);
  FAIL_BY_FATE("eventfd");
  return real(value, flags);
}

int socketpair(int domain, int type, int protocol, int ends[2]) {
  REAL(socketpair);
  FAIL_BY_FATE("socketpair");
  return real(domain, type, protocol, ends);
}

int getsockopt(int fd, int level, int name, void *value, socklen_t *length) {
  REAL(getsockopt);
  FAIL_BY_FATE("getsockopt");
  return real(fd, level, name, value, length);
}

int setsockopt(int fd, int level, int name, const void *value, socklen_t length) {
  REAL(setsockopt);
  FAIL_BY_FATE("setsockopt");
  return real(fd, level, name, value, length);
}

static int fcntl_by_fate(int fd, int command, void *argument) {
  static int (*real)(int, int, ...);
  if (real == NULL) real = (int (*)(int, int, ...))dlsym(RTLD_NEXT, "fcntl");
  FAIL_BY_FATE("fcntl");
  return real(fd, command, argument);
}

int fcntl(int fd, int command, ...) {
  va_list rest;
  va_start(rest, command);
  void *argument = va_arg(rest, void *);
  va_end(rest);
  return fcntl_by_fate(fd, command, argument);
}

int fcntl64(int fd, int command, ...) {
  va_list rest;
  va_start(rest, command);
  void *argument = va_arg(rest, void *);
  va_end(rest);
  return fcntl_by_fate(fd, command, argument);
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *), void *argument) {
  REAL(pthread_create);
  int what = fate("pthread_create");
  return what > 0 ? what : real(thread, attributes, start, argument);
}
