import RanvierDeployment
import RanvierTestSupport

/// A network written by hand with the interface of exported ones: 16 inputs, 8 neurons that leak, 3 outputs, two rows of four
/// steps; in C, and once more in Swift.
enum SmallNetwork {
    static let header = """
        #ifndef NET_H
        #define NET_H
        #include <stdint.h>
        #define NET_ABI 1
        #define NET_INPUTS 16
        #define NET_ROWS 2
        #define NET_OUTPUTS 3
        #define NET_LAYERS 1
        typedef uint8_t net_input;
        #define NET_INPUT_WORDS 16
        typedef struct {
            int32_t membranes[8];
            int32_t scores[NET_OUTPUTS];
        #ifdef NET_COUNTS
            uint32_t spikes;
        #endif
        } net_state;
        void net_reset(net_state *state);
        void net_step(net_state *state, const net_input *row);
        int32_t net_score(const net_state *state, int32_t output);
        int32_t net_answer(const net_state *state);
        int32_t net_margin(const net_state *state);
        #ifdef NET_COUNTS
        uint32_t net_spikes(const net_state *state, int32_t layer);
        #endif
        #endif

        """

    static let source = """
        #include "net.h"
        #define STEPS 4
        static const int8_t net_weights_1[8 * NET_INPUTS] = {
            8, -15, 16, -9, 19, 13, 29, 22, 16, 10, 28, 2, -30, 22, -2, 18,
            29, -16, 10, -28, 26, -21, -24, -8, -1, 24, -16, -7, 3, -25, 5, -16,
            -31, 15, -18, -5, -14, -20, 27, 24, 18, -7, -21, 17, 20, -27, -23, 8,
            8, -3, -23, -23, -31, 31, 24, -31, -18, 18, -18, 30, 31, -21, 24, -21,
            -13, -11, 30, -19, 3, 25, 12, 9, -18, -20, 29, 30, 13, -19, 30, 30,
            26, -7, -12, -30, -8, -5, -21, 28, -22, -15, -27, -10, -12, 21, 7, 6,
            -31, 7, 12, 14, -10, -27, -12, -9, 21, -12, -1, 13, -11, -20, -1, -1,
            14, -20, -28, -15, 31, 29, -30, 29, 16, -9, 23, -6, -30, 4, 19, -5
        };
        static const int32_t net_thresholds[8] = {
            4649, 3527, 5676, 4395, 2942, 4915, 5565, 5698
        };
        static const int8_t net_weights_2[NET_OUTPUTS * 8] = {
            -4, -3, 3, 11, -15, -1, -14, 7,
            -10, 4, 15, 15, -9, -12, 9, -8,
            14, 11, 15, -1, -4, 1, -4, 13
        };

        void net_reset(net_state *state) {
            int32_t i;
            for (i = 0; i < 8; i++) { state->membranes[i] = 0; }
            for (i = 0; i < NET_OUTPUTS; i++) { state->scores[i] = 0; }
        #ifdef NET_COUNTS
            state->spikes = 0;
        #endif
        }

        /* v - floor(v / 4) */
        static int32_t net_leaked(int32_t v) {
            return v >= 0 ? v - (v >> 2) : v + ((-v + 3) >> 2);
        }

        void net_step(net_state *state, const net_input *row) {
            int32_t current[8];
            int32_t i, j, step;
            for (i = 0; i < 8; i++) {
                int32_t sum = 0;
                for (j = 0; j < NET_INPUTS; j++) { sum += net_weights_1[i * NET_INPUTS + j] * row[j]; }
                current[i] = sum;
            }
            for (step = 0; step < STEPS; step++) {
                for (i = 0; i < 8; i++) {
                    int32_t u = net_leaked(state->membranes[i]) + current[i];
                    if (u >= net_thresholds[i]) {
                        u -= net_thresholds[i];
        #ifdef NET_COUNTS
                        state->spikes++;
        #endif
                        for (j = 0; j < NET_OUTPUTS; j++) { state->scores[j] += net_weights_2[j * 8 + i]; }
                    }
                    state->membranes[i] = u;
                }
            }
        }

        int32_t net_score(const net_state *state, int32_t output) { return state->scores[output]; }

        int32_t net_answer(const net_state *state) {
            int32_t best = 0, i;
            for (i = 1; i < NET_OUTPUTS; i++) {
                if (state->scores[i] > state->scores[best]) { best = i; }
            }
            return best;
        }

        int32_t net_margin(const net_state *state) {
            int32_t best = net_answer(state), second = best == 0 ? 1 : 0, i;
            for (i = 0; i < NET_OUTPUTS; i++) {
                if (i != best && state->scores[i] > state->scores[second]) { second = i; }
            }
            return state->scores[best] - state->scores[second];
        }

        #ifdef NET_COUNTS
        uint32_t net_spikes(const net_state *state, int32_t layer) {
            return layer == 0 ? state->spikes : 0;
        }
        #endif

        """

