import RanvierNetworks

extension CProgram {
    /// `README.md`.
    func readme(
        _ operations: OperationCounts, golden: GoldenSamples, options: CExportOptions,
        hindrance: IntegerNetworkError?, stepByStepBytes: Int?
    ) -> String {
        let p = prefix, m = macro
        var lines = [
            "# \(p): a spiking network of whole numbers in C99", "",
            "`\(p).h` and `\(p).c` are the network; nothing else is needed, no library and no heap. "
                + "`\(p)_golden.h` holds \(golden.samples.count) samples with the scores that the network gives, "
                + "`\(p)_test.c` compares them, `Makefile` builds and runs that.", "",
            "## Use", "", "```c", "#include \"\(p).h\"", "",
            "static \(p)_state state;", "", "\(p)_reset(&state);",
            "for (int row = 0; row < \(m)_ROWS; row++) {",
            "    \(p)_step(&state, sample + row * \(m)_INPUT_WORDS);", "}",
            "int32_t answer = \(p)_answer(&state);", "```", "",
            "| constant | value | meaning |", "|---|---|---|",
            "| `\(m)_INPUTS` | \(network.input.rowCount) | values of a row |",
            "| `\(m)_INPUT_WORDS` | \(inputWords) | elements of `\(p)_input` (`\(inputType.name)`) that they take |",
            "| `\(m)_ROWS` | \(network.input.rows) | rows of a sample |",
            "| `\(m)_OUTPUTS` | \(network.outputs) | scores |", "",
            "What the numbers of a row mean is in the header. `\(p)_margin` is the largest score less the second largest: "
                + "a small one is a reason to doubt. With `\(m)_COUNTS` defined for all files, the state counts spikes too: `\(p)_spikes`.",
            "",
        ]
        lines += flashSection() + ramSection(hindrance, stepByStepBytes)
        lines += layerSection(options) + operationSection(operations, golden)
        lines += targetSection() + learningSection(options)
        lines += [
            "## What it does not do", "",
            "- It does not scale values of a sensor: numbers come in as the header says.",
            options.learning == nil
                ? "- It does not learn; weights are constants."
                : "- Weights are constants; what is learned lies beside them, and is gone without power.",
            schedule == .layerByLayer
                ? "- It keeps nothing from one sample to the next; `\(p)_step` begins anew each time."
                : "- Rows after the last of a sample are not taken before the next `\(p)_reset`: that no sum leaves its type is proven for one sample.",
            "- It guards no memory: `\(p)_score` wants an output from 0 to \(network.outputs - 1).",
            "",
        ]
        return lines.joined(separator: "\n")
    }

    private func flashSection() -> [String] {
        let memory = self.memory
        var lines = [
            "## Flash", "", "| table | layer | holds | bytes |", "|---|---|---|---:|",
        ]
        lines += memory.flash.map {
            "| `\($0.name)` | \($0.layer) | \($0.purpose) | \($0.bytes) |"
        }
        return lines + [
            "| all tables | | | \(memory.flashBytes) |", "",
            "Instructions come on top and depend on the compiler: `make arm` prints them.", "",
        ]
    }

    private func ramSection(_ hindrance: IntegerNetworkError?, _ stepByStep: Int?) -> [String] {
        var lines = ["## RAM", "", "| field of the state | holds | bytes |", "|---|---|---:|"]
        lines += memory.state.map { "| `\($0.name)` | \($0.purpose) | \($0.bytes) |" }
        lines += [
            "| `sizeof(\(prefix)_state)` | | \(stateBytes) |", "",
            "The row that is shown (\(inputWords * inputType.bytes) bytes) and the stack lie outside.",
            "",
        ]
        switch schedule {
        case .layerByLayer, .automatic:
            let instead = stepByStep.map {
                ": \($0) bytes in the usual order, a step of all layers before the next"
            }
            lines.append(
                "All \(network.input.steps) steps of a neuron are run before the next neuron, so that its membrane needs no memory "
                    + "and its spikes take a few bits\(instead ?? ""). Two buffers serve all layers in turn."
            )
        case .stepByStep:
            lines.append("A step of all layers is run before the next step; membranes are kept.")
            if let hindrance {
                lines.append(
                    "The order that needs no membranes is not possible here: \(hindrance).")
            }
        }
        return lines + [""]
    }

    private func layerSection(_ options: CExportOptions) -> [String] {
        var lines = [
            "## Layers", "",
            "| layer | kernel | weights as | bytes | all as 8 bits | bytes of other formats |",
            "|---|---|---|---:|---:|---|",
        ]
        for entry in plans {
            let count =
                network.synapses.first { $0.name == entry.layer }?.weights.codes.count ?? 0
            let others = WeightFormat.allCases.compactMap { format in
                entry.plan.others[format].map { "\(format.rawValue) \($0)" }
            }
            lines.append(
                "| \(entry.layer) | \(entry.plan.kernel.rawValue) | \(entry.plan.format.rawValue) "
                    + "| \(entry.plan.byteCount) | \(count) | \(others.joined(separator: ", ")) |")
        }
        let why =
            switch options.goal {
            case .size: "the fewest bytes, and of equal ones the fewest operations"
            case .speed: "the fewest operations, and of equal ones the fewest bytes"
            }
        return lines + [
            "",
            "Chosen are \(why), of all that the layer allows"
                + (options.formats.isEmpty && options.kernels.isEmpty
                    ? "." : " and that were not asked for by name."),
            "",
        ]
    }

