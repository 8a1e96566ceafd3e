/*
 * Loaded before the C library of a process (LD_PRELOAD), this keeps a second directory, the "disk", beside the one that a
 * database lives in: only what was flushed is there. A process that dies leaves the live directory as it wrote it; when the
 * power is cut, the disk is what is left (see power-cut.ts, which then lets some of what was not flushed reach it as well).
 *
 * POWER_CUT_LIVE, POWER_CUT_DISK: the directories. POWER_CUT_AT=n: this process dies right before its n-th write or flush.
 *
 * Always so: each write is noted in `<disk>/<name>.dirty` before it happens, under a lock, so that whoever flushes the file,
 * in whatever process, carries over what all of them wrote. Directory entries are durable once the directory or the file
 * was flushed. What is mapped into memory (`-shm`) is not on the disk. Not modelled: an older of two unflushed writes to the
 * same sector reaching the disk alone.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

/* What was not flushed: bytes that were written, or a file that was cut to `length`. */
struct dirty { int64_t kind, offset, length; };
enum { WRITTEN = 1, CUT = 2 };

static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static int (*real_ftruncate)(int, off_t);
static int (*real_fsync)(int);
static int (*real_unlink)(const char *);
static int (*real_rename)(const char *, const char *);
static char live[PATH_MAX], disk[PATH_MAX];
static long steps_left = -1;

__attribute__((constructor)) static void begin(void) {
  real_write = dlsym(RTLD_NEXT, "write");
  real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
  real_ftruncate = dlsym(RTLD_NEXT, "ftruncate64");
  real_fsync = dlsym(RTLD_NEXT, "fsync");
  real_unlink = dlsym(RTLD_NEXT, "unlink");
  real_rename = dlsym(RTLD_NEXT, "rename");
  const char *from = getenv("POWER_CUT_LIVE"), *to = getenv("POWER_CUT_DISK"), *at = getenv("POWER_CUT_AT");
  if (from && to) {
    snprintf(live, sizeof live, "%s", from);
    snprintf(disk, sizeof disk, "%s", to);
  }
  if (at) steps_left = atol(at);
}

static void step(void) {
  if (steps_left > 0 && __atomic_sub_fetch(&steps_left, 1, __ATOMIC_SEQ_CST) == 0) kill(getpid(), SIGKILL);
}

/* The name within the live directory of a path; NULL for what lies elsewhere or is not on the disk. */
static const char *name_in(const char *path) {
  size_t length = strlen(live);
  if (!length || strncmp(path, live, length) || path[length] != '/') return NULL;
  const char *name = path + length + 1, *end = strrchr(name, '-');
  if (!*name || strchr(name, '/') || (end && !strcmp(end, "-shm"))) return NULL;
  return name;
}

/* The path behind a descriptor; 0 if it has none. */
static int path_of(int fd, char *path) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, PATH_MAX - 1);
  path[length > 0 ? length : 0] = 0;
  return length > 0;
}

/* The name of an open file that counts, for about the price of one system call; NULL for all others. */
static const char *tracked(int fd, char *path) {
  return live[0] && fd > 2 && path_of(fd, path) ? name_in(path) : NULL;
}

static void on_disk(char *path, const char *name, const char *ending) {
  snprintf(path, PATH_MAX, "%.2000s/%.200s%s", disk, name, ending);
}

/* Opens and locks the notes about a file. */
static int lock_notes(const char *name) {
  char path[PATH_MAX];
  on_disk(path, name, ".dirty");
  int notes = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (notes < 0 || flock(notes, LOCK_EX)) abort();
  return notes;
}

static void note(int notes, int64_t kind, int64_t offset, int64_t length) {
  struct dirty entry = { kind, offset, length };
  if (real_write(notes, &entry, sizeof entry) != sizeof entry) abort();
}

