import RanvierSpikes

extension CProgram {
    /// `net.h`.
    func header() -> String {
        let p = prefix, m = macro, input = network.input
        var lines = ["#ifndef \(m)_H", "#define \(m)_H", ""]
        lines += ["/*"] + about.map { $0.isEmpty ? "*" : "* " + $0 } + ["*/"]
        lines += ["#include <stdint.h>", "", "#ifdef __cplusplus", Self.opening, "#endif", ""]
        lines += [
            "#define \(m)_ABI 1",
            "#define \(m)_INPUTS \(input.rowCount)",
            "#define \(m)_ROWS \(input.rows)",
            "#define \(m)_OUTPUTS \(network.outputs)",
            "#define \(m)_INPUT_WORDS \(inputWords)",
            "#define \(m)_LAYERS \(network.neurons.count)", "",
            "/* An element of a row. */",
            "typedef \(inputType.name) \(p)_input;", "",
        ]
        if learning != nil { lines += whereLearning("struct \(p)_learning;") + [""] }
        lines += [
            "/* All RAM of the network, \(stateBytes) bytes. */", "typedef struct {",
        ]
        lines += stateMembers().flatMap(\.lines)
        if !network.neurons.isEmpty {
            lines += [
                "#ifdef \(m)_COUNTS", "uint32_t counts[\(m)_LAYERS]; /* spikes of each layer */",
                "#endif",
            ]
        }
        if learning != nil {
            lines += whereLearning(
                "struct \(p)_learning *learning; /* what is learned: to be set before the first reset */"
            )
        }
        lines += [
            "} \(p)_state;", "", "/* Before the first row of a sample. */",
            "void \(p)_reset(\(p)_state *state);", "", "/* Shows one row. */",
            "void \(p)_step(\(p)_state *state, const \(p)_input *row);", "",
            "/* The score of an output, 0 to \(network.outputs - 1). */",
            "int32_t \(p)_score(const \(p)_state *state, int32_t output);", "",
            "/* The output with the largest score, the first of equal ones. */",
            "int32_t \(p)_answer(const \(p)_state *state);", "",
            "/* The largest score less the second largest. */",
            "int32_t \(p)_margin(const \(p)_state *state);",
        ]
        if !network.neurons.isEmpty {
            lines += [
                "", "#ifdef \(m)_COUNTS", "/* Spikes of a layer of neurons since the reset. */",
                "uint32_t \(p)_spikes(const \(p)_state *state, int32_t layer);", "#endif",
            ]
        }
        lines += ["", "#ifdef __cplusplus", Self.closing, "#endif", "", "#endif"]
        return CText.indented(lines).replacing(Self.opening, with: "extern \"C\" {")
            .replacing(Self.closing, with: "}")
    }

    // Braces around all of the header, which are not to indent it.
    private static let opening = "@opening", closing = "@closing"

    /// What the header says of rows, steps and scores.
    private var about: [String] {
        let input = network.input
        let range = input.range
        let shape = input.rowShape.map(String.init).joined(separator: " x ")
        var lines = [
            "A spiking network of whole numbers.", "",
            "A sample is \(input.rows) row\(input.rows == 1 ? "" : "s"): \(prefix)_reset, then \(prefix)_step for each row, then the answer.",
            "A row is \(input.rowCount) value\(input.rowCount == 1 ? "" : "s") (\(shape), the last axis fastest).",
        ]
        if input.encoding == .spikes {
            lines += [
                "A value is a spike or none: bit j % 32 of element j / 32, \(inputWords) elements; bits beyond count for nothing."
            ]
        } else {
            lines += [
                "A value x, scaled as the model's signature says, is the number n = round(\(input.levels) x),",
                "\(range.lowerBound) to \(range.upperBound); others are taken as the nearest of these.",
            ]
        }
        switch input.encoding {
        case .numbers(let steps):
            lines.append(
                "The first layer is shown the numbers for \(steps) step\(steps == 1 ? "" : "s") of the network."
            )
        case .spikes: lines.append("A row is one step of the network.")
        case .latency(let cuts):
            lines.append(
                "A row is \(cuts.count) steps of the network; each value spikes at most once, large ones first."
            )
        case .rate(let steps, _):
            lines.append(
                "A row is \(steps) steps of the network; each value spikes by chance at each, the larger the more often."
            )
        case .delta(let threshold, _):
            lines.append(
                "A row is one step; a value that changed by \(threshold) or more since the row before spikes."
            )
        case .levelCrossing(let distance, let most, _):
            lines.append(
                "A row is one step; a value tells each \(distance) that it rose or fell, at most \(most) at a time."
            )
        }
        lines.append(scoreMeaning)
        lines.append(
            schedule == .layerByLayer
                ? "A step begins anew: nothing is kept from the sample before."
                : "Rows after the last of a sample are not taken before the next reset.")
        return lines
    }

    private var scoreMeaning: String {
        let unit = "one unit is \(number(network.readout.scale)) of the model's"
        return switch network.readout.decoder {
        case .spikeCount: "A score is the number of an output's spikes."
        case .firstSpike:
            "A score is minus the step of an output's first spike, -\(network.input.steps) without one."
        case .meanMembrane:
            "A score is the sum of an output's membrane over the \(network.input.steps) steps; \(unit)."
        case .summedMembrane: "A score is the sum of an output's membrane over the steps; \(unit)."
        case .maximumMembrane: "A score is the largest membrane of an output; \(unit)."
        case .lastMembrane: "A score is the membrane of an output at the last step; \(unit)."
        }
    }

    private func number(_ value: Double) -> String { "\(value)" }
}
