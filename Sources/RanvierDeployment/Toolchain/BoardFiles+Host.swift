extension BoardFiles {
    /// Standard input and output of this machine.
    static let host = #"""
        /* A machine with an operating system. */
        #include <stdio.h>
        #include <stdlib.h>
        #include "board.h"

        uint32_t board_read(void *to, uint32_t bytes) { return (uint32_t)fread(to, 1, bytes, stdin); }

        void board_write(const char *text, uint32_t bytes) {
            if (fwrite(text, 1, bytes, stdout) != bytes) { exit(72); }
        }

        void board_exit(int32_t status) { exit(status); }
        uint32_t board_ticks(void) { return 0; }
        void board_mark_stack(void) {}
        uint32_t board_stack_used(void) { return 0; }
        """#
}

extension BoardFiles {
    /// Standard input and output of WebAssembly.
    static let webAssembly = #"""
        /* WebAssembly with the system interface preview 1: standard input and output. */
        #include "board.h"

        typedef struct {
            const void *at;
            uint32_t bytes;
        } piece;

        #define IMPORT(name) __attribute__((import_module("wasi_snapshot_preview1"), import_name(name)))
        IMPORT("fd_read") int32_t wasi_read(int32_t file, const piece *pieces, uint32_t count, uint32_t *done);
        IMPORT("fd_write") int32_t wasi_write(int32_t file, const piece *pieces, uint32_t count, uint32_t *done);
        IMPORT("proc_exit") void wasi_exit(int32_t status);

        int main(void);
        void _start(void);

        void _start(void) { board_exit(main()); }

        uint32_t board_read(void *to, uint32_t bytes) {
            uint32_t total = 0;
            while (total < bytes) {
                const piece rest = {(char *)to + total, bytes - total};
                uint32_t done = 0;
                if (wasi_read(0, &rest, 1, &done) != 0) { board_exit(71); }
                if (done == 0) { break; }
                total += done;
            }
            return total;
        }

        void board_write(const char *text, uint32_t bytes) {
            uint32_t total = 0;
            while (total < bytes) {
                const piece rest = {text + total, bytes - total};
                uint32_t done = 0;
                if (wasi_write(1, &rest, 1, &done) != 0 || done == 0) { board_exit(72); }
                total += done;
            }
        }

        void board_exit(int32_t status) { wasi_exit(status); }
        uint32_t board_ticks(void) { return 0; }
        void board_mark_stack(void) {}
        uint32_t board_stack_used(void) { return 0; }

        /* The compiler may call these two on its own account. */
        void *memset(void *to, int value, __SIZE_TYPE__ bytes);
        void *memcpy(void *to, const void *from, __SIZE_TYPE__ bytes);

        void *memset(void *to, int value, __SIZE_TYPE__ bytes) {
            unsigned char *byte = to;
            while (bytes-- > 0u) { *byte++ = (unsigned char)value; }
            return to;
        }

        void *memcpy(void *to, const void *from, __SIZE_TYPE__ bytes) {
            unsigned char *byte = to;
            const unsigned char *source = from;
            while (bytes-- > 0u) { *byte++ = *source++; }
            return to;
        }
        """#
}
