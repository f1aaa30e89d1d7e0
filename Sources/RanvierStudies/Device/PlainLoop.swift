import RanvierDeployment
import RanvierSpikes

/// An integer network as C that skips nothing and keeps nothing: every weight of every layer is multiplied at every step, one byte a
/// weight.
///
/// What exported source is held against; its scores are the same.
struct PlainLoop {
    /// The C, with the interface of exported networks; inputs are one element each, spikes too.
    let source: CNetworkSource
    /// Products of a step.
    let products: Int

    /// A pair of layers.
    private struct Layer {
        let synapses: IntegerSynapses
        let neurons: IntegerNeurons?
        /// Largest size of a membrane.
        let bound: Int

        var inputs: Int { synapses.inputShape.reduce(1, *) }
        var outputs: Int { synapses.outputShape.reduce(1, *) }
    }

    /// Writes a network; nil for one that has other layers than all-to-all synapses with neurons behind them, or rules that the loop
    /// has not.
    init?(_ network: IntegerNetwork) throws {
        guard let layers = try Self.layers(of: network),
            let input = CInputType.allCases.first(where: {
                $0 != .spikes && $0.range.contains(network.input.range.lowerBound)
                    && $0.range.contains(network.input.range.upperBound)
            })
        else { return nil }
        switch network.input.encoding {
        case .numbers, .spikes: break
        case .latency, .rate, .delta, .levelCrossing: return nil
        }
        guard network.readout.decoder != .firstSpike else { return nil }
        products = layers.reduce(0) { $0 + $1.inputs * $1.outputs }
        source = try CNetworkSource(
            name: "net",
            files: [
                "net.h": Self.header(network, layers, input), "net.c": Self.text(network, layers),
            ])
    }

    private static func layers(of network: IntegerNetwork) throws -> [Layer]? {
        let bounds = try network.bounds()
        var layers: [Layer] = []
        for (index, stage) in network.stages.enumerated() {
            switch stage {
            case .pooling: return nil
            case .synapses(let synapses):
                guard synapses.geometry.isDense, synapses.delays == nil,
                    layers.last.map({ $0.neurons != nil }) ?? true
                else { return nil }
                layers.append(Layer(synapses: synapses, neurons: nil, bound: 0))
            case .neurons(let neurons):
                guard let last = layers.last, last.neurons == nil, neurons.recurrence == nil,
                    neurons.levels == nil, neurons.refractorySteps == 0,
                    neurons.reset != .softDelayed || neurons.thresholds == nil,
                    !neurons.givesMembrane || neurons.thresholds == nil
                else { return nil }
                layers[layers.count - 1] = Layer(
                    synapses: last.synapses, neurons: neurons,
                    bound: bounds[index].membrane ?? Int(Int32.max))
            }
        }
        // Integrators between layers hand on numbers that no byte holds.
        return layers.dropLast().allSatisfy { $0.neurons?.thresholds != nil } ? layers : nil
    }

    // MARK: - C

    private static func header(
        _ network: IntegerNetwork, _ layers: [Layer], _ input: CInputType
    ) -> String {
        let members = layers.enumerated().map { index, layer in
            layer.neurons == nil
                ? ""
                : "    int32_t membranes\(index)[\(layer.outputs)];\n"
                    + "    uint8_t spikes\(index)[\(layer.outputs)];\n"
        }
        return """
            #ifndef NET_H
            #define NET_H
            #include <stdint.h>
            #define NET_ABI 1
            #define NET_INPUTS \(network.input.rowCount)
            #define NET_ROWS \(network.input.rows)
            #define NET_OUTPUTS \(network.outputs)
            #define NET_INPUT_WORDS \(network.input.rowCount)
            typedef \(input.rawValue) net_input;
            typedef struct {
                int32_t scores[NET_OUTPUTS];
            \(members.joined())} net_state;
            void net_reset(net_state *state);
            void net_step(net_state *state, const net_input *row);
            int32_t net_score(const net_state *state, int32_t output);
            int32_t net_answer(const net_state *state);
            int32_t net_margin(const net_state *state);
            #endif

            """
    }

    private static func table(_ type: String, _ name: String, _ numbers: [Int]) -> String {
        "static const \(type) \(name)[\(numbers.count)] = {\n    "
            + numbers.map(String.init).joined(separator: ", ") + "\n};\n"
    }

