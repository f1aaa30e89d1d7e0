extension BoardFiles {
    /// Start, semihosting, clock and stack of Cortex-M and RISC-V without a C library.
    static let board = #"""
        /* Cortex-M and RISC-V without a C library: start, semihosting, a clock, the depth of the stack.
           Semihosting is understood by emulators and by debuggers; without either the program stops at its first call.

           The clock is SysTick at the processor's speed on Cortex-M (cycles on hardware), and the count of instructions on RISC-V. */
        #include "board.h"

        extern uint32_t _stack_end[], _data_start[], _data_end[], _data_load[], _bss_start[], _bss_end[];
        int main(void);
        void Reset_Handler(void);

        #if defined(__arm__)

        static uint32_t semihost(uint32_t operation, const void *argument) {
            register uint32_t r0 __asm__("r0") = operation;
            register const void *r1 __asm__("r1") = argument;
            __asm__ volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
            return r0;
        }

        /* The linker's address of the first word beyond the stack, which stands where a handler would. */
        void _stack(void);

        static void Fault_Handler(void) { board_exit(70); }

        #define STACK_POINTER "mov %0, sp"
        #define SYSTICK ((volatile uint32_t *)0xE000E010u)
        static volatile uint32_t board_wraps;

        static void SysTick_Handler(void) { board_wraps++; }

        __attribute__((section(".vectors"), used)) static void (*const vectors[16])(void) = {
            _stack, Reset_Handler, Fault_Handler, Fault_Handler, Fault_Handler, Fault_Handler,
            Fault_Handler, Fault_Handler, Fault_Handler, Fault_Handler, Fault_Handler, Fault_Handler,
            Fault_Handler, Fault_Handler, Fault_Handler, SysTick_Handler,
        };

        static void start_clock(void) {
            SYSTICK[1] = 0xFFFFFFu;
            SYSTICK[2] = 0;
            SYSTICK[0] = 7; /* on, interrupt at a wrap, processor's clock */
        }

        uint32_t board_ticks(void) {
            uint32_t wraps, value;
            do {
                wraps = board_wraps;
                value = SYSTICK[2];
            } while (wraps != board_wraps);
            return (wraps << 24) + (0xFFFFFFu - value);
        }

        #elif defined(__riscv)

        __asm__(
            ".section .vectors, \"ax\"\n"
            ".globl _start\n"
            "_start:\n"
            ".option push\n"
            ".option norelax\n"
            "la gp, __global_pointer$\n"
            ".option pop\n"
            "la sp, _stack\n"
            "la t0, board_fault\n"
            ".option push\n"
            ".option arch, +zicsr\n"
            "csrw mtvec, t0\n"
            ".option pop\n"
            "j Reset_Handler\n"
            ".text\n");

        #define STACK_POINTER "mv %0, sp"

        void board_fault(void) __attribute__((aligned(4)));
        void board_fault(void) { board_exit(70); }

        /* The three instructions that announce a call must lie in one page and be of 32 bits. */
        static uint32_t semihost(uint32_t operation, const void *argument) {
            register uint32_t a0 __asm__("a0") = operation;
            register const void *a1 __asm__("a1") = argument;
            __asm__ volatile(
                ".balign 16\n"
                ".option push\n"
                ".option norvc\n"
                "slli x0, x0, 0x1f\n"
                "ebreak\n"
                "srai x0, x0, 7\n"
                ".option pop\n"
                : "+r"(a0)
                : "r"(a1)
                : "memory");
            return a0;
        }

        static void start_clock(void) {}

        uint32_t board_ticks(void) {
            uint32_t value;
            __asm__ volatile(
                ".option push\n"
                ".option arch, +zicsr\n"
                "csrr %0, minstret\n"
                ".option pop"
                : "=r"(value));
            return value;
        }

        #else
        #error "this board file is for Cortex-M and RISC-V"
        #endif

        void Reset_Handler(void) {
            uint32_t *from = _data_load, *to;
            for (to = _data_start; to < _data_end; to++) { *to = *from++; }
            for (to = _bss_start; to < _bss_end; to++) { *to = 0; }
            start_clock();
            board_exit(main());
            for (;;) {}
        }

        void board_exit(int32_t status) {
            const uint32_t block[2] = {0x20026u, (uint32_t)status}; /* the application ended */
            semihost(0x20, block);
        }

        static uint32_t open_file(const char *name, uint32_t letters, uint32_t mode) {
            const uint32_t block[3] = {(uint32_t)name, mode, letters};
            return semihost(0x01, block);
        }

        uint32_t board_read(void *to, uint32_t bytes) {
            static uint32_t file;
            uint32_t block[3];
            if (file == 0) {
                file = open_file("samples", 7, 1); /* to be read, bytes as they are */
                if (file == 0xFFFFFFFFu) {
                    board_exit(71);
                }
            }
            block[0] = file;
            block[1] = (uint32_t)to;
            block[2] = bytes;
            return bytes - semihost(0x06, block);
        }

        void board_write(const char *text, uint32_t bytes) {
            static uint32_t file;
            uint32_t block[3];
            if (file == 0) {
                file = open_file(":tt", 3, 4); /* the console, to be written */
            }
            block[0] = file;
            block[1] = (uint32_t)text;
            block[2] = bytes;
            if (semihost(0x05, block) != 0) {
                board_exit(72);
            }
        }

        #define MARK 0xA5C3A5C3u
        static uint32_t *marked_from, *marked_to;
        static uintptr_t caller;

        void board_mark_stack(void) {
            uint32_t *word;
            marked_from = _stack_end;
            __asm__ volatile(STACK_POINTER : "=r"(marked_to));
            caller = (uintptr_t)__builtin_dwarf_cfa();
            for (word = marked_from; word < marked_to; word++) { *word = MARK; }
        }

        /* At least what this file's own function took of it. A stack that came within 64 bytes of the variables may have
           spoilt them before. */
        uint32_t board_stack_used(void) {
            const uint32_t *word = marked_from;
            while (word < marked_to && *word == MARK) { word++; }
            if (word < _bss_end + 16) { board_exit(73); }
            return (uint32_t)(caller - (uintptr_t)word);
        }

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
