/* Opens the file named by CRM_SECOND_COPY with the system's SQLite, which is another copy than the one in the programme,
   before the programme begins, and keeps it open. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

typedef int (*open_fn)(const char *, void **);
typedef int (*exec_fn)(void *, const char *, void *, void *, char **);

__attribute__((constructor)) static void open_with_another_copy(void) {
    const char *path = getenv("CRM_SECOND_COPY");
    if (!path) return;
    void *copy = dlopen("libsqlite3.so.0", RTLD_NOW | RTLD_LOCAL);
    open_fn open_file = copy ? (open_fn)dlsym(copy, "sqlite3_open") : NULL;
    exec_fn run = copy ? (exec_fn)dlsym(copy, "sqlite3_exec") : NULL;
    void *database;
    if (!open_file || !run) {
        puts("\nabsent");
    } else if (open_file(path, &database) || run(database, "SELECT count(*) FROM sqlite_schema", NULL, NULL, NULL)) {
        puts("\nfailed");
    } else {
        puts("\nopened");
    }
    fflush(stdout);
}
