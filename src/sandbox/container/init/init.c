/* PID 1 of a container that is made ahead of its call: waits on standard input for one job, runs it, says how it ended, and
 * is gone. Everything goes over standard output in frames: one byte of kind, four of length (big endian), the rest.
 *
 *   R  ready: 1 if no file can be made setuid here, else 0 (1 byte), then what /proc/self/mountinfo says, so that the
 *      kernel sees what this container really holds
 *   S  stale: the mounts are no longer those; nothing ran
 *   F  could not begin, and why; nothing ran
 *   O, E  what the job printed on standard output and standard error
 *   X  the end: token (16 bytes), cause, whether it was a signal, status or signal (1 byte each), kills for want of
 *      memory (4 bytes), microseconds it ran (8 bytes)
 *
 * After X it waits for the end of standard input: taking a container down keeps a machine busy, and whoever sent the job
 * knows when nobody waits for an answer.
 *
 * The job: "SPJ1", length of what follows (4 bytes), token (16), milliseconds it may run (4), bytes of standard input (4),
 * whether it has any (1), number of words and of variables (4 each), then those, each ended by NUL; then standard input.
 * The process that becomes the command is made ahead, closed in, and waits for a byte; until then it runs nothing but this.
 *
 * Always so: when X is sent no process but this one is left, and none can come. The end of standard input is the end of
 * whoever sent the job, and of the job. The job runs as the same user, so this process cannot be dumped: its descriptors
 * and its memory are closed to the job, and Linux lets no process of a container signal its first one. A filter of system
 * calls keeps the job from this process's limits and its share of the processor.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { CHUNK = 65536, JOB_BYTES_MAX = 4194304, MOUNTS_BYTES_MAX = 1048576, TOKEN_BYTES = 16, HEAD_BYTES = 33 };
enum cause { BY_ITSELF = 0, AT_THE_WALL = 1, OWNER_GONE = 2 };

/* The process that becomes the command reads it too: it lies in memory that both share, and so does all it points to. */
struct job {
  unsigned char token[TOKEN_BYTES];
  uint32_t wall_ms, stdin_left;
  int has_stdin;
  char **words, **variables;
  char text[];
};

/* Room for the longest job, and for as many words and variables as can be in one. Linux gives what is written to alone. */
enum { SHARED_BYTES = JOB_BYTES_MAX + 4096 + 2 * (JOB_BYTES_MAX + 1) * (int)sizeof(char *) };

static pid_t main_pid;
static int main_status, is_over;

static int64_t now_us(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return (int64_t)at.tv_sec * 1000000 + at.tv_nsec / 1000;
}

static void put32(unsigned char *to, uint32_t value) {
  for (int byte = 0; byte < 4; byte++) to[byte] = (unsigned char)(value >> (24 - 8 * byte));
}

static uint32_t get32(const unsigned char *from) {
  return (uint32_t)from[0] << 24 | (uint32_t)from[1] << 16 | (uint32_t)from[2] << 8 | from[3];
}

/* Nobody listens any more: the container ends, and everything in it. */
static void give_up(void) { _exit(71); }

static void send_frame(char kind, const void *bytes, size_t length) {
  unsigned char head[5] = {(unsigned char)kind};
  put32(head + 1, (uint32_t)length);
  struct iovec parts[2] = {{head, sizeof head}, {(void *)bytes, length}};
  for (struct iovec *part = parts; part < parts + 2;) {
    ssize_t sent = writev(1, part, (int)(parts + 2 - part));
    if (sent < 0 && errno != EINTR) give_up();
    for (; part < parts + 2 && sent >= (ssize_t)part->iov_len; part++) sent -= (ssize_t)part->iov_len;
    if (part < parts + 2 && sent > 0) part->iov_base = (char *)part->iov_base + sent, part->iov_len -= (size_t)sent;
  }
}

static void refuse(const char *doing) {
  char text[256];
  int length = snprintf(text, sizeof text, "%s: %s", doing, strerror(errno));
  send_frame('F', text, (size_t)length);
  _exit(70);
}

