// Shares the description of a relayed end, descriptor 3, and has that end's peer, descriptor 4. For each byte of
// stdin it receives a while, and a thread of it takes away the room that the relay has seen meanwhile: it fills the
// end, makes its send buffer small, and switches O_NONBLOCK. Then it receives nothing more, and says "full". If the next byte takes
// argv[1] seconds, the process that was to write it is stuck. At the end of stdin, or out of patience, it receives
// the rest to its end, and prints as JSON which it was, and how many bytes of the relay's came, in their order; its
// own are 255, and the last of the relay's side is 254.
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static atomic_int filling = 0, ending = 0;
static unsigned char buffer[160 * 1024];
static unsigned long long relayed;
static int finished;

static void set_room(int bytes) {
  setsockopt(3, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
}

static void *fill(void *unused) {
  unsigned char own[8192];
  memset(own, 255, sizeof own);
  while (!ending) {
    if (!filling) {
      usleep(100);
      continue;
    }
    /* Room that the relay has just seen is gone when it sends. */
    set_room(200000);
    usleep(rand() % 50);
    set_room(1);
    fcntl(3, F_SETFL, fcntl(3, F_GETFL) ^ O_NONBLOCK);
    if (send(3, own, sizeof own, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 && errno != EAGAIN) break;
  }
  return unused;
}

/* Receives what there is, once; 0 at the end. */
static ssize_t take(int flags) {
  ssize_t count = recv(4, buffer, sizeof buffer, flags);
  for (ssize_t i = 0; i < count; i++) {
    if (buffer[i] == 255) continue;
    if (buffer[i] == 254) {
      finished = 1;
    } else if (buffer[i] == relayed % 251) {
      relayed++;
    } else {
      fprintf(stderr, "byte %llu is %d\n", relayed, buffer[i]);
      exit(1);
    }
  }
  return count;
}

int main(int argc, char **argv) {
  if (argc != 2) return 2;
  int patience = atoi(argv[1]), was_told = 0;
  pthread_t filler;
  pthread_create(&filler, NULL, fill, NULL);
  struct pollfd line = {.fd = 0, .events = POLLIN};
  while (poll(&line, 1, patience * 1000) > 0) {
    char byte;
    if (read(0, &byte, 1) != 1) {
      was_told = 1;
      break;
    }
    filling = 1;
    unsigned long long enough = relayed + 200000;
    while (relayed < enough && take(0) > 0) {
    }
    usleep(3000);
    filling = 0;
    printf("full\n");
    fflush(stdout);
  }
  ending = 1;
  pthread_join(filler, NULL);
  close(3);
  ssize_t count;
  while ((count = take(0)) > 0 || (count < 0 && errno == EINTR)) {
  }
  printf("{\"told\":%s,\"relayed\":%llu,\"finished\":%s}\n", was_told ? "true" : "false", relayed,
         finished ? "true" : "false");
  return 0;
}
