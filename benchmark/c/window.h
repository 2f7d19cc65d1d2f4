/* The stretch of time that counts: after a warm-up that starts with the first message. */
#ifndef WINDOW_H
#define WINDOW_H

#include <stdlib.h>
#include <time.h>

static double seconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec + now.tv_nsec / 1e9;
}

/* Milliseconds from the environment, which the harness sets alike for every program. */
static double seconds_from_environment(const char *name) {
    const char *text = getenv(name);
    return text == NULL ? 0 : atof(text) / 1e3;
}

#endif
