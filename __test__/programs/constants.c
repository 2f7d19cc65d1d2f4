// The numbers of this system's headers, as JSON.
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/socket.h>

#define SHOW(name) printf("%s\"" #name "\": %ld", separator, (long)(name)), separator = ", "

int main(void) {
  const char *separator = "{";
  SHOW(AF_UNSPEC);
  SHOW(AF_UNIX);
  SHOW(AF_LOCAL);
  SHOW(AF_INET);
  SHOW(AF_INET6);
  SHOW(AF_NETLINK);
  SHOW(AF_PACKET);
  SHOW(AF_TIPC);
  SHOW(AF_VSOCK);
  SHOW(PF_UNSPEC);
  SHOW(PF_UNIX);
  SHOW(PF_LOCAL);
  SHOW(PF_INET);
  SHOW(PF_INET6);
  SHOW(SOCK_STREAM);
  SHOW(SOCK_DGRAM);
  SHOW(SOCK_RAW);
  SHOW(SOCK_RDM);
  SHOW(SOCK_SEQPACKET);
  SHOW(SOCK_NONBLOCK);
  SHOW(SOCK_CLOEXEC);
#ifdef SOCK_CLOFORK
  SHOW(SOCK_CLOFORK);
#endif
  SHOW(MSG_CTRUNC);
  SHOW(MSG_DONTROUTE);
  SHOW(MSG_DONTWAIT);
  SHOW(MSG_EOR);
  SHOW(MSG_OOB);
  SHOW(MSG_PEEK);
  SHOW(MSG_TRUNC);
  SHOW(MSG_WAITALL);
  SHOW(MSG_CMSG_CLOEXEC);
  SHOW(MSG_CONFIRM);
  SHOW(MSG_ERRQUEUE);
  SHOW(MSG_FASTOPEN);
  SHOW(MSG_MORE);
  SHOW(MSG_NOSIGNAL);
  SHOW(MSG_WAITFORONE);
  SHOW(SHUT_RD);
  SHOW(SHUT_WR);
  SHOW(SHUT_RDWR);
  puts("}");
  return 0;
}
