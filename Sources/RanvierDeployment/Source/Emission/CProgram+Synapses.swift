import RanvierNetworks
import RanvierTensors

extension CProgram {
    /// The function of a layer of synapses at one step.
    ///
    /// - Parameters:
    ///   - life: where its sums lie.
    ///   - rule: of neurons behind it whose membranes the sums are added to; nil where sums lie for themselves.
    func synapses(
        _ stage: IntegerSynapses, plan: SynapsePlan, at index: Int, shown: CSignal,
        life: CField.Life, into rule: NeuronRule?
    ) -> (call: String, output: CSignal) {
        let outputs = stage.outputShape.reduce(1, *)
        // What is learned is added to sums of 32 bits.
        let learns = index == learning?.lastSynapses
        let type = learns ? .int32 : rule?.type ?? .signed(bounds[index].output)
        let layer = CText.comment(stage.name)
        plans.append((stage.name, plan))
        for table in plan.tables { add(table, of: stage.name) }
        let array =
            rule.map {
                field(
                    "membranes\(index + 1)", type, outputs, .kept,
                    "membranes of '\(CText.comment($0.stage.name))'")
            } ?? field("sums\(index)", type, outputs, life, "sums of '\(layer)'")
        let sums = CSums(array: array, type: type, rule: rule)
        let bias = stage.biases.map {
            ChannelNumbers(
                $0.map { Int($0) }, name: "\(prefix)_bias\(index)", purpose: "biases")
        }
        add(bias?.table, of: stage.name)
        let body: [String]
        switch (stage.geometry, plan.kernel) {
        case (.dense, .scatter):
            body =
                stage.delays == nil
                ? clear(sums, outputs, stage.weights.outputs, bias)
                    + scatter(plan, shown: shown) { j, weight, _ in
                        [sums.add(weight, at: j)]
                    }
                : delayed(stage, plan, at: index, shown: shown, sums: sums, bias)
        case (.dense(let inputs, _), .gather):
            body = gather(plan, inputs: inputs, outputs, shown, sums: sums, bias)
        case (.dense, .bitParallel):
            body = count(plan, outputs, shown, sums: sums, bias, stage.weights.shift)
        case (.convolution(let shape), .scatter):
            body =
                clear(sums, outputs, stage.weights.outputs, bias)
                + scatter(shape, plan, shown, sums: sums)
        case (.convolution(let shape), .gather):
            body = gather(shape, plan, shown, sums: sums, bias)
        case (.convolution(let shape), .bitParallel):
            body = count(shape, plan, shown, sums: sums, bias, stage.weights.shift)
        }
        let call = function(
            "stage\(index)",
            about: "'\(layer)': \(plan.kernel.rawValue), weights as \(plan.format.rawValue)",
            usesRow: shown.isRow, body)
        return (call, CSignal(form: .numbers(type), count: outputs, array: array))
    }

    /// Sums begin at the biases.
    private func clear(
        _ sums: CSums, _ count: Int, _ channels: Int, _ bias: ChannelNumbers?
    ) -> [String] {
        guard let bias, bias.table != nil, count > channels else {
            let value = bias?.expression("i") ?? "0"
            return CText.loop("i", count, sums.begin(at: "i", value))
        }
        return ["{", "uint32_t c = 0U;"]
            + CText.loop(
                "i", count,
                sums.begin(at: "i", bias.expression("c")) + [
                    "c = c + 1U == \(channels)U ? 0U : c + 1U;"
                ]) + ["}"]
    }

    /// Visits inputs that are not 0 and their rows.
    func scatter(
        _ plan: SynapsePlan, shown: CSignal,
        _ body: (_ column: String, _ weight: String, _ place: String) -> [String]
    ) -> [String] {
        guard let weights = plan.weights else { return [] }
        if shown.isBits {
            return CText.loop(
                "w", shown.words,
                ["uint32_t word = \(shown.word("w"));", "while (word != 0U) {"]
                    + [
                        "const uint32_t input = (w << 5) + \(prefix)_lowest(word);",
                        "word &= word - 1U;",
                    ] + weights.loop(row: "input", body) + ["}"])
        }
        return CText.loop(
            "input", shown.count,
            ["const int32_t x = \(shown.number("input"));", "if (x != 0) {"]
                + weights.loop(row: "input") { body($0, "x * (\($1))", $2) } + ["}"])
    }

