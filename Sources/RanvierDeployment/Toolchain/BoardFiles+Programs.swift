extension BoardFiles {
    /// What a program needs of its machine.
    static let header = #"""
        /* What a program of a network needs from the machine that it runs on. */
        #ifndef BOARD_H
        #define BOARD_H
        #include <stdint.h>

        /* Reads up to `bytes` bytes of the file of samples; how many there were. */
        uint32_t board_read(void *to, uint32_t bytes);
        /* Writes text where a person, or a program beside the emulator, reads it. */
        void board_write(const char *text, uint32_t bytes);
        /* Ends the program. */
        void board_exit(int32_t status);
        /* A clock that counts up and wraps at 2^32: see the board's file for its unit; 0 where there is none. */
        uint32_t board_ticks(void);
        /* Marks the free stack; how many bytes of it were used since: 0 where that cannot be known. */
        void board_mark_stack(void);
        uint32_t board_stack_used(void);
        #endif
        """#
}

extension BoardFiles {
    /// Lines of text.
    static let line = #"""
        /* Lines of text and whole numbers, written when they are full or flushed. */
        #ifndef LINE_H
        #define LINE_H
        #include "board.h"

        #define LINE 512
        static char line[LINE];
        static uint32_t length;

        static void flush(void) {
            board_write(line, length);
            length = 0;
        }

        static void put(int32_t value, char end) {
            char digits[12];
            uint32_t count = 0;
            uint32_t rest = value < 0 ? 0u - (uint32_t)value : (uint32_t)value;
            if (length + 13 > LINE) { flush(); }
            do {
                digits[count++] = (char)('0' + (int)(rest % 10u));
                rest /= 10u;
            } while (rest != 0u);
            if (value < 0) { line[length++] = '-'; }
            while (count > 0u) { line[length++] = digits[--count]; }
            line[length++] = end;
        }
        #endif
        """#
}

extension BoardFiles {
    /// Reads samples, writes scores.
    static let scores = #"""
        /* Reads samples, words of 32 bits each, and writes a line of whole numbers for each of them:
           answer, margin, ticks, then the scores. */
        #include "board.h"
        #include "line.h"
        #include "net.h"

        #if NET_ABI != 1
        #error "expected version 1 of the network's interface"
        #endif

        #define CHUNK 64

        static net_state state;
        static net_input row[NET_INPUT_WORDS];

        /* 1: a row; 0: no more; anything else is an error. */
        static int read_row(void) {
            int32_t words[CHUNK];
            uint32_t done, i;
            for (done = 0; done < NET_INPUT_WORDS;) {
                const uint32_t left = NET_INPUT_WORDS - done;
                const uint32_t count = left < CHUNK ? left : CHUNK;
                const uint32_t bytes = board_read(words, 4u * count);
                if (bytes == 0u && done == 0u) { return 0; }
                if (bytes != 4u * count) { return 64; }
                for (i = 0; i < count; i++) {
                    row[done + i] = (net_input)words[i];
                    if ((int32_t)row[done + i] != words[i]) { return 65; }
                }
                done += count;
            }
            return 1;
        }

        /* Ticks of a call, and how deep the stack gets in it. */
        #define MEASURED(call) \
            do { \
                if (first) { board_mark_stack(); } \
                before = board_ticks(); \
                call; \
                ticks += board_ticks() - before - empty; \
                used = first ? board_stack_used() : 0u; \
                if (used > stack) { stack = used; } \
            } while (0)

        int main(void) {
            uint32_t empty, ticks, before, rows, used, stack = 0;
            int32_t output, first = 1, answer;
            int status;
            before = board_ticks();
            empty = board_ticks() - before;
            for (;;) {
                ticks = 0;
                for (rows = 0; rows < NET_ROWS; rows++) {
                    status = read_row();
                    if (status != 1) {
                        if (status == 0 && rows > 0u) { status = 64; }
                        if (status == 0) {
                            put((int32_t)stack, '\n');
                            flush();
                        }
                        return status;
                    }
                    if (rows == 0u) { MEASURED(net_reset(&state)); }
                    MEASURED(net_step(&state, row));
                }
                MEASURED(answer = net_answer(&state));
                first = 0;
                put(answer, ' ');
                put(net_margin(&state), ' ');
                put((int32_t)ticks, ' ');
                for (output = 0; output < NET_OUTPUTS; output++) {
                    put(net_score(&state, output), output + 1 < NET_OUTPUTS ? ' ' : '\n');
                }
            }
        }
        """#
}

extension BoardFiles {
    /// Compares with golden samples.
    static let golden = #"""
        /* Compares the network with its golden samples: leaves with 0 where all scores agree, else with 1. */
        #include "board.h"
        #include "line.h"
        #include "net.h"
        #include "net_golden.h"

        #if NET_ABI != 1
        #error "expected version 1 of the network's interface"
        #endif

        static net_state state;

        static void text(const char *words) {
            while (*words != 0) {
                if (length == LINE) { flush(); }
                line[length++] = *words++;
            }
        }

        int main(void) {
            const net_input *row = net_golden_input;
            const int32_t *score = net_golden_scores;
            uint32_t before, ticks, largest = 0, stack = 0;
            int32_t sample, output, rows, same, agreeing = 0;
            for (sample = 0; sample < NET_GOLDEN_SAMPLES; sample++) {
                if (sample == 0) { board_mark_stack(); }
                before = board_ticks();
                net_reset(&state);
                for (rows = 0; rows < NET_ROWS; rows++) {
                    net_step(&state, row);
                    row += NET_INPUT_WORDS;
                }
                ticks = board_ticks() - before;
                if (sample == 0) { stack = board_stack_used(); }
                if (ticks > largest) { largest = ticks; }
                same = 1;
                for (output = 0; output < NET_OUTPUTS; output++) {
                    if (net_score(&state, output) != *score++) { same = 0; }
                }
                agreeing += same;
            }
            text("net: ");
            put(agreeing, ' ');
            text("of ");
            put(NET_GOLDEN_SAMPLES, ' ');
            text("samples agree\n");
            if (largest > 0u) {
                text("largest sample: ");
                put((int32_t)largest, ' ');
                text("ticks; stack: ");
                put((int32_t)stack, ' ');
                text("bytes\n");
            }
            flush();
            return agreeing == NET_GOLDEN_SAMPLES ? 0 : 1;
        }
        """#
}
