/* Makes the disk fail, for tests. Preloaded into a process, it stands between the process and the calls that write to
 * files below the directory FAULT_DIR. FAULT_MODE says what happens:
 *
 *   count    nothing fails;
 *   nth      call FAULT_AT fails with FAULT_ERROR, once, or from then on if FAULT_STICKY is 1;
 *   short    call FAULT_AT writes half of what it was given;
 *   full     the disk has FAULT_BYTES left; what is removed or cut off is given back;
 *   readonly files cannot be opened for writing.
 *
 * When the process ends, the number of calls is written to FAULT_COUNT. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

enum mode { OFF, COUNT, NTH, SHORT, FULL, READONLY };

static enum mode mode;
static const char *directory;
static long target, calls, room;
static int failure, sticky;
static char watched[4096];

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

__attribute__((constructor)) static void start(void) {
    const char *text = getenv("FAULT_MODE");
    directory = getenv("FAULT_DIR");
    if (!text || !directory) return;
    mode = !strcmp(text, "nth") ? NTH : !strcmp(text, "short") ? SHORT : !strcmp(text, "full") ? FULL
         : !strcmp(text, "readonly") ? READONLY : COUNT;
    target = getenv("FAULT_AT") ? atol(getenv("FAULT_AT")) : 0;
    room = getenv("FAULT_BYTES") ? atol(getenv("FAULT_BYTES")) : 0;
    failure = getenv("FAULT_ERROR") ? atoi(getenv("FAULT_ERROR")) : EIO;
    sticky = getenv("FAULT_STICKY") && atoi(getenv("FAULT_STICKY"));
}

__attribute__((destructor)) static void stop(void) {
    const char *path = getenv("FAULT_COUNT");
    if (mode == OFF || !path) return;
    FILE *file = fopen(path, "w");
    if (!file) return;
    fprintf(file, "%ld", calls);
    fclose(file);
}

static int is_ours(const char *path) {
    char whole[PATH_MAX];
    if (mode == OFF || !path) return 0;
    if (path[0] != '/') {
        if (!getcwd(whole, sizeof whole)) return 0;
        return !strncmp(whole, directory, strlen(directory));
    }
    return !strncmp(path, directory, strlen(directory));
}

static int is_watched(int fd) { return mode != OFF && fd >= 0 && fd < (int)sizeof watched && watched[fd]; }

/* Whether this call fails; counts it. */
static int fails(void) {
    calls++;
    if (mode == NTH && (calls == target || (sticky && calls > target))) {
        errno = failure;
        return 1;
    }
    return 0;
}

/* Takes from what is left on the disk what a file grows by. */
static int has_room(int fd, off_t end) {
    struct stat now;
    if (mode != FULL || fstat(fd, &now) || end <= now.st_size) return 1;
    if (end - now.st_size > room) {
        errno = ENOSPC;
        return 0;
    }
    room -= end - now.st_size;
    return 1;
}

static int opened(int fd, const char *path) {
    if (fd >= 0 && fd < (int)sizeof watched) watched[fd] = is_ours(path);
    return fd;
}

#define OPEN(name)                                                              \
    int name(const char *path, int flags, ...) {                                \
        va_list list;                                                           \
        va_start(list, flags);                                                  \
        mode_t bits = (flags & O_CREAT) ? va_arg(list, mode_t) : 0;             \
        va_end(list);                                                           \
        if (is_ours(path) && (flags & (O_WRONLY | O_RDWR))) {                   \
            if (mode == READONLY) {                                             \
                errno = EROFS;                                                  \
                return -1;                                                      \
            }                                                                   \
            if (fails()) return -1;                                             \
        }                                                                       \
        return opened(REAL(name)(path, flags, bits), path);                     \
    }
OPEN(open)
OPEN(open64)

int close(int fd) {
    if (is_watched(fd)) watched[fd] = 0;
    return REAL(close)(fd);
}

static size_t shortened(size_t size) { return mode == SHORT && calls == target ? size / 2 : size; }

ssize_t write(int fd, const void *data, size_t size) {
    if (is_watched(fd) && (fails() || !has_room(fd, lseek(fd, 0, SEEK_CUR) + (off_t)size))) return -1;
    return REAL(write)(fd, data, is_watched(fd) ? shortened(size) : size);
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) {
    if (is_watched(fd) && (fails() || !has_room(fd, at + (off_t)size))) return -1;
    return REAL(pwrite64)(fd, data, is_watched(fd) ? shortened(size) : size, at);
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t at) {
    if (is_watched(fd) && (fails() || !has_room(fd, at + (off_t)size))) return -1;
    return REAL(pwrite)(fd, data, is_watched(fd) ? shortened(size) : size, at);
}

int fsync(int fd) { return is_watched(fd) && fails() ? -1 : REAL(fsync)(fd); }

int fdatasync(int fd) { return is_watched(fd) && fails() ? -1 : REAL(fdatasync)(fd); }

static int cut(int fd, off_t size) {
    struct stat before;
    if (is_watched(fd)) {
        if (fails() || !has_room(fd, size)) return -1;
        if (!fstat(fd, &before) && size < before.st_size) room += before.st_size - size;
    }
    return 0;
}

int ftruncate(int fd, off_t size) { return cut(fd, size) ? -1 : REAL(ftruncate)(fd, size); }

int ftruncate64(int fd, off64_t size) { return cut(fd, size) ? -1 : REAL(ftruncate64)(fd, size); }

int unlink(const char *path) {
    struct stat before;
    int known = is_ours(path) && !stat(path, &before);
    int done = REAL(unlink)(path);
    if (!done && known) room += before.st_size;
    return done;
}