    private func delayed(
        _ stage: IntegerSynapses, _ plan: SynapsePlan, at index: Int, shown: CSignal, sums: CSums,
        _ bias: ChannelNumbers?
    ) -> [String] {
        let outputs = stage.outputShape.reduce(1, *), slots = stage.longestDelay + 1
        let layer = CText.comment(stage.name)
        let type = CInteger.signed(bounds[index].output)
        let ring = field(
            "ring\(index)", type, slots * outputs, .kept, "sums of '\(layer)' to come")
        let pending = CSums(array: ring, type: type, rule: nil)
        let now = field("now\(index)", .uint8, 0, .kept, "place in the ring of '\(layer)'")
        reset += CText.loop("i", slots * outputs, ["\(ring)[i] = 0;"]) + ["\(now) = 0U;"]
        let base = "base"
        return scatter(plan, shown: shown) { j, weight, place in
            [
                "uint32_t slot = (uint32_t)\(now) + \(plan.delays?.expression(place, prefix: prefix) ?? "0U");",
                "if (slot >= \(slots)U) {", "slot -= \(slots)U;", "}",
                pending.add(weight, at: "slot * \(outputs)U + \(j)"),
            ]
        } + ["const uint32_t \(base) = (uint32_t)\(now) * \(outputs)U;"]
            + CText.loop(
                "i", outputs,
                sums.begin(
                    at: "i",
                    "\(ring)[\(base) + i]" + (bias.map { " + \($0.expression("i"))" } ?? ""))
                    + ["\(ring)[\(base) + i] = 0;"])
            + ["\(now) = (uint8_t)(\(now) + 1U == \(slots)U ? 0U : \(now) + 1U);"]
    }

    private func gather(
        _ plan: SynapsePlan, inputs: Int, _ outputs: Int, _ shown: CSignal, sums: CSums,
        _ bias: ChannelNumbers?
    ) -> [String] {
        guard let weights = plan.weights else { return [] }
        return weights.prologue
            + CText.loop(
                "o", outputs,
                ["int32_t sum = \(bias?.expression("o") ?? "0");"]
                    + weights.loop(row: "o") { j, weight, _ in
                        shown.isBits
                            ? ["if (\(shown.bit(j)) != 0U) {", "sum += \(weight);", "}"]
                            : ["sum += \(shown.number(j)) * (\(weight));"]
                    } + sums.begin(at: "o", "sum"))
    }

    private func count(
        _ plan: SynapsePlan, _ outputs: Int, _ shown: CSignal, sums: CSums,
        _ bias: ChannelNumbers?, _ shift: Int
    ) -> [String] {
        guard let planes = plan.planes else { return [] }
        let size = 1 << shift
        let all =
            planes.minus == nil
            ? ["int32_t all = 0;"]
                + CText.loop("w", shown.words, ["all += \(prefix)_bits(\(shown.word("w")));"]) : []
        return all + ["uint32_t k = 0U;"]
            + CText.loop(
                "o", outputs,
                ["int32_t sum = 0;"]
                    + CText.loop(
                        "w", shown.words, counting(planes, "\(shown.array)[w]") + ["k++;"])
                    + finish(planes, size, bias, "o")
                    + sums.begin(at: "o", "sum"))
    }

    private func counting(_ planes: SynapsePlan.PlaneTables, _ word: String) -> [String] {
        ["sum += \(prefix)_bits(\(word) & \(planes.plus.name)[k]);"]
            + (planes.minus.map { ["sum -= \(prefix)_bits(\(word) & \($0.name)[k]);"] } ?? [])
    }

