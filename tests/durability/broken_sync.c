/* Preloaded into the server: every sync fails as on a broken disk while the file named by BROKEN_WHILE exists. */
#include <errno.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static int is_broken(void) {
    const char *flag = getenv("BROKEN_WHILE");
    return flag != NULL && access(flag, F_OK) == 0;
}

int fsync(int fd) {
    if (is_broken()) {
        errno = EIO;
        return -1;
    }
    return (int)syscall(SYS_fsync, fd);
}

int fdatasync(int fd) {
    if (is_broken()) {
        errno = EIO;
        return -1;
    }
    return (int)syscall(SYS_fdatasync, fd);
}
