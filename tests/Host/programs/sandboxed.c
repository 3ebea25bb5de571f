/* QEMU's sandbox as libvirt asks for it: no programs, no privileges, no say over resources. The library is started inside. */
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "host.h"

#define KILL(number) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS)
#define DENY(number) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM)

static void enter_sandbox(void)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        KILL(__NR_execve), KILL(__NR_execveat),
#ifdef __NR_fork
        KILL(__NR_fork), KILL(__NR_vfork),
#endif
        KILL(__NR_setuid), KILL(__NR_setgid), KILL(__NR_setpgid), KILL(__NR_setsid), KILL(__NR_setreuid), KILL(__NR_setregid),
        KILL(__NR_setresuid), KILL(__NR_setresgid), KILL(__NR_setfsuid), KILL(__NR_setfsgid),
        DENY(__NR_getpriority), DENY(__NR_setpriority), DENY(__NR_sched_setparam), DENY(__NR_sched_getparam),
        DENY(__NR_sched_setscheduler), DENY(__NR_sched_getscheduler), DENY(__NR_sched_setaffinity), DENY(__NR_sched_getaffinity),
        DENY(__NR_sched_get_priority_max), DENY(__NR_sched_get_priority_min),
        KILL(__NR_reboot), KILL(__NR_swapon), KILL(__NR_swapoff), KILL(__NR_syslog), KILL(__NR_mount), KILL(__NR_umount2),
        KILL(__NR_kexec_load), KILL(__NR_vmsplice), KILL(__NR_io_uring_setup), KILL(__NR_ptrace), KILL(__NR_process_vm_readv),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = { sizeof filter / sizeof filter[0], filter };
    CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
    CHECK(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0);
}

int main(void)
{
    char data[4096];
    enter_sandbox();
    struct client client = connect_client();
    rbd_image_t image = create_and_open(client.io, "sandboxed", 4 * MIB);
    for (uint64_t i = 0; i < 500; i++) {
        EQUAL(sizeof data, rbd_write(image, i * sizeof data, sizeof data, data));
        EQUAL(sizeof data, rbd_read(image, i * sizeof data, sizeof data, data));
    }
    EQUAL(0, rbd_resize(image, 8 * MIB));
    EQUAL(0, rbd_flush(image));
    EQUAL(0, rbd_close(image));
    disconnect(client);
    return 0;
}