/* Everything up to the end of a file, or up to `most` bytes of it; -1 if it cannot be read. */
static ssize_t read_whole(int file, char *into, size_t most) {
  size_t length = 0;
  if (lseek(file, 0, SEEK_SET) < 0) return -1;
  for (;;) {
    ssize_t got = read(file, into + length, most - length);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return -1;
    if (got == 0 || length == most) return (ssize_t)length;
    length += (size_t)got;
  }
}

static void read_exactly(void *into, size_t length) {
  for (size_t have = 0; have < length;) {
    ssize_t got = read(0, (char *)into + have, length - have);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) _exit(0); /* closed without a job: it was not needed */
    have += (size_t)got;
  }
}

/* Where Linux says how often it has ended a process of this container for want of memory: control groups of both versions. */
static int open_memory_events(void) {
  int file = open("/sys/fs/cgroup/memory.events", O_RDONLY | O_CLOEXEC);
  return file < 0 ? open("/sys/fs/cgroup/memory/memory.oom_control", O_RDONLY | O_CLOEXEC) : file;
}

static uint32_t memory_kills(int events) {
  char text[4096] = "\n";
  ssize_t length = events < 0 ? -1 : read_whole(events, text + 1, sizeof text - 2);
  if (length < 0) return 0;
  text[length + 1] = '\0';
  const char *found = strstr(text, "\noom_kill ");
  return found ? (uint32_t)strtoul(found + 10, NULL, 10) : 0;
}

/* Points `list` at `count` texts, and at none after them. */
static int read_list(char **list, char **at, const char *end, uint32_t count) {
  for (uint32_t index = 0; index < count; index++) {
    char *stop = *at < end ? memchr(*at, 0, (size_t)(end - *at)) : NULL;
    if (!stop) return 0;
    list[index] = *at;
    *at = stop + 1;
  }
  list[count] = NULL;
  return 1;
}

static void read_job(struct job *job) {
  unsigned char head[8], fixed[HEAD_BYTES];
  read_exactly(head, sizeof head);
  uint32_t length = get32(head + 4);
  errno = EPROTO;
  if (memcmp(head, "SPJ1", 4) != 0 || length < HEAD_BYTES || length > JOB_BYTES_MAX) refuse("the job was not understood");
  read_exactly(fixed, sizeof fixed);
  memcpy(job->token, fixed, TOKEN_BYTES);
  job->wall_ms = get32(fixed + 16), job->stdin_left = get32(fixed + 20), job->has_stdin = fixed[24] != 0;
  uint32_t words = get32(fixed + 25), variables = get32(fixed + 29);
  length -= HEAD_BYTES;
  read_exactly(job->text, length);
  char *at = job->text, *end = at + length;
  job->words = (char **)(((uintptr_t)end + sizeof(char *) - 1) & ~(sizeof(char *) - 1));
  int is_whole = words > 0 && words <= length && variables <= length && read_list(job->words, &at, end, words);
  job->variables = job->words + words + 1;
  if (!is_whole || !read_list(job->variables, &at, end, variables) || at != end) refuse("the job was not understood");
}

/* In the child: from now on nothing sets the limits, the priority or the processors of process 1, nor the priority of all
 * processes of its user. Linux asks for no more than the same user there, and a first process that gets no processor ends
 * nothing. Numbers of processes are 32 bits; these are the lower halves on every machine this runs on. */
static int spare_the_first(void) {
  struct sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_setpriority, 6, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_prlimit64, 9, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_sched_setscheduler, 8, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_sched_setparam, 7, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_sched_setattr, 6, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_sched_setaffinity, 5, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PRIO_USER, 5, 0),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[1])),
      BPF_STMT(BPF_JMP | BPF_JA, 1),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 1, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
  };
  struct sock_fprog filter = {sizeof program / sizeof *program, program};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

/* The pipes of the job: what it reads, what it prints, and the word to begin. */
struct pipes {
  int in[2], out[2], err[2], go[2];
};

