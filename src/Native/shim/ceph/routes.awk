# Reads the table of exports and prints the route of each function of LIBRARY that can meet a handle of Ceph's: a C function, and at the
# end the table of them. Which way a call goes is told by its first handles:
#   rados_t, rados_ioctx_t, rbd_image_t   ours or Ceph's; the rados_t of a Ceph cluster is ours and stands for one of Ceph's
#   lists and contexts                    as those, where a function has none of them
#   iterators                             as those; one of ours may stand for one of Ceph's
#   completions, image options            always ours, lent to Ceph's library as ones of its own
#   operations, pool statistics           ours with a twin in Ceph's library, since whom they will serve is told last
BEGIN {
    FS = "\t"
    split("rados_shutdown rbd_poll_io_events rbd_set_image_notification rados_create_write_op rados_create_read_op " \
          "rados_release_write_op rados_release_read_op rados_omap_get_end rados_getxattrs_end rbd_pool_stats_create rbd_pool_stats_destroy", words, " ")
    for (i in words)
        by_hand[words[i]] = 1
}

$1 != LIBRARY || $7 == "absent" { next }

{
    number = count++
    routes[number] = $3 in by_hand ? "route_" $3 : route(number, $3, $6, $8)
}

END {
    print "CURVERBD_HIDDEN curverbd_function *const curverbd_routes[] = {"
    for (number = 0; number < count; number++)
        printf "    [%d] = (curverbd_function *)%s,\n", number, routes[number]
    print "};"
}

function route(number, name, returns, prototype,    count, i, type, types, main, other, twin, fails, parameters, given, lent, sides, before, after, checks) {
    count = split_parameters(prototype)
    for (i = 0; i < count; i++) {
        type = handle_type(parameter[i])
        kind[i] = type
        if (type == "cluster" || type == "main")
            main = 1
        if (type == "other" || type == "iterator")
            other = 1
        if (type == "twin")
            twin = 1
    }
    if (!main && !other && !twin)
        return "0"
    fails = returns ~ /^(int|ssize|int64)$/ ? "negative" : "zero"
    for (i = 0; i < count; i++) {
        type = parameter[i] ~ /^float / ? "float" : "long"
        parameters = parameters (i ? ", " : "") type " a" i
        types = (i ? types ", " : "") type
        given = given (i ? ", " : "") "a" i
        lent = lent (i ? ", " : "") (kind[i] ~ /^(cluster|iterator|completion|options|twin)$/ ? "c" : "a") i
        before = before lend(i, kind[i], fails)
        after = give_back(i, kind[i]) after
        if (kind[i] == "cluster" || (kind[i] == "iterator" && !main))
            sides = sides (sides ? " | " : "") "curverbd_side_of(c" i ")"
        else if (kind[i] == "main" || (kind[i] == "other" && !main))
            sides = sides (sides ? " | " : "") "curverbd_side_of(a" i ")"
    }
    for (i = 0; i < count; i++)
        if (kind[i] == "cluster")
            checks = checks "    long c" i " = curverbd_ceph_cluster(a" i ");\n"
        else if (kind[i] == "iterator")
            checks = checks "    long c" i " = curverbd_iterator(a" i ");\n"
    printf "static long route_%d(%s)\n{\n    typedef long function(%s);\n", number, parameters, types
    if (main || other) {
        printf "%s    switch (%s) {\n    case CURVERBD_CEPH:\n        break;\n", checks, sides
        printf "    case CURVERBD_OWN | CURVERBD_CEPH:\n        return curverbd_across_%s();\n", fails
        printf "    default:\n        return ((function *)curverbd_own[%d])(%s);\n    }\n", number, given
        printf "    if (!curverbd_ceph[%d])\n        return curverbd_unsupported_%s();\n", number, fails
        printf "%s    long result = ((function *)curverbd_ceph[%d])(%s);\n%s    return result;\n}\n\n", before, number, lent, after
    } else
        build_twins(number, count, given)
    return "route_" number
}

# A step is added to both. An iterator that it makes goes to the caller from ours and is noted from the twin.
function build_twins(number, count, given,    i, place, twin_given) {
    for (i = 1; i < count; i++)
        if (parameter[i] ~ /^rados_(omap|xattrs)_iter_t \*/)
            place = "a" i
    twin_given = given
    sub(/^a0/, "twin", twin_given)
    printf "    long result = ((function *)curverbd_own[%d])(%s);\n    long twin = curverbd_twin(a0);\n", number, given
    printf "    if (!twin || !curverbd_ceph[%d])\n        return result;\n", number
    if (place) {
        sub(place, "(long)\\&iterator", twin_given)
        printf "    long iterator = 0;\n"
    }
    printf "    ((function *)curverbd_ceph[%d])(%s);\n", number, twin_given
    if (place)
        printf "    curverbd_promise(a0, *(long *)%s, iterator);\n", place
    printf "    return result;\n}\n\n"
}

function handle_type(text) {
    if (text ~ /\*/)
        return "plain"
    if (text ~ /^rados_t /)
        return "cluster"
    if (text ~ /^(rados_ioctx_t|rbd_image_t) /)
        return "main"
    if (text ~ /^(rados_config_t|rados_list_ctx_t) /)
        return "other"
    if (text ~ /^(rados_omap_iter_t|rados_xattrs_iter_t) /)
        return "iterator"
    if (text ~ /^(rados|rbd)_completion_t /)
        return "completion"
    if (text ~ /^rbd_image_options_t /)
        return "options"
    if (text ~ /^(rados_write_op_t|rados_read_op_t|rbd_pool_stats_t) /)
        return "twin"
    return "plain"
}

function lend(i, kind, fails) {
    if (kind == "completion")
        return "    struct curverbd_loan *loan = curverbd_lend_completion(a" i ", " (parameter[0] ~ /^rbd_image_t / ? "a0" : "0") ", " (LIBRARY == "librbd" ? 1 : 0) ");\n" \
            "    if (!loan)\n        return curverbd_unlendable_" fails "();\n    long c" i " = loan->ceph;\n"
    if (kind == "options")
        return "    long c" i " = curverbd_lend_options(a" i ");\n"
    if (kind == "twin")
        return "    long c" i " = curverbd_twin(a" i ");\n    if (!c" i ")\n        return curverbd_unlendable_" fails "();\n    curverbd_keep_promises(a" i ");\n"
    return ""
}

function give_back(i, kind) {
    if (kind == "completion")
        return "    if ((int)result < 0)\n        curverbd_take_completion_back(loan);\n"
    if (kind == "options")
        return "    curverbd_take_options_back(c" i ");\n"
    return ""
}

# Into parameter[0..]; a callback's own parameters are no parameters. Returns how many there are.
function split_parameters(prototype,    text, i, letter, depth, count, word) {
    delete parameter
    text = substr(prototype, index(prototype, "(") + 1)
    text = substr(text, 1, length(text) - 1)
    if (text == "void" || text == "")
        return 0
    for (i = 1; i <= length(text); i++) {
        letter = substr(text, i, 1)
        depth += letter == "(" ? 1 : letter == ")" ? -1 : 0
        if (letter == "," && depth == 0) {
            parameter[count++] = trimmed(word)
            word = ""
        } else
            word = word letter
    }
    parameter[count++] = trimmed(word)
    return count
}

function trimmed(text) { sub(/^ +/, "", text); sub(/^const /, "", text); return text }
