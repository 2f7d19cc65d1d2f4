/*
 * The other side of tests/ancillary_peers.rs, by the macros of cmsg(3).
 *
 *   peer build NUMBER...   writes control data with these descriptor numbers to stdout
 *   peer walk              reads control data from stdin, writes what it finds to stdout
 *   peer swap SOCKET       receives one message, sends its descriptors back in reverse
 *   peer split SOCKET      the same, but each in a list of its own
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MOST 253
#define CHECK(condition) \
    do { \
        if (!(condition)) { \
            perror(#condition); \
            exit(1); \
        } \
    } while (0)

static union {
    char bytes[CMSG_SPACE(sizeof(int)) * MOST + 256];
    struct cmsghdr align;
} control;

static struct cmsghdr *add(struct msghdr *header, struct cmsghdr *last, int type, const void *payload, size_t len)
{
    header->msg_controllen += CMSG_SPACE(len);
    struct cmsghdr *message = last ? CMSG_NXTHDR(header, last) : CMSG_FIRSTHDR(header);
    CHECK(message != NULL);
    message->cmsg_level = SOL_SOCKET;
    message->cmsg_type = type;
    message->cmsg_len = CMSG_LEN(len);
    memcpy(CMSG_DATA(message), payload, len);
    return message;
}

static int build(int count, char **arguments)
{
    int numbers[MOST];
    struct msghdr header = { .msg_control = control.bytes };
    struct cmsghdr *last = NULL;
#ifdef SCM_CREDENTIALS
    struct ucred credentials = { .pid = 4711, .uid = 1000, .gid = 100 };
    last = add(&header, last, SCM_CREDENTIALS, &credentials, sizeof credentials);
#endif
    for (int i = 0; i < count; i++)
        numbers[i] = atoi(arguments[i]);
    add(&header, last, SCM_RIGHTS, numbers, count * sizeof(int));
    CHECK(fwrite(control.bytes, header.msg_controllen, 1, stdout) == 1);
    return 0;
}

static int walk(void)
{
    struct msghdr header = { .msg_control = control.bytes };
    header.msg_controllen = fread(control.bytes, 1, sizeof control.bytes, stdin);
    for (struct cmsghdr *message = CMSG_FIRSTHDR(&header); message; message = CMSG_NXTHDR(&header, message)) {
        size_t offset = (char *)CMSG_DATA(message) - control.bytes;
        size_t len = message->cmsg_len - CMSG_LEN(0);
        printf("%d %d %zu %zu\n", message->cmsg_level, message->cmsg_type, offset, offset + len);
    }
    return 0;
}

static int swap(int end, int split)
{
    char data[16];
    struct iovec piece = { data, sizeof data };
    struct msghdr header = { .msg_iov = &piece, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes };
    ssize_t received = recvmsg(end, &header, 0);
    CHECK(received > 0 && !(header.msg_flags & MSG_CTRUNC));
    struct cmsghdr *message = CMSG_FIRSTHDR(&header);
    CHECK(message && message->cmsg_type == SCM_RIGHTS && !CMSG_NXTHDR(&header, message));
    int numbers[MOST], count = (message->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (int i = 0; i < count; i++)
        memcpy(&numbers[count - 1 - i], CMSG_DATA(message) + i * sizeof(int), sizeof(int));

    memset(&control, 0, sizeof control);
    header.msg_controllen = 0;
    piece.iov_len = received;
    if (split) {
        struct cmsghdr *last = NULL;
        for (int i = 0; i < count; i++)
            last = add(&header, last, SCM_RIGHTS, &numbers[i], sizeof(int));
    } else {
        add(&header, NULL, SCM_RIGHTS, numbers, count * sizeof(int));
    }
    CHECK(sendmsg(end, &header, 0) == received);
    return 0;
}

int main(int count, char **arguments)
{
    CHECK(count > 1);
    if (!strcmp(arguments[1], "build"))
        return build(count - 2, arguments + 2);
    if (!strcmp(arguments[1], "walk"))
        return walk();
    CHECK(count == 3);
    return swap(atoi(arguments[2]), !strcmp(arguments[1], "split"));
}