/* Carries what was noted over to the disk. */
static void flush_file(int fd, const char *name) {
  char path[PATH_MAX];
  int notes = lock_notes(name);
  on_disk(path, name, "");
  int to = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  /* Read through this very descriptor: to open and close the file again would drop the locks that the process has on it. */
  struct stat size;
  if (to < 0 || fstat(fd, &size) || (fcntl(fd, F_GETFL) & O_ACCMODE) != O_RDWR) abort();
  struct dirty entry;
  lseek(notes, 0, SEEK_SET);
  char bytes[8192];
  while (read(notes, &entry, sizeof entry) == sizeof entry) {
    if (entry.kind == CUT && real_ftruncate(to, entry.length)) abort();
    if (entry.kind != WRITTEN) continue;
    for (int64_t at = entry.offset, end = at + entry.length; at < end;) {
      ssize_t got = pread(fd, bytes, end - at < (int64_t)sizeof bytes ? (size_t)(end - at) : sizeof bytes, at);
      if (got <= 0) break;
      if (real_pwrite(to, bytes, (size_t)got, at) != got) abort();
      at += got;
    }
  }
  if (real_ftruncate(to, size.st_size) || real_ftruncate(notes, 0)) abort();
  close(to);
  close(notes);
}

/* A directory was flushed: files that are there are there, and those that were removed are gone. */
static void flush_entries(void) {
  char path[PATH_MAX];
  DIR *entries = opendir(live);
  for (struct dirent *one; entries && (one = readdir(entries));) {
    char whole[PATH_MAX];
    snprintf(whole, sizeof whole, "%.2000s/%.200s", live, one->d_name);
    if (one->d_name[0] == '.' || !name_in(whole)) continue;
    on_disk(path, one->d_name, "");
    close(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  }
  if (entries) closedir(entries);
  entries = opendir(disk);
  for (struct dirent *one; entries && (one = readdir(entries));) {
    if (!strstr(one->d_name, ".unlinked")) continue;
    on_disk(path, one->d_name, "");
    real_unlink(path);
  }
  if (entries) closedir(entries);
}

static ssize_t noted_write(int fd, const void *bytes, size_t length, off_t offset, int is_placed) {
  char path[PATH_MAX];
  const char *name = tracked(fd, path);
  if (!name) return is_placed ? real_pwrite(fd, bytes, length, offset) : real_write(fd, bytes, length);
  step();
  int notes = lock_notes(name);
  note(notes, WRITTEN, is_placed ? offset : lseek(fd, 0, SEEK_CUR), (int64_t)length);
  ssize_t written = is_placed ? real_pwrite(fd, bytes, length, offset) : real_write(fd, bytes, length);
  close(notes);
  return written;
}

ssize_t write(int fd, const void *bytes, size_t length) { return noted_write(fd, bytes, length, 0, 0); }
ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) { return noted_write(fd, bytes, length, offset, 1); }
ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset) { return noted_write(fd, bytes, length, offset, 1); }

int ftruncate(int fd, off_t length) {
  char path[PATH_MAX];
  const char *name = tracked(fd, path);
  if (!name) return real_ftruncate(fd, length);
  step();
  int notes = lock_notes(name);
  note(notes, CUT, 0, length);
  int done = real_ftruncate(fd, length);
  close(notes);
  return done;
}
int ftruncate64(int fd, off64_t length) { return ftruncate(fd, length); }

int fsync(int fd) {
  char path[PATH_MAX] = "";
  const char *name = tracked(fd, path);
  if (name) {
    step();
    flush_file(fd, name);
    step();
    return 0;
  }
  if (live[0] && !strcmp(path, live)) {
    step();
    flush_entries();
    return 0;
  }
  return real_fsync(fd);
}
int fdatasync(int fd) { return fsync(fd); }

/* What was removed may come back until its directory is flushed; what was written to it since does not. */
int unlink(const char *path) {
  const char *name = live[0] ? name_in(path) : NULL;
  if (!name) return real_unlink(path);
  step();
  char from[PATH_MAX], to[PATH_MAX];
  int notes = lock_notes(name);
  on_disk(from, name, "");
  on_disk(to, name, ".unlinked");
  real_rename(from, to);
  if (real_ftruncate(notes, 0)) abort();
  int done = real_unlink(path);
  close(notes);
  return done;
}

/* Renames reach the disk at once, with what was flushed. */
int rename(const char *old, const char *new) {
  const char *from = live[0] ? name_in(old) : NULL, *to = live[0] ? name_in(new) : NULL;
  if (from && to) {
    char old_path[PATH_MAX], new_path[PATH_MAX];
    step();
    for (int ending = 0; ending < 2; ending += 1) {
      on_disk(old_path, from, ending ? ".dirty" : "");
      on_disk(new_path, to, ending ? ".dirty" : "");
      real_rename(old_path, new_path);
    }
  }
  return real_rename(old, new);
}
