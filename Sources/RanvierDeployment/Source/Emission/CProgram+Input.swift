extension CProgram {
    /// Type of an element of a row.
    var inputType: CInteger {
        guard network.input.encoding != .spikes else { return .uint32 }
        let lowest = Int(network.input.range.lowerBound)
        let highest = Int(network.input.range.upperBound)
        return lowest >= 0 ? .unsigned(highest) : .signed(max(highest, -lowest))
    }

    /// Elements of a row.
    var inputWords: Int {
        network.input.encoding == .spikes
            ? (network.input.rowCount + 31) / 32 : network.input.rowCount
    }

    /// The row as it comes in.
    var row: CSignal {
        let input = network.input
        if input.encoding == .spikes {
            return CSignal(form: .bits, count: input.rowCount, array: "row", isRow: true)
        }
        let held = inputType.range
        let isWhole = held == Int(input.range.lowerBound)...Int(input.range.upperBound)
        return CSignal(
            form: .numbers(inputType), count: input.rowCount, array: "row", isRow: true,
            clip: isWhole ? nil : "\(prefix)_number")
    }

    /// The function that clips a number of a row, where one is needed.
    var clipping: [String] {
        guard row.clip != nil else { return [] }
        let range = network.input.range, held = inputType.range
        var lines = [
            "/* A number of the input, kept within its range. */",
            "static inline int32_t \(prefix)_number(\(prefix)_input number) {",
            "const int32_t x = (int32_t)number;",
        ]
        var value = "x"
        if held.lowerBound < Int(range.lowerBound) {
            value = "(x < \(range.lowerBound) ? \(range.lowerBound) : x)"
        }
        if held.upperBound > Int(range.upperBound) {
            value = "(x > \(range.upperBound) ? \(range.upperBound) : \(value))"
        }
        lines += ["return \(value);", "}", ""]
        return lines
    }

    /// What the first stage is shown, and lines that make it at a step of a row.
    func encoding() -> (lines: [String], shown: CSignal) {
        let input = network.input
        let count = input.rowCount
        switch input.encoding {
        case .numbers, .spikes: return ([], row)
        case .latency(let cuts):
            let array = field(
                "shown", .uint32, (count + 31) / 32, .odd, "spikes of the input, a bit each")
            let table = CTable(
                "\(prefix)_cut", .holding(Int(cuts.min() ?? 0)...Int(cuts.max() ?? 0)),
                cuts.map { Int($0) }, "cuts of the latency code")
            add(table, of: "input")
            let call = function(
                "encode", about: "A number spikes at the first cut that it reaches.", usesRow: true,
                [
                    "const int32_t cut = (int32_t)\(table.name)[state->moment];",
                    "uint32_t word = 0U;",
                ]
                    + CText.loop(
                        "i", count,
                        ["const int32_t x = \(row.number("i"));"]
                            + [
                                "if (x >= cut && (state->moment == 0U || x < (int32_t)\(table.name)[state->moment - 1U])) {",
                                "word |= 1U << (i & 31U);", "}",
                            ] + flush(array, count)))
            _ = field("moment", .unsigned(cuts.count), 0, .kept, "step within the row")
            return ([call], CSignal(form: .bits, count: count, array: array))
        case .rate:
            let array = field(
                "shown", .uint32, (count + 31) / 32, .odd, "spikes of the input, a bit each")
            let call = function(
                "encode", about: "A number n of N spikes with the chance n / N.", usesRow: true,
                ["uint32_t word = 0U;"]
                    + CText.loop(
                        "i", count,
                        draw(at: "(uint32_t)state->moment * \(count)U + i")
                            + ["if (\(firing)) {", "word |= 1U << (i & 31U);", "}"]
                            + flush(array, count)))
            _ = field("moment", .unsigned(input.steps), 0, .kept, "step within the row")
            return ([call], CSignal(form: .bits, count: count, array: array))
        case .delta(let threshold, let first):
            return changes(first: first, most: 1) { up, down in
                [
                    "const int32_t change = x - (int32_t)state->before[i];",
                    "state->before[i] = (\(beforeType(first).name))x;",
                    "if (change >= \(threshold)) {", up("1"),
                    "} else if (change <= -\(threshold)) {",
                    down("1"), "}",
                ]
            }
        case .levelCrossing(let distance, let most, let first):
            return changes(first: first, most: most) { up, down in
                let type = beforeType(first).name
                return [
                    "int32_t change = x - (int32_t)state->before[i];", "uint32_t events = 0U;",
                    "if (change > 0) {",
                    "while (change >= \(distance) && events < \(most)U) {",
                    "change -= \(distance);", "events++;", "}",
                    "if (events != 0U) {", up("events"), "}",
                    "} else {",
                    "while (change <= -\(distance) && events < \(most)U) {",
                    "change += \(distance);", "events++;", "}",
                    "if (events != 0U) {", down("events"), "}", "}",
                    "state->before[i] = (\(type))(x - change);",
                ]
            }
        }
    }

    /// Lines that draw `h`, as ``IntegerInput/mixed(_:)`` does, and read the number `x` of input i.
    func draw(at place: String) -> [String] {
        guard case .rate(_, let seed) = network.input.encoding else { return [] }
        return [
            "uint32_t h = \(seed)U + (\(place)) * 0x9E3779B9U;", "h ^= h >> 16;",
            "h *= 0x7FEB352DU;", "h ^= h >> 15;", "h *= 0x846CA68BU;", "h ^= h >> 16;",
            "const uint32_t x = (uint32_t)\(row.number("i"));",
        ]
    }

    /// Whether input i spikes.
    var firing: String { "\(network.input.range.upperBound)U * (h >> 16) < x << 16" }

    private func flush(_ array: String, _ count: Int) -> [String] {
        [
            "if ((i & 31U) == 31U || i == \(count - 1)U) {", "\(array)[i >> 5] = word;",
            "word = 0U;", "}",
        ]
    }

    private func beforeType(_ first: Int32?) -> CInteger {
        let range = network.input.range
        let lowest = min(Int(range.lowerBound), Int(first ?? 0))
        let highest = max(Int(range.upperBound), Int(first ?? 0))
        return .holding(lowest...highest)
    }

    /// Rises and falls from row to row.
    private func changes(
        first: Int32?, most: Int,
        _ tell: (_ up: (String) -> String, _ down: (String) -> String) -> [String]
    ) -> (lines: [String], shown: CSignal) {
        let input = network.input
        let count = input.rowCount, channels = input.rowShape[input.rowShape.count - 1]
        let shownCount = 2 * count, isBits = most == 1
        let array = field(
            "shown", isBits ? .uint32 : .uint8, isBits ? (shownCount + 31) / 32 : shownCount, .odd,
            "rises and falls of the input")
        _ = field("before", beforeType(first), count, .kept, "numbers that changes count from")
        var lines = CText.loop(
            "i", isBits ? (shownCount + 31) / 32 : shownCount, ["\(array)[i] = 0U;"])
        if let first {
            reset += CText.loop("i", count, ["state->before[i] = \(first);"])
        } else {
            _ = field("begun", .uint8, 0, .kept, "whether a row was shown")
            reset.append("state->begun = 0U;")
            lines +=
                ["if (state->begun == 0U) {"]
                + CText.loop(
                    "i", count,
                    ["state->before[i] = (\(beforeType(first).name))\(row.number("i"));"]
                ) + ["state->begun = 1U;", "}"]
        }
        func set(_ offset: Int) -> (String) -> String {
            { events in
                let place = "rise + \(offset)U"
                return isBits
                    ? "\(array)[(\(place)) >> 5] |= 1U << ((\(place)) & 31U);"
                    : events == "1"
                        ? "\(array)[\(place)] = 1U;" : "\(array)[\(place)] = (uint8_t)\(events);"
            }
        }
        let visit =
            ["const int32_t x = \(row.number("i"));"] + tell(set(0), set(channels)) + ["i++;"]
        lines += ["uint32_t i = 0U;"]
        lines += CText.loop(
            "p", count / channels,
            CText.loop(
                "c", channels, ["const uint32_t rise = p * \(2 * channels)U + c;"] + visit))
        let call = function(
            "encode", about: "Rises, then falls, of each group of \(channels).", usesRow: true,
            lines)
        return (
            [call],
            CSignal(
                form: isBits ? .bits : .numbers(.uint8), count: shownCount, array: array)
        )
    }
}
