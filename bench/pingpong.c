/* pingpong REQUESTS: the bare round trip over loopback TCP between two processes, 4 KiB one way and 64 bytes back, as a 4 KiB
   write has it at least. pingpong REQUESTS PORT FRAME: the round trip to a baidu_std server on that port of loopback, which is sent
   the bytes of the file FRAME. Prints the median in microseconds. */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { request_size = 4096 + 128, reply_size = 64 };

static void demand(int condition, const char *what)
{
    if (condition)
        return;
    perror(what);
    exit(1);
}

static void read_all(int fd, char *buffer, size_t size)
{
    while (size > 0) {
        ssize_t count = read(fd, buffer, size);
        if (count <= 0)
            exit(0);
        buffer += count;
        size -= (size_t)count;
    }
}

static void serve(int listener)
{
    static char buffer[request_size];
    int one = 1, fd = accept(listener, NULL, NULL);
    demand(fd >= 0, "accept");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    for (;;) {
        read_all(fd, buffer, request_size);
        demand(write(fd, buffer, reply_size) == reply_size, "write");
    }
}

static int compare(const void *left, const void *right)
{
    double l = *(const double *)left, r = *(const double *)right;
    return (l > r) - (l < r);
}

static int connected(struct sockaddr_in address)
{
    int one = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
    demand(fd >= 0, "socket");
    demand(connect(fd, (struct sockaddr *)&address, sizeof address) == 0, "connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return fd;
}

static int start_server(struct sockaddr_in *address, pid_t *server)
{
    socklen_t length = sizeof *address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    demand(listener >= 0, "socket");
    demand(bind(listener, (struct sockaddr *)address, sizeof *address) == 0 && listen(listener, 1) == 0, "listen");
    demand(getsockname(listener, (struct sockaddr *)address, &length) == 0, "getsockname");
    *server = fork();
    demand(*server >= 0, "fork");
    if (*server == 0)
        serve(listener);
    close(listener);
    return connected(*address);
}

/* A frame says in its first 12 bytes how many come after them. */
static void read_reply(int fd, int is_framed)
{
    static char buffer[64 * 1024];
    unsigned char head[12];
    if (!is_framed) {
        read_all(fd, buffer, reply_size);
        return;
    }
    read_all(fd, (char *)head, sizeof head);
    size_t body = (size_t)head[4] << 24 | (size_t)head[5] << 16 | (size_t)head[6] << 8 | head[7];
    demand(body <= sizeof buffer, "reply");
    read_all(fd, buffer, body);
}

static size_t read_frame(const char *path, char *buffer, size_t size)
{
    FILE *file = fopen(path, "rb");
    demand(file != NULL, path);
    size_t count = fread(buffer, 1, size, file);
    fclose(file);
    return count;
}

int main(int argc, char **argv)
{
    static char buffer[64 * 1024];
    int count = argc > 1 ? atoi(argv[1]) : 20000, is_framed = argc > 3;
    size_t size = request_size;
    double *times = calloc((size_t)count, sizeof *times);
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    pid_t server = 0;
    int fd;

    demand(count > 0 && times, "pingpong");
    if (is_framed) {
        address.sin_port = htons((uint16_t)atoi(argv[2]));
        size = read_frame(argv[3], buffer, sizeof buffer);
        fd = connected(address);
    } else {
        fd = start_server(&address, &server);
    }

    for (int i = 0; i < count; i++) {
        struct timespec begin, end;
        clock_gettime(CLOCK_MONOTONIC, &begin);
        demand(write(fd, buffer, size) == (ssize_t)size, "write");
        read_reply(fd, is_framed);
        clock_gettime(CLOCK_MONOTONIC, &end);
        times[i] = (double)(end.tv_sec - begin.tv_sec) * 1e6 + (double)(end.tv_nsec - begin.tv_nsec) / 1e3;
    }
    close(fd);
    if (server)
        waitpid(server, NULL, 0);
    qsort(times, (size_t)count, sizeof *times, compare);
    printf("%.1f\n", times[count / 2]);
    return 0;
}