    private func finish(
        _ planes: SynapsePlan.PlaneTables, _ size: Int, _ bias: ChannelNumbers?, _ channel: String
    ) -> [String] {
        let sum = planes.minus == nil ? "2 * sum - all" : "sum"
        let whole = size == 1 ? sum : "(\(sum)) * \(size)"
        let expression = whole + (bias.map { " + \($0.expression(channel))" } ?? "")
        return expression == "sum" ? [] : ["sum = \(expression);"]
    }

    // MARK: - Convolutions

    /// A loop over a signed coordinate.
    private func loop(_ variable: String, _ count: Int, _ body: [String]) -> [String] {
        ["for (int32_t \(variable) = 0; \(variable) < \(count); \(variable)++) {"] + body + ["}"]
    }

    private func scatter(
        _ shape: ConvolutionShape, _ plan: SynapsePlan, _ shown: CSignal, sums: CSums
    ) -> [String] {
        guard let weights = plan.weights else { return [] }
        let window = shape.window
        let perGroup = shape.inputChannels / shape.groups
        let columns = shape.outputChannels / shape.groups
        let isGrouped = shape.groups > 1
        let row =
            "((uint32_t)(k * \(window.width) + l) * \(perGroup)U + c)"
            + (isGrouped ? " * \(shape.groups)U + g" : "")
        let base =
            "(uint32_t)(y * \(shape.outputWidth) + x) * \(shape.outputChannels)U"
            + (isGrouped ? " + g * \(columns)U" : "")
        let factor = shown.isBits ? "" : "value * "
        var inner =
            [
                "for (int32_t y = top; y < \(shape.outputHeight); y++) {",
                "const int32_t k = row_at - y * \(window.strideHeight);",
                // The upper end is known; said here, compilers know it, too.
                "if (k < 0 || k >= \(window.height)) {", "break;", "}",
                "for (int32_t x = left; x < \(shape.outputWidth); x++) {",
                "const int32_t l = column_at - x * \(window.strideWidth);",
                "if (l < 0 || l >= \(window.width)) {", "break;", "}",
                "const uint32_t weight_row = \(row);",
                "const uint32_t base = \(base);",
            ]
        inner += weights.loop(row: "weight_row") { j, weight, _ in
            [sums.add(factor + "(\(weight))", at: "base + \(j)")]
        }
        inner += ["}", "}"]
        let visit =
            shown.isBits
            ? ["if (\(shown.bit("input")) != 0U) {"] + inner + ["}", "input++;"]
            : ["const int32_t value = \(shown.number("input"));", "if (value != 0) {"] + inner
                + ["}", "input++;"]
        let channels =
            isGrouped
            ? CText.loop("g", shape.groups, CText.loop("c", perGroup, visit))
            : CText.loop("c", perGroup, visit)
        return ["uint32_t input = 0U;", "int32_t top = 0;"]
            + loop(
                "r", shape.height,
                [
                    "const int32_t row_at = r + \(window.paddingHeight);", "int32_t left = 0;",
                    "while (row_at - top * \(window.strideHeight) >= \(window.height)) {",
                    "top++;", "}",
                ]
                    + loop(
                        "q", shape.width,
                        [
                            "const int32_t column_at = q + \(window.paddingWidth);",
                            "while (column_at - left * \(window.strideWidth) >= \(window.width)) {",
                            "left++;", "}",
                        ] + channels))
    }

    /// Loops over the positions of the output and the places of the window that lie in the image; `r`, `q` are the place in the
    /// image, `k`, `l` that in the window.
    func windows(
        _ window: ImageWindow, height: Int, width: Int, outputHeight: Int, outputWidth: Int,
        before: [String], inside: [String], after: [String]
    ) -> [String] {
        func place(
            _ variable: String, _ position: String, _ stride: Int, _ offset: String, _ padding: Int,
            _ size: Int
        ) -> [String] {
            let start = stride == 1 ? position : "\(position) * \(stride)"
            let value = "\(start) + \(offset)" + (padding > 0 ? " - \(padding)" : "")
            let test = ["if (\(variable) < 0 || \(variable) >= \(size)) {", "continue;", "}"]
            return ["const int32_t \(variable) = \(value);"] + (padding > 0 ? test : [])
        }
        return loop(
            "y", outputHeight,
            loop(
                "x", outputWidth,
                before
                    + loop(
                        "k", window.height,
                        place(
                            "r", "y", window.strideHeight, "k", window.paddingHeight, height)
                            + loop(
                                "l", window.width,
                                place(
                                    "q", "x", window.strideWidth, "l", window.paddingWidth, width)
                                    + inside)) + after))
    }

