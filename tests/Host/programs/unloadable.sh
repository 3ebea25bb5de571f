# Without the native library every call answers an error, and one line says why; nothing aborts.
set -euo pipefail
mkdir alone
cp "$HOST_LIBRARIES/librbd.so.1" "$HOST_LIBRARIES/librados.so.2" alone/
cat > alone.c <<'C'
#include <errno.h>
int rados_create(void **cluster, const char *id);
int rbd_open(void *io, const char *name, void **image, const char *snapshot);
void rados_shutdown(void *cluster);
unsigned long rados_get_instance_id(void *cluster);
int main(void)
{
    void *handle;
    if (rados_create(&handle, 0) != -ELIBACC || errno != ELIBACC || rbd_open(0, "x", &handle, 0) != -ELIBACC || rados_get_instance_id(0) != 0)
        return 1;
    rados_shutdown(0);
    return 0;
}
C
gcc alone.c -o alone_program -L alone -l:librbd.so.1 -l:librados.so.2
LD_LIBRARY_PATH=$PWD/alone ./alone_program 2> said
[ "$(wc -l < said)" = 1 ]
grep -q '^curverbd: cannot load .*libcurverbd.so' said

# A symbolic link leads to the directory of the file it names.
mkdir linked
ln -s "$HOST_LIBRARIES/librbd.so.1" "$HOST_LIBRARIES/librados.so.2" linked/
! LD_LIBRARY_PATH=$PWD/linked ./alone_program
