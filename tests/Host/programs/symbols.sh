# The libraries export what the table says, under the versions that consumers ask for, and need nothing that Debian 12 lacks.
set -euo pipefail
table=$1
rbd=$HOST_LIBRARIES/librbd.so.1
rados=$HOST_LIBRARIES/librados.so.2

exported() { readelf --dyn-syms --wide "$1" | awk -v prefix="$2" '$4 == "FUNC" && $7 != "UND" && $8 ~ "^" prefix { print $8 }' | LC_ALL=C sort; }

wanted() {
    awk -F '\t' -v library="$1" 'NR > 1 && $1 == library && $7 != "absent" { print $3 ($4 == "-" ? "" : "@@" $4) }' "$table" | LC_ALL=C sort
}

soname() { readelf -dW "$1" | sed -n 's/.*SONAME.*\[\(.*\)\]/\1/p'; }

diff <(wanted librbd) <(exported "$rbd" rbd_)
diff <(wanted librados) <(exported "$rados" rados_)
[ "$(soname "$rbd")" = librbd.so.1 ]
[ "$(soname "$rados")" = librados.so.2 ]
! readelf -VW "$rbd" | grep -q 'Version definition'
readelf -VW "$rados" | grep -q 'Name: LIBRADOS_PRIVATE'
for library in "$rbd" "$rados" "$HOST_LIBRARIES/libcurverbd.so"; do
    readelf -dW "$library" | grep -q NODELETE
    ! readelf -VW "$library" | grep -oE 'GLIBC_2\.[0-9]+' | sort -u -V | tail -n 1 | grep -vE 'GLIBC_2\.([0-9]|[12][0-9]|3[0-6])$'
done