/* The child: makes itself ready, and at the word becomes the program, or says why not, as a shell would. */
static void become(const struct job *job, const struct pipes *pipes) {
  sigset_t none;
  char word;
  sigemptyset(&none);
  signal(SIGPIPE, SIG_DFL);
  sigprocmask(SIG_SETMASK, &none, NULL);
  setsid();
  umask(022);
  int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (dup2(nothing, 0) < 0 || dup2(pipes->out[1], 1) < 0 || dup2(pipes->err[1], 2) < 0) _exit(126);
  close(pipes->go[1]);
  int is_spared = spare_the_first(), fault = errno;
  while (read(pipes->go[0], &word, 1) != 1)
    if (errno != EINTR) _exit(126);
  if (!is_spared) {
    dprintf(2, "could not run `%s`: the first process could not be spared: %s\n", job->words[0], strerror(fault));
    _exit(126);
  }
  if (job->has_stdin && dup2(pipes->in[0], 0) < 0) _exit(126);
  environ = job->variables;
  execvp(job->words[0], job->words);
  int status = errno == ENOENT || errno == ENOTDIR ? 127 : 126;
  dprintf(2, "could not run `%s`: %s\n", job->words[0], strerror(errno));
  _exit(status);
}

static void note(pid_t pid, int status) {
  if (pid == main_pid) main_status = status, is_over = 1;
}

/* Kills all there is and waits for it. What a kill meets is not able to fork any more, so twice is enough; more is care. */
static void end_all(void) {
  for (;;) {
    int is_empty = kill(-1, SIGKILL) < 0 && errno == ESRCH;
    int status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, 0)) > 0 || (pid < 0 && errno == EINTR))
      if (pid > 0) note(pid, status);
    if (is_empty) return;
  }
}

/* Hands on one portion of output; false when there is none now, and closes the pipe at its end. */
static int relay(int *from, char kind, char *buffer) {
  ssize_t got = read(*from, buffer, CHUNK);
  if (got > 0) send_frame(kind, buffer, (size_t)got);
  if (got > 0 || (got < 0 && errno == EINTR)) return 1;
  if (got == 0 || errno != EAGAIN) close(*from), *from = -1;
  return 0;
}

/* Standard input on its way: at most one portion is held. Returns false when its sender is gone. */
struct feed {
  int to;
  uint32_t left;
  size_t have, done;
  char bytes[CHUNK];
};

static int feed_read(struct feed *feed) {
  ssize_t got = read(0, feed->bytes, feed->left < CHUNK ? (feed->left ? feed->left : 1) : CHUNK);
  if (got < 0) return errno == EINTR || errno == EAGAIN;
  if (got == 0 || feed->left == 0) return 0; /* nothing may follow the job */
  feed->left -= (uint32_t)got;
  feed->have = feed->to < 0 ? 0 : (size_t)got;
  feed->done = 0;
  return 1;
}

static void feed_write(struct feed *feed) {
  ssize_t put = write(feed->to, feed->bytes + feed->done, feed->have - feed->done);
  if (put > 0) feed->done += (size_t)put;
  if (put < 0 && errno != EAGAIN && errno != EINTR) close(feed->to), feed->to = -1, feed->have = 0;
  if (feed->done == feed->have) feed->have = 0;
}

static enum cause watch(struct feed *feed, int signals, int *out, int *err, int64_t deadline_us) {
  static char buffer[CHUNK];
  while (!is_over) {
    if (feed->to >= 0 && feed->have == 0 && feed->left == 0) close(feed->to), feed->to = -1;
    int64_t left_ms = (deadline_us - now_us() + 999) / 1000;
    if (left_ms <= 0) return AT_THE_WALL;
    struct pollfd watched[] = {{0, feed->have == 0 ? POLLIN : 0, 0},
                               {signals, POLLIN, 0},
                               {*out, POLLIN, 0},
                               {*err, POLLIN, 0},
                               {feed->have > 0 ? feed->to : -1, POLLOUT, 0}};
    if (poll(watched, 5, left_ms > 1000000 ? 1000000 : (int)left_ms) < 0 && errno != EINTR) return OWNER_GONE;
    if (watched[0].revents & POLLHUP && feed->left == 0) return OWNER_GONE;
    if (watched[0].revents & (POLLIN | POLLHUP | POLLERR) && feed->have == 0 && !feed_read(feed)) return OWNER_GONE;
    if (watched[2].revents) relay(out, 'O', buffer);
    if (watched[3].revents) relay(err, 'E', buffer);
    if (watched[4].revents) feed_write(feed);
    if (watched[1].revents) {
      struct signalfd_siginfo ignored;
      int status;
      if (read(signals, &ignored, sizeof ignored) < 0 && errno != EAGAIN && errno != EINTR) return OWNER_GONE;
      for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) note(pid, status);
    }
  }
  return BY_ITSELF;
}