    private static let firstWeights: [Int32] = [
        8, -15, 16, -9, 19, 13, 29, 22, 16, 10, 28, 2, -30, 22, -2, 18,
        29, -16, 10, -28, 26, -21, -24, -8, -1, 24, -16, -7, 3, -25, 5, -16,
        -31, 15, -18, -5, -14, -20, 27, 24, 18, -7, -21, 17, 20, -27, -23, 8,
        8, -3, -23, -23, -31, 31, 24, -31, -18, 18, -18, 30, 31, -21, 24, -21,
        -13, -11, 30, -19, 3, 25, 12, 9, -18, -20, 29, 30, 13, -19, 30, 30,
        26, -7, -12, -30, -8, -5, -21, 28, -22, -15, -27, -10, -12, 21, 7, 6,
        -31, 7, 12, 14, -10, -27, -12, -9, 21, -12, -1, 13, -11, -20, -1, -1,
        14, -20, -28, -15, 31, 29, -30, 29, 16, -9, 23, -6, -30, 4, 19, -5,
    ]
    private static let thresholds: [Int32] = [4649, 3527, 5676, 4395, 2942, 4915, 5565, 5698]
    private static let secondWeights: [Int32] = [
        -4, -3, 3, 11, -15, -1, -14, 7,
        -10, 4, 15, 15, -9, -12, 9, -8,
        14, 11, 15, -1, -4, 1, -4, 13,
    ]

    /// The network in C, with golden samples.
    static func exported(golden samples: [[Int32]] = []) throws -> CNetworkSource {
        var files = ["net.h": header, "net.c": source]
        if !samples.isEmpty {
            files["net_golden.h"] = golden(samples)
            files["net_test.c"] = test
        }
        return try CNetworkSource(name: "net", files: files)
    }

    /// Samples of bytes.
    static func samples(_ count: Int) -> [[Int32]] {
        var numbers = SeededNumbers(seed: 7)
        return (0..<count).map { _ in
            (0..<32).map { _ in Int32.random(in: 0...255, using: &numbers) }
        }
    }

    /// What the network makes of a sample.
    static func scores(_ sample: [Int32]) -> [Int32] {
        var membranes = [Int32](repeating: 0, count: 8)
        var scores = [Int32](repeating: 0, count: 3)
        for row in 0..<2 {
            for _ in 0..<4 {
                for neuron in 0..<8 {
                    let current = (0..<16).reduce(Int32(0)) {
                        $0 + firstWeights[neuron * 16 + $1] * sample[row * 16 + $1]
                    }
                    var potential = membranes[neuron]
                    potential = potential - (potential >> 2) + current
                    if potential >= thresholds[neuron] {
                        potential -= thresholds[neuron]
                        for output in 0..<3 { scores[output] += secondWeights[output * 8 + neuron] }
                    }
                    membranes[neuron] = potential
                }
            }
        }
        return scores
    }

    private static func golden(_ samples: [[Int32]]) -> String {
        func list(_ numbers: [Int32]) -> String { numbers.map(String.init).joined(separator: ", ") }
        return """
            #include "net.h"
            #define NET_GOLDEN_SAMPLES \(samples.count)
            static const net_input net_golden_input[NET_GOLDEN_SAMPLES * NET_ROWS * NET_INPUT_WORDS] = {
            \(list(Array(samples.joined())))
            };
            static const int32_t net_golden_scores[NET_GOLDEN_SAMPLES * NET_OUTPUTS] = {
            \(list(samples.flatMap(scores)))
            };

            """
    }

    private static let test = """
        #include <stdio.h>
        #include "net_golden.h"
        int main(void) {
            static net_state state;
            int32_t sample, row, output, agreeing = 0;
            for (sample = 0; sample < NET_GOLDEN_SAMPLES; sample++) {
                int32_t same = 1;
                net_reset(&state);
                for (row = 0; row < NET_ROWS; row++) {
                    net_step(&state, net_golden_input + (sample * NET_ROWS + row) * NET_INPUT_WORDS);
                }
                for (output = 0; output < NET_OUTPUTS; output++) {
                    if (net_score(&state, output) != net_golden_scores[sample * NET_OUTPUTS + output]) {
                        same = 0;
                    }
                }
                agreeing += same;
            }
            printf("net: %d of %d samples agree\\n", (int)agreeing, NET_GOLDEN_SAMPLES);
            return agreeing == NET_GOLDEN_SAMPLES ? 0 : 1;
        }

        """
}