    private func gather(
        _ shape: ConvolutionShape, _ plan: SynapsePlan, _ shown: CSignal, sums: CSums,
        _ bias: ChannelNumbers?
    ) -> [String] {
        guard let weights = plan.weights else { return [] }
        let perGroup = shape.inputChannels / shape.groups
        let columns = shape.outputChannels / shape.groups
        let isGrouped = shape.groups > 1
        let row =
            "((uint32_t)(k * \(shape.window.width) + l) * \(perGroup)U + c)"
            + (isGrouped ? " * \(shape.groups)U + g" : "")
        let target = isGrouped ? "base + g * \(columns)U + " : "base + "
        let adding =
            ["const uint32_t weight_row = \(row);"]
            + weights.loop(row: "weight_row") { j, weight, _ in
                [sums.add(shown.isBits ? weight : "value * (\(weight))", at: "\(target)\(j)")]
            }
        let visit =
            shown.isBits
            ? ["if (\(shown.bit("input")) != 0U) {"] + adding + ["}", "input++;"]
            : ["const int32_t value = \(shown.number("input"));", "if (value != 0) {"] + adding
                + ["}", "input++;"]
        let channels =
            isGrouped
            ? CText.loop("g", shape.groups, CText.loop("c", perGroup, visit))
            : CText.loop("c", perGroup, visit)
        return ["uint32_t base = 0U;"]
            + windows(
                shape.window, height: shape.height, width: shape.width,
                outputHeight: shape.outputHeight, outputWidth: shape.outputWidth,
                before: CText.loop(
                    "o", shape.outputChannels,
                    sums.begin(at: "base + o", bias?.expression("o") ?? "0")),
                inside: [
                    "uint32_t input = (uint32_t)(r * \(shape.width) + q) * \(shape.inputChannels)U;"
                ] + channels, after: ["base += \(shape.outputChannels)U;"])
    }

    private func count(
        _ shape: ConvolutionShape, _ plan: SynapsePlan, _ shown: CSignal, sums: CSums,
        _ bias: ChannelNumbers?, _ shift: Int
    ) -> [String] {
        guard let planes = plan.planes else { return [] }
        let words = shape.inputChannels / 32
        let row = shape.window.area * words
        let inside = [
            "const uint32_t first = (uint32_t)(r * \(shape.width) + q) * \(words)U;",
            "uint32_t k_word = (uint32_t)(k * \(shape.window.width) + l) * \(words)U;",
        ]
        let isFull = planes.minus == nil
        let plus = "\(prefix)_bits(word & \(planes.plus.name)[at])"
        let counting = CText.loop(
            "w", words,
            ["const uint32_t word = \(shown.array)[first + w];"]
                + (isFull ? ["const int32_t all = \(prefix)_bits(word);"] : [])
                + [
                    "for (uint32_t o = 0U, at = k_word; o < \(shape.outputChannels)U; o++, at += \(row)U) {",
                    isFull ? "int32_t sum = 2 * \(plus) - all;" : "int32_t sum = \(plus);",
                ] + (planes.minus.map { ["sum -= \(prefix)_bits(word & \($0.name)[at]);"] } ?? [])
                + [
                    sums.add(shift == 0 ? "sum" : "sum * \(1 << shift)", at: "base + o"),
                    "}", "k_word++;",
                ])
        return ["uint32_t base = 0U;"]
            + windows(
                shape.window, height: shape.height, width: shape.width,
                outputHeight: shape.outputHeight, outputWidth: shape.outputWidth,
                before: CText.loop(
                    "o", shape.outputChannels,
                    sums.begin(at: "base + o", bias?.expression("o") ?? "0")),
                inside: inside + counting, after: ["base += \(shape.outputChannels)U;"])
    }
}
