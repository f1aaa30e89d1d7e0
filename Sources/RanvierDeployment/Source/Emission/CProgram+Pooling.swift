import RanvierTensors

extension CProgram {
    /// The function of a layer of pooling at one step.
    func pooling(_ stage: IntegerPooling, at index: Int, shown: CSignal, life: CField.Life) -> (
        call: String, output: CSignal
    ) {
        let layer = CText.comment(stage.name)
        let count = stage.outputShape.reduce(1, *), channels = stage.inputShape[2]
        let keepsBits = shown.isBits && stage.rule == .maximum
        let type = keepsBits ? .uint32 : CInteger.signed(bounds[index].output)
        let array = field(
            "pooled\(index)", type, keepsBits ? (count + 31) / 32 : count, life,
            "windows of '\(layer)'")
        let value = shown.isBits ? "(int32_t)\(shown.bit("from"))" : shown.number("from")
        let take: [String]
        switch stage.rule {
        case .sum: take = ["found += \(value);"]
        case .maximum:
            take = [
                "const int32_t value = \(value);", "if (seen == 0U || value > found) {",
                "found = value;", "seen = 1U;", "}",
            ]
        }
        let keep =
            keepsBits
            ? [
                "word |= (uint32_t)found << (i & 31U);",
                "if ((i & 31U) == 31U || i == \(count - 1)U) {", "\(array)[i >> 5] = word;",
                "word = 0U;", "}",
            ] : ["\(array)[i] = \(type == .int32 ? "found" : "(\(type.name))found");"]
        // Channels turn fastest in the output, and each looks at the window anew.
        let window = stage.window
        func place(
            _ name: String, _ at: String, _ stride: Int, _ offset: String, _ padding: Int,
            _ size: Int
        )
            -> [String]
        {
            [
                "const int32_t \(name) = \(at) * \(stride) + \(offset) - \(padding);",
                "if (\(name) < 0 || \(name) >= \(size)) {", "continue;", "}",
            ]
        }
        func loop(_ name: String, _ count: Int, _ body: [String]) -> [String] {
            ["for (int32_t \(name) = 0; \(name) < \(count); \(name)++) {"] + body + ["}"]
        }
        let body =
            ["uint32_t i = 0U;"] + (keepsBits ? ["uint32_t word = 0U;"] : [])
            + loop(
                "y", stage.outputShape[0],
                loop(
                    "x", stage.outputShape[1],
                    CText.loop(
                        "c", channels,
                        ["int32_t found = 0;"]
                            + (stage.rule == .maximum ? ["uint32_t seen = 0U;"] : [])
                            + loop(
                                "k", window.height,
                                place(
                                    "r", "y", window.strideHeight, "k", window.paddingHeight,
                                    stage.inputShape[0])
                                    + loop(
                                        "l", window.width,
                                        place(
                                            "q", "x", window.strideWidth, "l", window.paddingWidth,
                                            stage.inputShape[1])
                                            + [
                                                "const uint32_t from = (uint32_t)(r * \(stage.inputShape[1]) + q) * \(channels)U + c;"
                                            ] + take)) + keep + ["i++;"])))
        let call = function(
            "stage\(index)",
            about: "'\(layer)': \(stage.rule == .sum ? "sums" : "largest") of windows",
            usesRow: shown.isRow, body)
        let form: CSignal.Form = keepsBits ? .bits : .numbers(type)
        return (call, CSignal(form: form, count: count, array: array))
    }
}
