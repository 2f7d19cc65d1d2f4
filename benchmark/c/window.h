/* The stretch of time that counts: after a warm-up that starts with the first message; and what is sent.
   The same as programs/window.js and programs/pattern.js. */
#ifndef WINDOW_H
#define WINDOW_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static inline double seconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec + now.tv_nsec / 1e9;
}

/* Milliseconds from the environment, which the harness sets alike for every program. */
static inline double seconds_from_environment(const char *name) {
    const char *text = getenv(name);
    return text == NULL ? 0 : atof(text) / 1e3;
}

static inline int is_set(const char *name) {
    const char *text = getenv(name);
    return text != NULL && strcmp(text, "1") == 0;
}

static inline unsigned char *pattern(size_t size) {
    unsigned char *message = malloc(size);
    if (message == NULL) exit(2);
    for (size_t i = 0; i < size; i++) message[i] = i % 251;
    if (is_set("BENCHMARK_SPOIL")) message[size - 1] = 255;
    return message;
}

/* Compares what arrives with one message of `size` bytes after the other; *position is kept by the caller. */
static inline void check(const unsigned char *bytes, size_t length, size_t size, size_t *position) {
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] != *position % 251) {
            fprintf(stderr, "byte %zu of a message is %d\n", *position, bytes[i]);
            exit(1);
        }
        *position = (*position + 1) % size;
    }
}

#endif