    private static func text(_ network: IntegerNetwork, _ layers: [Layer]) -> String {
        var tables = "", reset = "", steps = ""
        for (index, layer) in layers.enumerated() {
            let codes = layer.synapses.weights.codes, outputs = layer.outputs
            // Weights of one output side by side.
            let turned = (0..<outputs).flatMap { output in
                (0..<layer.inputs).map { Int(codes[$0 * outputs + output]) }
            }
            tables += table("int8_t", "weights\(index)", turned)
            let zeros = [Int32](repeating: 0, count: outputs)
            func words(_ name: String, _ numbers: [Int32]?) {
                tables += table("int32_t", "\(name)\(index)", (numbers ?? zeros).map { Int($0) })
            }
            words("biases", layer.synapses.biases)
            if let neurons = layer.neurons {
                words("initial", neurons.initial)
                if neurons.thresholds != nil { words("thresholds", neurons.thresholds) }
                reset +=
                    "    for (i = 0; i < \(outputs); i++) { state->membranes\(index)[i] = "
                    + "initial\(index)[i]; }\n"
            }
            steps += step(
                layer, index, isLast: index == layers.count - 1, network.readout.decoder)
        }
        let readout = network.readout
        let first = readout.decoder == .maximumMembrane ? Int32.min : 0
        tables += table(
            "int32_t", "offsets",
            (readout.offsets ?? Array(repeating: first, count: network.outputs)).map { Int($0) }
        ).replacing("-2147483648", with: "INT32_MIN")
        return """
            #include "net.h"
            \(tables)
            void net_reset(net_state *state) {
                int32_t i;
                for (i = 0; i < NET_OUTPUTS; i++) { state->scores[i] = offsets[i]; }
            \(reset)}

            void net_step(net_state *state, const net_input *row) {
                int32_t i, j, step;
                for (step = 0; step < \(network.input.stepsPerRow); step++) {
            \(steps)    }
            }
            \(scores)
            """
    }

    private static func step(
        _ layer: Layer, _ index: Int, isLast: Bool, _ decoder: SpikeDecoder
    ) -> String {
        let input = index == 0 ? "row" : "state->spikes\(index - 1)"
        var lines = """
                    for (j = 0; j < \(layer.outputs); j++) {
                        const int8_t *weights = weights\(index) + j * \(layer.inputs);
                        int32_t u = 0;
                        for (i = 0; i < \(layer.inputs); i++) { u += weights[i] * \(input)[i]; }
                        u = u * \(1 << layer.synapses.weights.shift) + biases\(index)[j];

            """
        func add(_ line: String) { lines += "            \(line)\n" }
        var output = "u"
        if let neurons = layer.neurons {
            let membrane = "state->membranes\(index)[j]"
            add("{ const int32_t v = \(membrane); u += \(kept(neurons.leak, layer.bound)); }")
            if neurons.thresholds != nil {
                let sign = neurons.comparison == .atLeast ? ">=" : ">"
                add("state->spikes\(index)[j] = u \(sign) thresholds\(index)[j];")
                let left = neurons.reset == .hard ? "0" : "u - thresholds\(index)[j]"
                add("if (state->spikes\(index)[j]) { u = \(left); }")
                output = "state->spikes\(index)[j]"
            }
            add("\(membrane) = u;")
        }
        if isLast {
            switch decoder {
            case .spikeCount, .meanMembrane, .summedMembrane, .firstSpike:
                add("state->scores[j] += \(output);")
            case .maximumMembrane:
                add("if (\(output) > state->scores[j]) { state->scores[j] = \(output); }")
            case .lastMembrane: add("state->scores[j] = \(output);")
            }
        }
        return lines + "        }\n"
    }

    /// What the leak leaves of v.
    private static func kept(_ leak: IntegerNeurons.Leak, _ bound: Int) -> String {
        switch leak {
        case .none: return "v"
        case .shiftFloor(let shift): return "v - (v >> \(shift))"
        case .shiftTowardsZero(let shift):
            return "(v >= 0 ? v - (v >> \(shift)) : v + (-v >> \(shift)))"
        case .multiply(let loss):
            let kept = 4096 - loss
            return bound <= Int(Int32.max) / 4096
                ? "(v >= 0 ? (v * \(kept)) >> 12 : -((-v * \(kept)) >> 12))"
                : "(int32_t)(v >= 0 ? ((int64_t)v * \(kept)) >> 12 : -((-(int64_t)v * \(kept)) >> 12))"
        }
    }

    private static let scores = """

        int32_t net_score(const net_state *state, int32_t output) { return state->scores[output]; }

        int32_t net_answer(const net_state *state) {
            int32_t best = 0, i;
            for (i = 1; i < NET_OUTPUTS; i++) {
                if (state->scores[i] > state->scores[best]) { best = i; }
            }
            return best;
        }

        int32_t net_margin(const net_state *state) {
            const int32_t best = net_answer(state);
            int32_t second = best == 0 ? 1 : 0, i;
            for (i = 0; i < NET_OUTPUTS; i++) {
                if (i != best && state->scores[i] > state->scores[second]) { second = i; }
            }
            return state->scores[best] - state->scores[second];
        }

        """
}
