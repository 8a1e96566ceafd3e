/* Starts a command in a container without a network, with listeners on loopback that lead out through one socket:
 *
 *   relay <listener>... -- <command> <word>...
 *
 * A listener is `127.0.0.1:3128` or `[::1]:3128`. Each connection to it is relayed to the socket, after one line that says
 * which listener it came to. Bytes go both ways untouched, an end of one direction stays an end of that direction, and
 * what one side does not take the other is not read for.
 *
 * The command takes the place of this process; a grandchild relays, in a session of its own, and ends with the container. The
 * command runs as the same user, so the relay cannot be dumped; ending it cuts the command off the network, no more.
 * Nothing here decides: whoever speaks to the socket directly meets the same door.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LISTENERS_MAX = 65, CONNECTIONS_MAX = 64, CHUNK = 32768, LINE_MAX_BYTES = 64 };
static const char *const door = "/run/sallyport/egress.sock";

/* One direction of a connection. */
struct flow {
  int from, to;
  size_t have, done;
  int has_ended, is_shut;
  char bytes[CHUNK];
};

struct connection {
  struct flow out, in;
};

static int listeners[LISTENERS_MAX];
static const char *names[LISTENERS_MAX];
static int listener_count;
static struct connection *connections[CONNECTIONS_MAX];

static void fail(const char *doing, const char *what) {
  dprintf(2, "could not %s `%s`: %s\n", doing, what, strerror(errno));
  _exit(126);
}

/* The address that a listener names; 0 where it is none. */
static socklen_t read_listener(const char *text, struct sockaddr_storage *address) {
  char host[INET6_ADDRSTRLEN + 2];
  const char *colon = strrchr(text, ':');
  if (!colon || strlen(text) >= LINE_MAX_BYTES || (size_t)(colon - text) >= sizeof host) return 0;
  char *end;
  unsigned long port = strtoul(colon + 1, &end, 10);
  if (*end || end == colon + 1 || port == 0 || port > 65535) return 0;
  memset(address, 0, sizeof *address);
  size_t length = (size_t)(colon - text);
  int is_six = text[0] == '[' && length > 2 && text[length - 1] == ']';
  memcpy(host, text + is_six, length - 2 * (size_t)is_six);
  host[length - 2 * (size_t)is_six] = '\0';
  if (is_six) {
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)address;
    six->sin6_family = AF_INET6, six->sin6_port = htons((uint16_t)port);
    return inet_pton(AF_INET6, host, &six->sin6_addr) == 1 ? sizeof *six : 0;
  }
  struct sockaddr_in *four = (struct sockaddr_in *)address;
  four->sin_family = AF_INET, four->sin_port = htons((uint16_t)port);
  return inet_pton(AF_INET, host, &four->sin_addr) == 1 ? sizeof *four : 0;
}

static void listen_on(const char *text) {
  struct sockaddr_storage address;
  socklen_t length = read_listener(text, &address);
  errno = EINVAL;
  if (length == 0 || listener_count == LISTENERS_MAX) fail("listen on", text);
  int on = 1, file = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (file >= 0) setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (file < 0 || bind(file, (struct sockaddr *)&address, length) < 0 || listen(file, 64) < 0) {
    /* Where this machine has no IPv6 there is nobody to ask for it. */
    if (address.ss_family != AF_INET6) fail("listen on", text);
    if (file >= 0) close(file);
    return;
  }
  names[listener_count] = text;
  listeners[listener_count++] = file;
}

/* A connection to the door, which already knows which listener was meant; -1 if there is none. */
static int open_door(const char *name) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  memcpy(address.sun_path, door, strlen(door) + 1);
  int file = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (file < 0) return -1;
  char line[LINE_MAX_BYTES + 2];
  int length = snprintf(line, sizeof line, "%s\n", name);
  /* A fresh socket takes a line at once, or something is wrong. */
  if (connect(file, (struct sockaddr *)&address, sizeof address) < 0 || write(file, line, (size_t)length) != length ||
      fcntl(file, F_SETFL, O_NONBLOCK) < 0) {
    close(file);
    return -1;
  }
  return file;
}

