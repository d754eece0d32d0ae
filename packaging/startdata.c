// The other half of StartData.cs and Relocations.cs, linked into the native executable (docs/decisions/0040).
//
// At its start the program builds its tables of types, its texts and the like from data that it reads once, from
// beginning to end, and never again. In the file they are packed, in the block format of LZ4. Here, before they are
// read, they are unpacked to where they belong; after that their pages are given back.

#define _GNU_SOURCE
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

// How far from here what is packed begins, how many bytes it has, and how many packed. The linker writes how far it is
// to all of that data; StartData.cs, after the linker, what it packed. The third is 0 as long as nothing is packed.
// Then where from the executable's beginning the table of Relocations.cs is, and how many bytes it has.
__asm__(".pushsection .start_data,\"a\"\n"
        ".balign 4\n"
        ".hidden start_data\n"
        ".global start_data\n"
        "start_data: .long __dehydrated_data - ., 0, 0, 0, 0\n"
        ".popsection");
extern const volatile int32_t start_data[5] __attribute__((visibility("hidden")));

// Where the executable is loaded (the linker's name).
extern uint8_t __ehdr_start[] __attribute__((visibility("hidden")));

// The addresses in .data get added where the executable is loaded, as the loader does it with a table of kind RELR: an
// even number is the place of one, an odd one behind it has a bit for each of the 63 places that follow. Runs before
// whatever else runs at the start: 101 is the first number that is free for programs.
__attribute__((constructor(101))) static void relocate(void)
{
    const uint64_t *entry = (const uint64_t *)(__ehdr_start + start_data[3]);
    const uint64_t *end = entry + start_data[4] / 8;
    uint64_t *place = NULL;
    for (; entry < end; entry++) {
        if ((*entry & 1) == 0) {
            place = (uint64_t *)(__ehdr_start + *entry);
            *place++ += (uint64_t)__ehdr_start;
            continue;
        }
        uint64_t bits = *entry >> 1;
        for (uint64_t *at = place; bits != 0; at++, bits >>= 1)
            if ((bits & 1) != 0)
                *at += (uint64_t)__ehdr_start;
        place += 63;
    }
}

void __real_InitializeModules(void *, void **, int, void **, int);

static size_t length(const uint8_t **from, size_t first)
{
    uint8_t more;
    size_t all = first;
    if (first == 15) {
        do {
            more = *(*from)++;
            all += more;
        } while (more == 255);
    }
    return all;
}

// Writes up to 15 bytes more than it is asked for, where there is room for them.
static void copy(uint8_t *to, const uint8_t *from, size_t count, const uint8_t *end)
{
    if ((size_t)(end - to) < count + 16) {
        while (count-- > 0)
            *to++ = *from++;
        return;
    }
    for (size_t at = 0; at < count; at += 16)
        memcpy(to + at, from + at, 16);
}

// What StartData.cs has packed and unpacked to see: nothing here can be wrong with it.
static void unpack(const uint8_t *from, uint8_t *to, uint8_t *end)
{
    for (;;) {
        uint8_t token = *from++;
        size_t literals = length(&from, token >> 4);
        copy(to, from, literals, end);
        to += literals;
        from += literals;
        if (to == end)
            return;
        size_t back = from[0] | from[1] << 8;
        from += 2;
        size_t count = 4 + length(&from, token & 15);
        // What comes closer repeats what is being written.
        if (back >= 16)
            copy(to, to - back, count, end);
        else
            for (size_t at = 0; at < count; at++)
                to[at] = to[at - back];
        to += count;
    }
}

static void give_up(void)
{
    static const char text[] = "corenode: cannot start: no memory for 4 MB of tables\n";
    if (write(STDERR_FILENO, text, sizeof text - 1) >= 0)
        _exit(1);
    abort();
}

// What the runtime calls first of all that is compiled, instead of it (--wrap in CoreNode.csproj): it is that which
// reads the data.
void __wrap_InitializeModules(void *module, void **modules, int count, void **functions, int function_count)
{
    size_t size = (size_t)start_data[1];
    uint8_t *place = (uint8_t *)start_data + start_data[0];
    if (start_data[2] != 0) {
        int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE;
        uint8_t *made = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, -1, 0);
        if (made == MAP_FAILED)
            give_up();
        unpack(place, made, made + size);
        if (mremap(made, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, place) == MAP_FAILED)
            give_up();
    }
    __real_InitializeModules(module, modules, count, functions, function_count);
    if (start_data[2] != 0)
        madvise(place, size, MADV_DONTNEED);
}
