/*
 * The pointer table of one library and the names behind it. EXPORTS_FILE is made from the table of exports by exports.awk.
 */
#include "ceph/route.h"
#include "core.h"

#define STUB_implemented(index) CURVERBD_HIDDEN extern curverbd_function curverbd_stub_##index;
#define STUB_unsupported(index)
#define EXPORT(index, name, form, fails, state) STUB_##state(index)
#include EXPORTS_FILE
#undef EXPORT

#define FIRST_implemented(index, fails) curverbd_stub_##index
#define FIRST_unsupported(index, fails) curverbd_unsupported_##fails
#define EXPORT(index, name, form, fails, state) [index] = FIRST_##state(index, fails),

CURVERBD_HIDDEN curverbd_function *curverbd_table[] = {
#include EXPORTS_FILE
};

static curverbd_function *const first[] = {
#include EXPORTS_FILE
};
#undef EXPORT

#define SUFFIX_PLAIN ""
#define SUFFIX_VERSIONED ""
#define SUFFIX_BASE "_base"
#define NAME_implemented(name, form) "curverbd_" #name SUFFIX_##form
#define NAME_unsupported(name, form) NULL
#define EXPORT(index, name, form, fails, state) [index] = { NAME_##state(name, form), curverbd_unloadable_##fails, #name SUFFIX_##form },

static const struct curverbd_export exports[] = {
#include EXPORTS_FILE
};
#undef EXPORT

CURVERBD_HIDDEN curverbd_function *curverbd_own[sizeof first / sizeof first[0]];
CURVERBD_HIDDEN curverbd_function *curverbd_ceph[sizeof first / sizeof first[0]];

CURVERBD_HIDDEN struct curverbd_library curverbd_library = {
    .table = curverbd_table,
    .first = first,
    .exports = exports,
    .count = sizeof first / sizeof first[0],
    .routes = curverbd_routes,
    .own = curverbd_own,
    .ceph = curverbd_ceph,
    .soname = SONAME,
};
