/* Preloaded where qemu runs a program: qemu answers a recvmsg() without any memory to receive into by itself, with
 * 0, where the kernel tells what is there. With one piece of no length it asks the kernel. */

#include <stddef.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

/* As the kernel has it: the C libraries differ in the widths. */
struct kernel_msghdr {
  void *name;
  unsigned name_length;
  struct iovec *pieces;
  size_t count;
  void *control;
  size_t control_length;
  unsigned flags;
};

ssize_t recvmsg(int fd, struct kernel_msghdr *message, int flags) {
  char nothing;
  struct iovec none = {&nothing, 0};
  struct kernel_msghdr asked = *message;
  asked.count = (unsigned)asked.count;
  asked.control_length = (unsigned)asked.control_length;
  if (asked.count == 0) {
    asked.pieces = &none;
    asked.count = 1;
  }
  ssize_t result = syscall(SYS_recvmsg, fd, &asked, flags);
  message->name_length = asked.name_length;
  message->control_length = asked.control_length;
  message->flags = asked.flags;
  return result;
}
