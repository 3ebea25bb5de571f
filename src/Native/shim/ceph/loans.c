#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "ceph/libraries.h"
#include "ceph/loans.h"

struct watched {
    long image;
    struct watched *next;
};

struct completions {
    int (*create)(void *argument, void (*done)(void *, void *), void **made);
    int (*create_rados)(void *argument, void (*done)(void *, void *), void (*safe)(void *, void *), void **made);
    long (*value)(void *);
    void *(*argument)(void *);
    void (*release)(void *);
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct watched *watched;
static int (*begin)(long), (*cancel)(long), (*finish)(long, long);
static struct completions of_rbd, of_rados;

void curverbd_loans_use(void *native)
{
    begin = (int (*)(long))dlsym(native, "curverbd_completion_begin");
    cancel = (int (*)(long))dlsym(native, "curverbd_completion_cancel");
    finish = (int (*)(long, long))dlsym(native, "curverbd_completion_finish");
    of_rbd.create = (int (*)(void *, void (*)(void *, void *), void **))curverbd_ceph_function("librbd.so.1", "rbd_aio_create_completion");
    of_rbd.value = (long (*)(void *))curverbd_ceph_function("librbd.so.1", "rbd_aio_get_return_value");
    of_rbd.argument = (void *(*)(void *))curverbd_ceph_function("librbd.so.1", "rbd_aio_get_arg");
    of_rbd.release = (void (*)(void *))curverbd_ceph_function("librbd.so.1", "rbd_aio_release");
    of_rados.create_rados = (int (*)(void *, void (*)(void *, void *), void (*)(void *, void *), void **))curverbd_ceph_function("librados.so.2", "rados_aio_create_completion");
    of_rados.value = (long (*)(void *))curverbd_ceph_function("librados.so.2", "rados_aio_get_return_value");
    of_rados.release = (void (*)(void *))curverbd_ceph_function("librados.so.2", "rados_aio_release");
}

void curverbd_forget_loans(void)
{
    pthread_mutex_init(&lock, NULL);
    watched = NULL;
}

static const struct completions *kind(int is_rbd)
{
    return is_rbd ? &of_rbd : &of_rados;
}

static void on_done(void *completion, void *argument)
{
    struct curverbd_loan *loan = argument;
    long value = loan->is_rbd ? of_rbd.value(completion) : (int)of_rados.value(completion);
    long own = loan->own;
    if (!loan->is_polled) {
        kind(loan->is_rbd)->release(completion);
        free(loan);
    }
    finish(own, value);
}

static int is_watched(long image)
{
    int found = 0;
    pthread_mutex_lock(&lock);
    for (struct watched *one = watched; one; one = one->next)
        found |= one->image == image;
    pthread_mutex_unlock(&lock);
    return found;
}

static void *create(struct curverbd_loan *loan)
{
    void *made = NULL;
    int result = loan->is_rbd ? of_rbd.create(loan, on_done, &made) : of_rados.create_rados(loan, on_done, NULL, &made);
    return result == 0 ? made : NULL;
}

struct curverbd_loan *curverbd_lend_completion(long own, long image, int is_rbd)
{
    struct curverbd_loan *loan = malloc(sizeof *loan);
    if (!loan || begin(own) != 0) {
        free(loan);
        return NULL;
    }
    *loan = (struct curverbd_loan){ .own = own, .is_rbd = is_rbd, .is_polled = image && is_watched(image) };
    loan->ceph = (long)create(loan);
    if (loan->ceph)
        return loan;
    cancel(own);
    free(loan);
    return NULL;
}

void curverbd_take_completion_back(struct curverbd_loan *loan)
{
    kind(loan->is_rbd)->release((void *)loan->ceph);
    cancel(loan->own);
    free(loan);
}

int curverbd_watch_events(long image)
{
    struct watched *one = malloc(sizeof *one);
    if (!one)
        return -ENOMEM;
    pthread_mutex_lock(&lock);
    *one = (struct watched){ image, watched };
    watched = one;
    pthread_mutex_unlock(&lock);
    return 0;
}

long curverbd_polled_completion(long completion)
{
    struct curverbd_loan *loan = of_rbd.argument((void *)completion);
    long own = loan->own;
    of_rbd.release((void *)completion);
    free(loan);
    return own;
}
