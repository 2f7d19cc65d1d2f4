/* Round trips of argv[1] bytes over fd 3, back to back; prints their times as programs/latency.js does. */
#include <errno.h>
#include <sys/socket.h>

#include "window.h"

#define MOST (1 << 19)

static double times[MOST];

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv) {
    if (argc != 2) return 2;
    size_t size = strtoul(argv[1], NULL, 10), position = 0;
    unsigned char *message = pattern(size), *answer = calloc(1, size);
    if (answer == NULL) return 2;
    int is_checking = is_set("BENCHMARK_CHECK");
    double warm_up = seconds_from_environment("BENCHMARK_WARM_UP_MS");
    double measured = seconds_from_environment("BENCHMARK_MEASURED_MS");
    unsigned long long checked = 0;
    size_t count = 0;
    double first = 0, start = 0;
    for (;;) {
        double began = seconds_now();
        if (send(3, message, size, MSG_NOSIGNAL) != (ssize_t)size) return 1;
        for (size_t received = 0; received < size;) {
            ssize_t got = recv(3, answer, size - received, 0);
            if (got < 0 && errno == EINTR) continue;
            if (got <= 0) return 1;
            if (is_checking) {
                check(answer, got, size, &position);
                checked += got;
            }
            received += got;
        }
        double now = seconds_now();
        /* The first waited for the other process to start. */
        if (first == 0) first = now;
        if (start == 0) {
            if (now - first >= warm_up) start = now;
            continue;
        }
        times[count++] = now - began;
        if (now - start >= measured || count == MOST) break;
    }
    qsort(times, count, sizeof *times, compare);
    static const double shares[] = {0,   0.01, 0.05, 0.1,   0.25,  0.5, 0.75,
                                    0.9, 0.95, 0.99, 0.995, 0.999, 1};
    printf("{\"p50\":%.3f,\"p99\":%.3f,\"roundTrips\":%zu,\"checked\":%llu,\"distribution\":[",
           times[(size_t)(0.5 * (count - 1))] * 1e6, times[(size_t)(0.99 * (count - 1))] * 1e6, count,
           checked);
    size_t last = sizeof shares / sizeof *shares - 1;
    for (size_t i = 0; i <= last; i++) {
        printf("%.3f%s", times[(size_t)(shares[i] * (count - 1))] * 1e6, i == last ? "]}\n" : ",");
    }
    return 0;
}
