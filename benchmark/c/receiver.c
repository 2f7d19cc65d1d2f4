/* Receives blocks of argv[1] bytes from fd 3, into a buffer of that size or of argv[2] bytes, and prints
   what came within the window. */
#include <errno.h>
#include <sys/socket.h>

#include "window.h"

int main(int argc, char **argv) {
    if (argc < 2) return 2;
    size_t size = strtoul(argv[1], NULL, 10);
    size_t room = argc > 2 ? strtoul(argv[2], NULL, 10) : size;
    unsigned char *buffer = calloc(1, room);
    if (buffer == NULL) return 2;
    int is_checking = is_set("BENCHMARK_CHECK");
    double warm_up = seconds_from_environment("BENCHMARK_WARM_UP_MS");
    double measured = seconds_from_environment("BENCHMARK_MEASURED_MS");
    /* For small messages a look at the clock each would cost as much as the message. */
    unsigned long look_every = room < 4096 ? 64 : 1;
    unsigned long long bytes = 0, messages = 0, checked = 0;
    size_t position = 0;
    double first = 0, start = 0;
    for (unsigned long n = 1;; n++) {
        ssize_t received = recv(3, buffer, room, 0);
        if (received < 0 && errno == EINTR) continue;
        if (received <= 0) {
            perror("recv ended before the window did");
            return 1;
        }
        if (is_checking) {
            check(buffer, received, size, &position);
            checked += received;
        }
        bytes += received;
        messages++;
        if (n != 1 && n % look_every != 0) continue;
        double now = seconds_now();
        if (first == 0) first = now;
        if (start == 0) {
            if (now - first < warm_up) continue;
            start = now;
            bytes = messages = 0;
        } else if (now - start >= measured) {
            printf("{\"bytes\":%llu,\"messages\":%llu,\"seconds\":%.9f,\"checked\":%llu}\n", bytes,
                   messages, now - start, checked);
            return 0;
        }
    }
}
