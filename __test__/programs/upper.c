// Sends back in capitals what comes over descriptor 3, until the end or an empty message.
#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int main(void) {
  char buffer[4096];
  int rounds = 0;
  int blocking = (fcntl(3, F_GETFL) & O_NONBLOCK) == 0;
  for (;;) {
    ssize_t length = read(3, buffer, sizeof buffer);
    if (length < 0) {
      perror("read");
      return 1;
    }
    if (length == 0) break;
    for (ssize_t i = 0; i < length; i++) buffer[i] = (char)toupper((unsigned char)buffer[i]);
    if (write(3, buffer, (size_t)length) != length) {
      perror("write");
      return 1;
    }
    rounds++;
  }
  printf("{\"rounds\": %d, \"blocking\": %s}\n", rounds, blocking ? "true" : "false");
  return 0;
}