    private func operationSection(_ operations: OperationCounts, _ golden: GoldenSamples)
        -> [String]
    {
        var lines = [
            "## Operations of a sample", "",
            "| layer | additions of weights at most | over the \(golden.samples.count) samples of the self test |",
            "|---|---:|---:|",
        ]
        func rounded(_ value: Double) -> String { "\(Int(value.rounded()))" }
        lines += operations.layers.map { "| \($0.name) | \($0.most) | \(rounded($0.measured)) |" }
        return lines + [
            "| all | \(operations.mostAdditions) | \(rounded(operations.measuredAdditions)) |", "",
            "Neurons are updated \(operations.updates) times and inputs asked \(operations.tests) times, whatever the sample. "
                + "No sample takes more than \(operations.bound) additions, updates and questions in all. "
                + "An addition to a number input is a multiplication and an addition. Zeros that a format stores are skipped or added as it falls; the counts leave them out.",
            "",
        ]
    }

    private func targetSection() -> [String] {
        [
            "## Targets", "", "| target | how | state |", "|---|---|---|",
            "| host | `make test` | runs the samples |",
            "| host, sanitizers | `make sanitize` | runs the samples under address and undefined-behaviour checks |",
            "| Arm Cortex-M0 | `make arm` | compiles, prints sizes and the stack of each function; runs nothing |",
            "| RISC-V rv32imac | `make riscv` | the same |", "",
            "Compilers turn loops that clear memory into calls of `memset`; without a C library, compile with "
                + "`-fno-tree-loop-distribute-patterns` as the Makefile does.", "",
        ]
    }

    /// What the network goes on learning.
    private func learningSection(_ options: CExportOptions) -> [String] {
        guard let learning = options.learning else { return [] }
        let p = prefix, m = macro, inside = learning.learnsInside
        var rules: [String] = []
        if learning.input != nil {
            rules.append("numbers that come in follow mean and size, without labels")
        }
        if let rule = learning.lastLayer {
            rules.append("the last layer learns from labels, \(rule.bits) bits for a weight")
        }
        if let rule = learning.thresholds {
            rules.append("thresholds of '\(rule.layer)' follow firing rates, without labels")
        }
        var lines = [
            "## Learning", "",
            "`\(p)_learning.h` and `\(p)_learning.c`: " + rules.joined(separator: "; ") + ". "
                + "**\(learning.bytes) bytes of RAM** besides the state"
                + (inside
                    ? " and a pointer in it. Compile all files with `\(m)_LEARNING` defined."
                    : "."),
            "", "```c", "static \(p)_learning learning;", "",
            "\(p)_learning_roll_back(&learning);   /* at first, and to forget */",
        ]
        if inside { lines.append("state.learning = &learning;") }
        lines.append("\(p)_reset(&state);")
        if !inside { lines.append("\(p)_learning_begin(&learning);") }
        lines.append("for (int row = 0; row < \(m)_ROWS; row++) {")
        if learning.input != nil {
            lines += [
                "    \(p)_input shown[\(m)_INPUT_WORDS];",
                "    \(p)_learning_input(&learning, sample + row * \(m)_INPUT_WORDS, shown, 1U);",
                "    \(p)_step(&state, shown);",
            ]
        } else {
            lines.append("    \(p)_step(&state, sample + row * \(m)_INPUT_WORDS);")
        }
        lines.append("}")
        if inside {
            lines.append(
                "\(p)_learning_teach(&learning, state.scores, label);   /* below 0: not known */")
        }
        return lines + ["```", ""]
    }

    /// `Makefile`.
    func makefile() -> String {
        let p = prefix
        let sources = "\(p).c \(p)_test.c", all = "\(sources) \(p).h \(p)_golden.h"
        let bare = "-std=c99 -Os -ffreestanding -fno-tree-loop-distribute-patterns"
        return [
            "CC = cc", "CFLAGS = -std=c99 -O2 -Wall -Wextra -Wconversion -pedantic -Werror",
            "ARM = arm-none-eabi-", "RISCV = riscv64-unknown-elf-", "",
            "test: \(p)_test", "\t./\(p)_test", "",
            "\(p)_test: \(all)", "\t$(CC) $(CFLAGS) -o $@ \(sources)", "",
            "sanitize: \(all)",
            "\t$(CC) $(CFLAGS) -fsanitize=undefined,address -o \(p)_sanitized \(sources)",
            "\t./\(p)_sanitized", "",
            "arm: \(p).c \(p).h",
            "\t$(ARM)gcc \(bare) -fstack-usage -mcpu=cortex-m0 -mthumb -c \(p).c -o \(p)_cortex_m0.o",
            "\t$(ARM)size \(p)_cortex_m0.o", "\tcat \(p)_cortex_m0.su", "",
            "riscv: \(p).c \(p).h",
            "\t$(RISCV)gcc \(bare) -fstack-usage -march=rv32imac -mabi=ilp32 -c \(p).c -o \(p)_rv32imac.o",
            "\t$(RISCV)size \(p)_rv32imac.o", "\tcat \(p)_rv32imac.su", "",
            "clean:", "\trm -f \(p)_test \(p)_sanitized \(p)_cortex_m0.o \(p)_rv32imac.o *.su", "",
            ".PHONY: test sanitize arm riscv clean", "",
        ].joined(separator: "\n")
    }
}