static void send_end(const struct job *job, enum cause cause, uint32_t kills, int64_t ran_us) {
  unsigned char end[TOKEN_BYTES + 15];
  memcpy(end, job->token, TOKEN_BYTES);
  unsigned char *rest = end + TOKEN_BYTES;
  rest[0] = (unsigned char)cause;
  rest[1] = WIFSIGNALED(main_status) != 0;
  rest[2] = (unsigned char)(rest[1] ? WTERMSIG(main_status) : WEXITSTATUS(main_status));
  put32(rest + 3, kills);
  put32(rest + 7, (uint32_t)((uint64_t)ran_us >> 32));
  put32(rest + 11, (uint32_t)ran_us);
  send_frame('X', end, sizeof end);
}

/* What is left of a container whose job is over: it runs nothing, and ends with its line. */
static void linger(char *buffer) {
  for (;;) {
    ssize_t got = read(0, buffer, CHUNK);
    if (got == 0 || (got < 0 && errno != EINTR)) return;
  }
}

int main(void) {
  static struct feed feed;
  static char before[MOUNTS_BYTES_MAX], after[MOUNTS_BYTES_MAX];
  /* Anywhere else the kill of everything would be just that. */
  if (getpid() != 1) return 70;
  signal(SIGPIPE, SIG_IGN);
  int mounts = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
  if (mounts < 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0) refuse("this container could not be closed to its job");
  ssize_t length = read_whole(mounts, before + 1, sizeof before - 1);
  if (length < 0) refuse("the mounts could not be read");
  sigset_t child;
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  sigprocmask(SIG_BLOCK, &child, NULL);
  int signals = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
  struct pipes pipes;
  if (signals < 0 || pipe2(pipes.in, O_CLOEXEC) < 0 || pipe2(pipes.out, O_CLOEXEC) < 0 ||
      pipe2(pipes.err, O_CLOEXEC) < 0 || pipe2(pipes.go, O_CLOEXEC) < 0)
    refuse("no pipes for the job");
  struct job *job = mmap(NULL, SHARED_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (job == MAP_FAILED) refuse("no memory for the job");
  main_pid = fork();
  if (main_pid < 0) refuse("the command could not be started");
  if (main_pid == 0) become(job, &pipes);
  close(pipes.in[0]), close(pipes.out[1]), close(pipes.err[1]), close(pipes.go[0]);
  int in = pipes.in[1], out = pipes.out[0], err = pipes.err[0];
  fcntl(in, F_SETFL, O_NONBLOCK), fcntl(out, F_SETFL, O_NONBLOCK), fcntl(err, F_SETFL, O_NONBLOCK);
  int events = open_memory_events();
  uint32_t kills = memory_kills(events);
  /* The system call filter answers before anybody looks for the file. */
  before[0] = chmod("", 04755) < 0 && errno == EPERM;
  send_frame('R', before, (size_t)length + 1);

  read_job(job);
  if (read_whole(mounts, after, sizeof after - 1) != length || memcmp(before + 1, after, (size_t)length) != 0) {
    send_frame('S', "", 0);
    return 0;
  }
  int64_t began_us = now_us();
  if (write(pipes.go[1], "", 1) != 1) refuse("the command could not be started");
  close(pipes.go[1]);
  feed.to = in;
  feed.left = job->stdin_left;

  enum cause cause = watch(&feed, signals, &out, &err, began_us + (int64_t)job->wall_ms * 1000);
  end_all();
  int64_t ran_us = now_us() - began_us;
  /* Nobody is left to write, so both pipes end; what is in them was printed before. */
  while (out >= 0) relay(&out, 'O', feed.bytes);
  while (err >= 0) relay(&err, 'E', feed.bytes);
  send_end(job, cause, memory_kills(events) - kills, ran_us);
  if (cause != OWNER_GONE) linger(feed.bytes);
  return 0;
}
