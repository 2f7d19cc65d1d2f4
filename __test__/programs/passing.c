// Passes descriptors over descriptor 3, by the CMSG macros: WHAT (send, receive, return) COUNT [ROOM].
// Tells how many descriptors it had before, while it had those that were passed, and afterwards.
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MOST 1024

static int opened(void) {
  DIR *directory = opendir("/proc/self/fd");
  int count = 0;
  while (readdir(directory) != NULL) count++;
  closedir(directory);
  return count - 3; // ".", ".." and the directory itself
}

static void give_up(const char *what) {
  perror(what);
  exit(1);
}

static void send_all(const int *fds, int count) {
  union {
    char bytes[CMSG_SPACE(MOST * sizeof(int))];
    struct cmsghdr aligned;
  } control;
  memset(&control, 0, sizeof control);
  struct iovec piece = {"hello", 5};
  struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
  message.msg_control = control.bytes;
  message.msg_controllen = CMSG_SPACE(count * sizeof(int));
  struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
  rights->cmsg_level = SOL_SOCKET;
  rights->cmsg_type = SCM_RIGHTS;
  rights->cmsg_len = CMSG_LEN(count * sizeof(int));
  memcpy(CMSG_DATA(rights), fds, count * sizeof(int));
  if (sendmsg(3, &message, 0) != 5) give_up("sendmsg");
}

static int receive_all(int *fds, int room, int *truncated, char *text) {
  union {
    char bytes[CMSG_SPACE(MOST * sizeof(int))];
    struct cmsghdr aligned;
  } control;
  struct iovec piece = {text, 63};
  struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
  message.msg_control = control.bytes;
  message.msg_controllen = room == 0 ? 0 : CMSG_LEN(room * sizeof(int));
  ssize_t length = recvmsg(3, &message, 0);
  if (length < 0) give_up("recvmsg");
  text[length] = '\0';
  *truncated = (message.msg_flags & MSG_CTRUNC) != 0;
  int came = 0;
  for (struct cmsghdr *each = CMSG_FIRSTHDR(&message); each != NULL; each = CMSG_NXTHDR(&message, each)) {
    if (each->cmsg_level != SOL_SOCKET || each->cmsg_type != SCM_RIGHTS) continue;
    int count = (int)((each->cmsg_len - CMSG_LEN(0)) / sizeof(int));
    memcpy(fds + came, CMSG_DATA(each), count * sizeof(int));
    came += count;
  }
  return came;
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  const char *what = argv[1];
  int count = atoi(argv[2]);
  int room = argc > 3 ? atoi(argv[3]) : count;
  int fds[MOST];
  char text[64];
  int before = opened(), meanwhile;
  if (strcmp(what, "send") == 0) {
    int writers[MOST];
    for (int i = 0; i < count; i++) {
      int ends[2];
      if (pipe(ends) != 0) give_up("pipe");
      fcntl(ends[0], F_SETFL, O_NONBLOCK);
      dprintf(ends[1], "number %d", i);
      fds[i] = ends[0];
      writers[i] = ends[1];
    }
    meanwhile = opened();
    send_all(fds, count);
    for (int i = 0; i < count; i++) {
      close(fds[i]);
      close(writers[i]);
    }
    if (recv(3, text, sizeof text, 0) < 0) give_up("recv");
    printf("{\"open\": [%d, %d, %d]}\n", before, meanwhile, opened());
    return 0;
  }
  int truncated;
  int came = receive_all(fds, room, &truncated, text);
  meanwhile = opened();
  char first[64];
  strcpy(first, text);
  if (strcmp(what, "return") == 0) send_all(fds, came);
  else {
    for (int i = 0; i < came; i++) dprintf(fds[i], "number %d", i);
    if (send(3, "written", 7, 0) != 7) give_up("send");
    if (recv(3, text, sizeof text, 0) < 0) give_up("recv");
  }
  for (int i = 0; i < came; i++) close(fds[i]);
  printf("{\"came\": %d, \"truncated\": %s, \"text\": \"%s\", \"open\": [%d, %d, %d]}\n", came,
         truncated ? "true" : "false", first, before, meanwhile, opened());
  return 0;
}
