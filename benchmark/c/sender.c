/* Sends blocks of argv[1] bytes over fd 3, one system call each, until the other side is gone. */
#include <errno.h>
#include <sys/socket.h>

#include "window.h"

int main(int argc, char **argv) {
    if (argc != 2) return 2;
    size_t size = strtoul(argv[1], NULL, 10);
    unsigned char *block = pattern(size);
    for (;;) {
        size_t sent = 0;
        while (sent < size) {
            ssize_t taken = send(3, block + sent, size - sent, MSG_NOSIGNAL);
            if (taken < 0) {
                if (errno == EINTR) continue;
                if (errno == EPIPE || errno == ECONNRESET) return 0;
                perror("send");
                return 1;
            }
            sent += taken;
        }
    }
}
