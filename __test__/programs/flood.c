// Floods descriptor 3: COUNT messages of one byte, each with so many DESCRIPTORS, then one that says "wanted"
// and carries the reading end of a pipe which says so too.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MOST 253

static void send_with(const char *text, const int *fds, int count) {
  union {
    char bytes[CMSG_SPACE(MOST * sizeof(int))];
    struct cmsghdr aligned;
  } control;
  memset(&control, 0, sizeof control);
  struct iovec piece = {(void *)text, strlen(text)};
  struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
  message.msg_control = control.bytes;
  message.msg_controllen = CMSG_SPACE(count * sizeof(int));
  struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
  rights->cmsg_level = SOL_SOCKET;
  rights->cmsg_type = SCM_RIGHTS;
  rights->cmsg_len = CMSG_LEN(count * sizeof(int));
  memcpy(CMSG_DATA(rights), fds, count * sizeof(int));
  if (sendmsg(3, &message, MSG_NOSIGNAL) < 0) {
    perror("sendmsg");
    exit(1);
  }
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  int count = atoi(argv[1]), descriptors = atoi(argv[2]);
  int fds[MOST];
  int nothing = open("/dev/null", O_RDONLY);
  for (int i = 0; i < descriptors; i++) fds[i] = nothing;
  for (int i = 0; i < count; i++) send_with("x", fds, descriptors);
  int ends[2];
  if (pipe(ends) != 0) return 1;
  dprintf(ends[1], "wanted");
  send_with("wanted", ends, 1);
  printf("%d\n", count);
  return 0;
}
