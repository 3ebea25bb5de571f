/*
 * The exported functions of one library: each is a jump through the library's pointer table. An entry of the table first points at a
 * stub that names its index and asks the core for the real function; afterwards a call costs one indirect jump.
 * EXPORTS_FILE is made from the table of exports by exports.awk.
 */

#if defined(__x86_64__)

    .macro jump_through index
    endbr64
    jmp     *curverbd_table+8*\index(%rip)
    .endm

    .macro stub index
    pushq   $\index
    jmp     resolve
    .endm

#elif defined(__aarch64__)

    .macro jump_through index
    hint    #34                                     // bti c
    adrp    x16, curverbd_table+8*\index
    ldr     x16, [x16, #:lo12:curverbd_table+8*\index]
    br      x16
    .endm

    .macro stub index
    hint    #34
    mov     w17, #\index
    b       resolve
    .endm

#else
#error "the entries are written for x86-64 and arm64"
#endif

    .macro entry symbol, index
    .globl  \symbol
    .type   \symbol, %function
    .p2align 4
\symbol:
    .cfi_startproc
    jump_through \index
    .cfi_endproc
    .size   \symbol, .-\symbol
    .endm

    .macro entry_PLAIN name, index
    entry   \name, \index
    .endm

    .macro entry_BASE name, index
    entry   \name\()_base, \index
    .symver \name\()_base, \name@, remove
    .endm

    .macro entry_VERSIONED name, index
    entry   \name\()_versioned, \index
    .symver \name\()_versioned, \name@@LIBRADOS_14.2.0, remove
    .endm

    .macro stub_implemented index
    .globl  curverbd_stub_\index
    .hidden curverbd_stub_\index
    .type   curverbd_stub_\index, %function
    .p2align 4
curverbd_stub_\index:
    stub    \index
    .size   curverbd_stub_\index, .-curverbd_stub_\index
    .endm

    .macro stub_unsupported index
    .endm

    .text
#define EXPORT(index, name, form, fails, state) entry_##form name, index
#include EXPORTS_FILE
#undef EXPORT
#define EXPORT(index, name, form, fails, state) stub_##state index
#include EXPORTS_FILE
#undef EXPORT

/*
 * Every register that can carry an argument is kept: the resolver loads a library in here and must not be noticed.
 */
    .type   resolve, %function
    .p2align 4
resolve:
    .cfi_startproc

#if defined(__x86_64__)

    /* In: the index, then the return address on the stack, which is aligned to 16. */
    .cfi_def_cfa_offset 16
    pushq   %rdi
    pushq   %rsi
    pushq   %rdx
    pushq   %rcx
    pushq   %r8
    pushq   %r9
    pushq   %rax
    pushq   %rbx
    subq    $128, %rsp
    .cfi_adjust_cfa_offset 192
    movups  %xmm0, (%rsp)
    movups  %xmm1, 16(%rsp)
    movups  %xmm2, 32(%rsp)
    movups  %xmm3, 48(%rsp)
    movups  %xmm4, 64(%rsp)
    movups  %xmm5, 80(%rsp)
    movups  %xmm6, 96(%rsp)
    movups  %xmm7, 112(%rsp)
    leaq    curverbd_library(%rip), %rdi
    movq    192(%rsp), %rsi
    call    curverbd_resolve@PLT
    movq    %rax, %r11
    movups  (%rsp), %xmm0
    movups  16(%rsp), %xmm1
    movups  32(%rsp), %xmm2
    movups  48(%rsp), %xmm3
    movups  64(%rsp), %xmm4
    movups  80(%rsp), %xmm5
    movups  96(%rsp), %xmm6
    movups  112(%rsp), %xmm7
    addq    $128, %rsp
    popq    %rbx
    popq    %rax
    popq    %r9
    popq    %r8
    popq    %rcx
    popq    %rdx
    popq    %rsi
    popq    %rdi
    addq    $8, %rsp
    .cfi_adjust_cfa_offset -200
    jmp     *%r11

#elif defined(__aarch64__)

    /* In: the index in w17. */
    stp     x29, x30, [sp, #-224]!
    .cfi_adjust_cfa_offset 224
    .cfi_rel_offset x29, 0
    .cfi_rel_offset x30, 8
    mov     x29, sp
    stp     x0, x1, [sp, #16]
    stp     x2, x3, [sp, #32]
    stp     x4, x5, [sp, #48]
    stp     x6, x7, [sp, #64]
    str     x8, [sp, #80]
    stp     q0, q1, [sp, #96]
    stp     q2, q3, [sp, #128]
    stp     q4, q5, [sp, #160]
    stp     q6, q7, [sp, #192]
    adrp    x0, curverbd_library
    add     x0, x0, #:lo12:curverbd_library
    mov     w1, w17
    bl      curverbd_resolve
    mov     x16, x0
    ldp     x0, x1, [sp, #16]
    ldp     x2, x3, [sp, #32]
    ldp     x4, x5, [sp, #48]
    ldp     x6, x7, [sp, #64]
    ldr     x8, [sp, #80]
    ldp     q0, q1, [sp, #96]
    ldp     q2, q3, [sp, #128]
    ldp     q4, q5, [sp, #160]
    ldp     q6, q7, [sp, #192]
    ldp     x29, x30, [sp], #224
    .cfi_adjust_cfa_offset -224
    .cfi_restore x29
    .cfi_restore x30
    br      x16

#endif

    .cfi_endproc
    .size   resolve, .-resolve

    .section .note.GNU-stack, "", %progbits
