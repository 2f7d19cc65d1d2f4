/* Shares descriptor 3, the very end that the other process works with, and disturbs it until it is killed.
   Descriptor 4 is the end's peer, shared too. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static char memory[65536];

static void pause_a_little(unsigned microseconds) { usleep(microseconds); }

static void flip(int fd, int round) {
  int flags = fcntl(fd, F_GETFL);
  fcntl(fd, F_SETFL, round % 2 ? flags | O_NONBLOCK : flags & ~O_NONBLOCK);
}

int main(int count, char **words) {
  const char *mode = count > 1 ? words[1] : "";
  for (int round = 0;; round++) {
    if (!strcmp(mode, "takes")) {
      recv(3, memory, sizeof memory, MSG_DONTWAIT);
      pause_a_little(round % 100 ? 0 : 1000);
    } else if (!strcmp(mode, "fills")) {
      while (send(3, memory, sizeof memory, MSG_DONTWAIT | MSG_NOSIGNAL) > 0)
        ;
      pause_a_little(50);
    } else if (!strcmp(mode, "shuts")) {
      pause_a_little(20000);
      shutdown(3, round % 2 ? SHUT_RD : SHUT_WR);
    } else if (!strcmp(mode, "flips")) {
      flip(3, round);
      flip(4, round / 2);
    } else if (!strcmp(mode, "peeks")) {
      int offset = round % 3 ? round % 5000 : -1;
      setsockopt(3, SOL_SOCKET, SO_PEEK_OFF, &offset, sizeof offset);
      recv(3, memory, 100, MSG_PEEK | MSG_DONTWAIT);
      pause_a_little(100);
    } else if (!strcmp(mode, "urgent")) {
      send(4, "!", 1, MSG_OOB | MSG_DONTWAIT | MSG_NOSIGNAL);
      if (round % 3 == 0)
        recv(3, memory, 1, MSG_OOB | MSG_DONTWAIT);
      pause_a_little(500);
    } else if (!strcmp(mode, "timeouts")) {
      struct timeval time = {round % 2, round % 1000};
      setsockopt(3, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
      setsockopt(3, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);
      pause_a_little(100);
    } else {
      int size = round % 2 ? 1 : 1 << 20;
      setsockopt(3, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
      setsockopt(4, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
      pause_a_little(100);
    }
  }
}
