extension BoardFiles {
    /// The least program of a network on Cortex-M.
    static let bare = #"""
        /* The least that runs a network on Cortex-M: an interrupt fills net_row, and whoever wants to know reads net_result. */
        #include "net.h"

        extern uint32_t _data_start[], _data_end[], _data_load[], _bss_start[], _bss_end[];
        extern net_input net_row[NET_INPUT_WORDS];
        extern volatile int32_t net_result;
        /* The linker's address of the first word beyond the stack, which stands where a handler would. */
        void _stack(void);
        void Reset_Handler(void);

        net_input net_row[NET_INPUT_WORDS];
        volatile int32_t net_result;
        static net_state state;

        static void stop(void) {
            for (;;) {}
        }

        __attribute__((section(".vectors"), used)) static void (*const vectors[4])(void) = {
            _stack, Reset_Handler, stop, stop,
        };

        void Reset_Handler(void) {
            const uint32_t *from = _data_load;
            uint32_t *to;
            int32_t row;
            for (to = _data_start; to < _data_end; to++) { *to = *from++; }
            for (to = _bss_start; to < _bss_end; to++) { *to = 0; }
            for (;;) {
                net_reset(&state);
                for (row = 0; row < NET_ROWS; row++) {
                    __asm__ volatile("wfi" ::: "memory");
                    net_step(&state, net_row);
                }
                net_result = net_answer(&state);
            }
        }
        """#
}
