/// C that lies between an exported network and a page.
enum WebFiles {
    /// Functions that a page calls.
    static let shim = #"""
        /* What a page calls: one network, one row, numbers in and out one by one. */
        #include "net.h"

        #if NET_ABI != 1
        #error "expected version 1 of the network's interface"
        #endif

        #define EXPORT(name) __attribute__((export_name(name)))

        static net_state state;
        static net_input row[NET_INPUT_WORDS];

        EXPORT("set") void page_set(int32_t word, int32_t value);
        EXPORT("reset") void page_reset(void);
        EXPORT("step") void page_step(void);
        EXPORT("score") int32_t page_score(int32_t output);
        EXPORT("answer") int32_t page_answer(void);
        EXPORT("margin") int32_t page_margin(void);
        EXPORT("count") int32_t page_count(int32_t layer);

        void page_set(int32_t word, int32_t value) {
            if (word >= 0 && word < NET_INPUT_WORDS) { row[word] = (net_input)value; }
        }

        void page_reset(void) { net_reset(&state); }
        void page_step(void) { net_step(&state, row); }
        int32_t page_score(int32_t output) { return net_score(&state, output); }
        int32_t page_answer(void) { return net_answer(&state); }
        int32_t page_margin(void) { return net_margin(&state); }

        #ifdef NET_COUNTS
        int32_t page_count(int32_t layer) { return (int32_t)net_spikes(&state, layer); }
        #else
        int32_t page_count(int32_t layer) { return layer < 0 ? -1 : 0; }
        #endif
        """#
}