static void take(int listener) {
  int inside = accept4(listeners[listener], NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (inside < 0) return;
  int place = 0, on = 1;
  while (place < CONNECTIONS_MAX && connections[place]) place++;
  struct connection *made = place < CONNECTIONS_MAX ? malloc(sizeof *made) : NULL;
  int outside = made ? open_door(names[listener]) : -1;
  if (outside < 0) {
    free(made);
    close(inside);
    return;
  }
  setsockopt(inside, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  made->out.from = made->in.to = inside;
  made->out.to = made->in.from = outside;
  for (int way = 0; way < 2; way++) {
    struct flow *flow = way ? &made->in : &made->out;
    flow->have = flow->done = 0;
    flow->has_ended = flow->is_shut = 0;
  }
  connections[place] = made;
}

static int is_momentary(void) { return errno == EAGAIN || errno == EINTR; }

/* Moves what can be moved; false when the connection is broken. */
static int move(struct flow *flow) {
  if (flow->have == 0 && !flow->has_ended) {
    ssize_t got = read(flow->from, flow->bytes, CHUNK);
    if (got < 0 && !is_momentary()) return 0;
    if (got == 0) flow->has_ended = 1;
    if (got > 0) flow->have = (size_t)got, flow->done = 0;
  }
  while (flow->done < flow->have) {
    ssize_t put = write(flow->to, flow->bytes + flow->done, flow->have - flow->done);
    if (put < 0 && !is_momentary()) return 0;
    if (put < 0) break;
    flow->done += (size_t)put;
  }
  if (flow->done == flow->have) flow->have = flow->done = 0;
  if (flow->has_ended && flow->have == 0 && !flow->is_shut) {
    shutdown(flow->to, SHUT_WR);
    flow->is_shut = 1;
  }
  return 1;
}

static short wanted_from(const struct flow *reading, const struct flow *writing) {
  return (short)((reading->have == 0 && !reading->has_ended ? POLLIN : 0) | (writing->have > 0 ? POLLOUT : 0));
}

static void drop(int place) {
  close(connections[place]->out.from);
  close(connections[place]->out.to);
  free(connections[place]);
  connections[place] = NULL;
}

static void relay_for_ever(void) {
  static struct pollfd watched[LISTENERS_MAX + 2 * CONNECTIONS_MAX];
  for (;;) {
    for (int index = 0; index < listener_count; index++) watched[index] = (struct pollfd){listeners[index], POLLIN, 0};
    for (int place = 0; place < CONNECTIONS_MAX; place++) {
      struct pollfd *pair = watched + listener_count + 2 * place;
      pair[0].fd = pair[1].fd = -1;
      pair[0].revents = pair[1].revents = 0;
      struct connection *one = connections[place];
      if (!one) continue;
      pair[0] = (struct pollfd){one->out.from, wanted_from(&one->out, &one->in), 0};
      pair[1] = (struct pollfd){one->out.to, wanted_from(&one->in, &one->out), 0};
      /* A side from which nothing is wanted would wake us for nothing once it hangs up. */
      for (int side = 0; side < 2; side++)
        if (pair[side].events == 0) pair[side].fd = -1;
    }
    if (poll(watched, (nfds_t)(listener_count + 2 * CONNECTIONS_MAX), -1) < 0 && errno != EINTR) _exit(71);
    for (int place = 0; place < CONNECTIONS_MAX; place++) {
      struct connection *one = connections[place];
      struct pollfd *pair = watched + listener_count + 2 * place;
      if (!one || !(pair[0].revents | pair[1].revents)) continue;
      int is_whole = move(&one->out) && move(&one->in);
      if (!is_whole || (one->out.is_shut && one->in.is_shut)) drop(place);
    }
    for (int index = 0; index < listener_count; index++)
      if (watched[index].revents) take(index);
  }
}

static void become_relay(void) {
  int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  for (int standard = 0; standard < 3; standard++)
    if (null < 0 || dup2(null, standard) < 0) _exit(71);
  setsid();
  signal(SIGPIPE, SIG_IGN);
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  prctl(PR_SET_NAME, "egress", 0, 0, 0);
  relay_for_ever();
}

int main(int count, char **words) {
  int at = 1;
  for (; at < count && strcmp(words[at], "--") != 0; at++) listen_on(words[at]);
  errno = EINVAL;
  if (at + 1 >= count) fail("start", "no command");
  pid_t child = fork();
  if (child < 0) fail("relay for", words[at + 1]);
  /* A grandchild: the command is to find no child that it did not make itself. */
  if (child == 0 && fork() == 0) become_relay();
  if (child == 0) _exit(0);
  while (waitpid(child, NULL, 0) < 0 && errno == EINTR) continue;
  /* Listeners close by themselves in the command: the relay alone keeps them. */
  execvp(words[at + 1], words + at + 1);
  int status = errno == ENOENT || errno == ENOTDIR ? 127 : 126;
  dprintf(2, "could not run `%s`: %s\n", words[at + 1], strerror(errno));
  return status;
}
