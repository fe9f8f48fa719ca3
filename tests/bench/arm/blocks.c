/* What an emulated processor executed between two marks: a plugin of QEMU's user mode.
 *
 * Each translated block counts its runs. The guest marks a stretch by two hints that a Cortex-A72
 * takes for NOPs (HINT #100 and #101); at the end of the n-th stretch the file <out>.<n> gets a line
 * for each block that ran: how often, and its instructions as hexadecimal words. What the figures
 * mean is worked out by the reader, so that this file stays this small.
 *
 * Counters are not atomic: exact while one thread runs at a time, which is how it is used.
 * The declarations are those of QEMU's plugin interface, version 1 (docs/devel/tcg-plugins.rst). */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint64_t plugin_id;
struct tb;
struct insn;
extern size_t qemu_plugin_tb_n_insns(const struct tb *);
extern struct insn *qemu_plugin_tb_get_insn(const struct tb *, size_t);
extern const void *qemu_plugin_insn_data(const struct insn *);
extern void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id, void (*)(plugin_id, struct tb *));
extern void qemu_plugin_register_vcpu_tb_exec_inline(struct tb *, int op, void *to, uint64_t by);
extern void qemu_plugin_register_vcpu_insn_exec_cb(struct insn *, void (*)(unsigned, void *), int flags, void *);
enum { ADD_U64 = 0, NO_REGISTERS = 0 };

#define EXPORT __attribute__((visibility("default")))
EXPORT int qemu_plugin_version = 1;

#define HINT(n) (0xd503201fu | ((n) << 5))

struct block {
    uint64_t runs, runs_before;
    struct block *next;
    size_t length;
    uint32_t words[];
};
static struct block *blocks;
static const char *out = "blocks";
static unsigned stretch;

static void begin(unsigned cpu, void *unused)
{
    for (struct block *each = blocks; each; each = each->next)
        each->runs_before = each->runs;
}

static void end(unsigned cpu, void *unused)
{
    char path[4096];
    snprintf(path, sizeof path, "%s.%u", out, stretch++);
    FILE *file = fopen(path, "w");
    if (!file) {
        perror(path);
        abort();
    }
    for (struct block *each = blocks; each; each = each->next) {
        if (each->runs == each->runs_before)
            continue;
        fprintf(file, "%" PRIu64 " ", each->runs - each->runs_before);
        for (size_t k = 0; k < each->length; k++)
            fprintf(file, "%08" PRIx32, each->words[k]);
        fputc('\n', file);
    }
    if (fclose(file)) {
        perror(path);
        abort();
    }
}

static void translated(plugin_id id, struct tb *tb)
{
    size_t length = qemu_plugin_tb_n_insns(tb);
    struct block *block = calloc(1, sizeof *block + length * sizeof(uint32_t));
    if (!block)
        abort();
    block->length = length;
    for (size_t k = 0; k < length; k++) {
        struct insn *insn = qemu_plugin_tb_get_insn(tb, k);
        memcpy(&block->words[k], qemu_plugin_insn_data(insn), sizeof(uint32_t));
        if (block->words[k] == HINT(100u))
            qemu_plugin_register_vcpu_insn_exec_cb(insn, begin, NO_REGISTERS, NULL);
        else if (block->words[k] == HINT(101u))
            qemu_plugin_register_vcpu_insn_exec_cb(insn, end, NO_REGISTERS, NULL);
    }
    block->next = blocks;
    blocks = block;
    qemu_plugin_register_vcpu_tb_exec_inline(tb, ADD_U64, &block->runs, 1);
}

EXPORT int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv)
{
    for (int k = 0; k < argc; k++)
        if (!strncmp(argv[k], "out=", 4))
            out = strdup(argv[k] + 4);
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    return 0;
}
