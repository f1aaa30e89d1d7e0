import RanvierSpikes

/// Writes the function of layers that differ in sizes and tables alone.
struct LayeredWriter {
    let program: CProgram
    let layered: LayeredNetwork
    let members: [LayeredLayer]
    let isShared: Bool
    /// Whether the function is to be short rather than fast.
    let isShort: Bool

    private var first: LayeredLayer { members[0] }
    private var prefix: String { program.prefix }
    private var isPaired: Bool { first.isPaired(layered) }
    private var accumulators: Int { first.accumulators(layered) }
    /// Most outputs that are summed at once.
    private static let tile = 16

    /// How often the inputs of a position are gone through.
    static func tiles(_ stage: IntegerSynapses, _ plan: SynapsePlan) -> Int {
        guard plan.format == .packed, let columns = plan.weights?.matrix.columns else { return 1 }
        return (columns + tile - 1) / tile
    }

    private var outputs: [Int] { members.map { $0.sizes[12] } }
    private var isTiled: Bool {
        first.plan.format == .packed && outputs.contains { $0 > Self.tile }
    }
    private var sumsAtOnce: Int { isTiled ? Self.tile : outputs.max() ?? 1 }

    // MARK: - Parameters

    /// Tables that members have of their own: the name within the function, and the table of a member.
    private var tables: [(name: String, of: (LayeredLayer) -> CTable?)] {
        [
            ("weights", { $0.plan.format == .signedLists ? nil : $0.plan.weights?.values.table }),
            ("starts", { layer in layer.plan.tables.first { $0.name.hasSuffix("_start") } }),
            ("indices", { layer in layer.plan.tables.first { $0.name.hasSuffix("_index") } }),
            ("map", { layer in layer.plan.tables.first { $0.name.hasSuffix("_map") } }),
            ("biases", { $0.bias?.table }),
            ("thresholds", { $0.values?.threshold?.table }),
            ("initials", { $0.values?.initial?.table }),
            ("owns", { $0.values?.own?.table }),
        ].filter { $0.1(first) != nil }
    }

    private var sizesType: CInteger { .unsigned(members.flatMap(\.sizes).max() ?? 0) }
    private func sizesName(_ layer: LayeredLayer) -> String {
        "\(prefix)_sizes\(layer.numbers)"
    }

    func call(_ name: String, _ layer: LayeredLayer) -> String {
        var arguments = ["state"]
        if isShared {
            program.add(
                CTable(sizesName(layer), sizesType, sizeValues(layer), "sizes"),
                of: layer.stage.name)
            arguments.append(sizesName(layer))
            arguments += tables.compactMap { $0.of(layer)?.name }
            if first.values != nil { arguments.append("\(layer.numbers)U") }
        }
        arguments.append(layer.input)
        if !layer.isLast { arguments.append(layer.output) }
        return "\(prefix)_\(name)(\(arguments.joined(separator: ", ")));"
    }

    /// Sizes that differ between members; others are written as they are.
    private var varying: [Int] {
        LayeredLayer.sizeNames.indices.filter { size in
            Set(members.map { $0.sizes[size] }).count > 1
        }
    }
    private func sizeValues(_ layer: LayeredLayer) -> [Int] { varying.map { layer.sizes[$0] } }

    private var parameters: [String] {
        var all = ["\(prefix)_state *state"]
        if isShared {
            all.append("const \(sizesType.name) *sizes")
            for table in tables {
                guard let type = table.of(first)?.type.name else { continue }
                all.append("const \(type) *\(table.name)")
            }
            if first.values != nil { all.append("uint32_t number") }
        }
        all.append("const \(first.inputType.name) *row")
        if !first.isLast { all.append("\(CTrains(width: layered.width).type.name) *out") }
        return all
    }

    /// A number of a channel within the function.
    private func channelNumber(_ values: ChannelNumbers?, _ name: String) -> String {
        guard let values else { return "0" }
        guard isShared, values.table != nil else { return values.expression("channel") }
        return "(int32_t)\(name)[channel]"
    }

    // MARK: - The function

    func function(_ name: String) -> [String] {
        let names = members.map { "'\(CText.comment($0.stage.name))'" }.joined(separator: ", ")
        var lines = [
            "/* \(names): all steps of a neuron before the next, weights as \(first.plan.format.rawValue) */",
            "static void \(prefix)_\(name)(\(parameters.joined(separator: ", "))) {",
        ]
        let body = self.body
        for (place, size) in LayeredLayer.sizeNames.enumerated() {
            guard body.contains(where: { Self.names($0, size.name) }) else { continue }
            let value =
                varying.firstIndex(of: place).map { "sizes[\($0)]" }
                ?? "\(first.sizes[place])\(size.isSigned ? "" : "U")"
            lines.append("const \(size.isSigned ? "int32_t" : "uint32_t") \(size.name) = \(value);")
        }
        // Used where spikes are counted.
        if isShared && first.values != nil { lines.append("(void)number;") }
        return lines + body + ["}", ""]
    }

    /// Whether a line holds a name as a word.
    private static func names(_ line: String, _ name: String) -> Bool {
        line.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.contains { $0 == name }
    }

    private var body: [String] {
        let isDense = members.allSatisfy {
            $0.sizes[0...1] == [1, 1] && $0.sizes[5...6] == [1, 1]
        }
        let isGrouped = members.contains { $0.sizes[13] > 1 }
        let padsRows = members.contains { $0.sizes[9] > 0 }
        let padsColumns = members.contains { $0.sizes[10] > 0 }
        let sums = program.field(
            "sums\(first.numbers)", first.trains == nil || !isPaired ? .int32 : .uint32,
            sumsAtOnce * accumulators, .within, "sums of neurons at work")
        var core = clear(sums)
        let visit = self.visit(sums, isDense: isDense, isGrouped: isGrouped)
        if isDense {
            core += visit
        } else {
            func place(
                _ name: String, _ value: String, _ limit: String, _ padding: String, _ pads: Bool
            ) -> [String] {
                ["const int32_t \(name) = \(value)\(pads ? " - \(padding)" : "");"]
                    + (pads
                        ? ["if (\(name) < 0 || \(name) >= \(limit)) {", "continue;", "}"] : [])
            }
            core +=
                ["for (int32_t k = 0; k < kernel_height; k++) {"]
                + place("r", "y * down + k", "height", "rows_before", padsRows)
                + ["for (int32_t l = 0; l < kernel_width; l++) {"]
                + place("q", "x * across + l", "width", "columns_before", padsColumns) + visit + [
                    "}", "}",
                ]
        }
        core += neurons(sums, isGrouped: isGrouped)
        if isTiled {
            core =
                ["for (uint32_t begin = 0U; begin < outputs; begin += \(Self.tile)U) {"]
                + (isEven
                    ? []
                    : [
                        "const uint32_t wide = outputs - begin < \(Self.tile)U ? outputs - begin : \(Self.tile)U;"
                    ])
                + core + ["}"]
        }
        if isGrouped { core = ["for (uint32_t g = 0U; g < groups; g++) {"] + core + ["}"] }
        if !isDense {
            core =
                [
                    "for (int32_t y = 0; y < rows_out; y++) {",
                    "for (int32_t x = 0; x < columns_out; x++) {",
                ] + core + ["}", "}"]
        }
        return ["uint32_t at = 0U;"] + core
    }

    /// Whether all outputs are whole tiles.
    private var isEven: Bool { outputs.allSatisfy { $0 % Self.tile == 0 } }
    private var wide: String { isTiled ? (isEven ? "\(Self.tile)U" : "wide") : "outputs" }

    private func channel(_ isGrouped: Bool) -> String {
        (isGrouped ? "g * outputs + " : "") + (isTiled ? "begin + j" : "j")
    }

    /// Sums begin at the biases.
    private func clear(_ sums: String) -> [String] {
        let isGrouped = members.contains { $0.sizes[13] > 1 }
        let bias = channelNumber(first.bias, "biases")
        let value =
            isPaired ? (bias == "0" ? "0U" : "(uint32_t)(\(bias)) * 0x10001U") : bias
        let usesChannel = bias.contains("[channel]")
        let lines =
            ["for (uint32_t j = 0U; j < \(wide); j++) {"]
            + (usesChannel ? ["const uint32_t channel = \(channel(isGrouped));"] : [])
        guard accumulators > 1 else { return lines + ["\(sums)[j] = \(value);", "}"] }
        return lines
            + CText.loop(
                "p", accumulators, ["\(sums)[j * \(accumulators)U + p] = \(value);"]) + ["}"]
    }

    /// Adds what the inputs at a place of the window bring.
    private func visit(_ sums: String, isDense: Bool, isGrouped: Bool) -> [String] {
        guard let weights = first.plan.weights else { return [] }
        let clip = first.trains == nil ? program.row.clip : nil
        let value =
            first.trains?.train("input", in: "row")
            ?? (clip.map { "\($0)(row[input])" } ?? "(int32_t)row[input]")
        var lines = [
            isDense
                ? "uint32_t input = 0U;"
                : "uint32_t input = (uint32_t)(r * width + q) * channels"
                    + (isGrouped ? " + g * per_group;" : ";")
        ]
        // Where elements hold whole groups of trains, empty ones are left at once; some bytes more.
        let elements =
            isShort
            ? nil
            : first.trains.flatMap { trains in
                members.allSatisfy {
                    trains.perElement > 1 && $0.sizes[2] % trains.perElement == 0
                        && $0.sizes[11] % trains.perElement == 0
                } ? trains : nil
            }
        let channel = elements == nil ? "c" : "n"
        let row =
            isDense
            ? channel
            : "((uint32_t)(k * kernel_width + l) * per_group + \(channel))"
                + (isGrouped ? " * groups + g" : "")
        if let elements {
            let count = elements.perElement
            lines += [
                "for (uint32_t c = 0U; c < per_group; c += \(count)U, input += \(count)U) {",
                "uint32_t trains = \(elements.element("input", in: "row"));",
                "for (uint32_t n = c; trains != 0U; n++, trains >>= \(elements.width)) {",
            ]
        } else {
            lines.append("for (uint32_t c = 0U; c < per_group; c++, input++) {")
        }
        let names =
            isShared
            ? RowWeights.Names(
                values: "weights", starts: "starts", indices: "indices", map: "map", runs: "")
            : weights.names
        let adding: (String, String) -> [String] = { j, weight in self.add(weight, j, sums) }
        let loop: [String]
        if weights.format == .packed {
            let offset = isTiled ? " + begin" : ""
            loop =
                ["const uint32_t start = (\(row)) * outputs\(offset);"]
                + weights.packedLoop(
                    "start", wide,
                    arePairs: outputs.allSatisfy { $0 % 2 == 0 }, in: names.values
                ) { j, weight, _ in adding(j, weight) }
        } else {
            loop =
                ["const uint32_t weight_row = \(row);"]
                + weights.loop(row: "weight_row", names: names, columns: "outputs") {
                    j, weight, _ in
                    adding(j, weight)
                }
        }
        if first.trains == nil {
            lines += ["const int32_t value = \(value);", "if (value != 0) {"]
        } else {
            let train = elements.map { "trains & \($0.mask)U" } ?? value
            lines += ["const uint32_t train = \(train);", "if (train != 0U) {"]
            if isPaired {
                for pair in 0..<accumulators {
                    lines.append(
                        "const uint32_t m\(pair) = ((train >> \(2 * pair)) & 1U) | (((train >> \(2 * pair + 1)) & 1U) << 16);"
                    )
                }
            }
        }
        return lines + loop + ["}", "}"] + (elements == nil ? [] : ["}"])
    }

    private func add(_ weight: String, _ j: String, _ sums: String) -> [String] {
        guard first.trains != nil else { return ["\(sums)[\(j)] += value * (\(weight));"] }
        guard isPaired else {
            guard accumulators > 1 else { return ["\(sums)[\(j)] += \(weight);"] }
            return ["const int32_t weight = \(weight);"]
                + CText.loop(
                    "t", accumulators,
                    [
                        "if (((train >> t) & 1U) != 0U) {",
                        "\(sums)[\(j) * \(accumulators)U + t] += weight;", "}",
                    ])
        }
        guard accumulators > 1 else { return ["\(sums)[\(j)] += (uint32_t)(\(weight)) * m0;"] }
        return ["const uint32_t weight = (uint32_t)(\(weight));"]
            + (0..<accumulators).map {
                "\(sums)[\(j) * \(accumulators)U + \($0)U] += weight * m\($0);"
            }
    }

    // MARK: - Neurons

    private func neurons(_ sums: String, isGrouped: Bool) -> [String] {
        let steps = layered.steps
        var inner: [String] = []
        if first.trains == nil {
            inner = CText.loop("t", steps, oneStep("\(sums)[j]"))
        } else if !isPaired {
            let place = steps > 1 ? "\(sums)[j * \(steps)U + t]" : "\(sums)[j]"
            inner = CText.loop("t", steps, oneStep(place))
        } else {
            let half = [
                "const int32_t current = (int32_t)((pair & 0xffffU) ^ 0x8000U) - 0x8000;",
                "pair = (pair - (uint32_t)current) >> 16;",
            ]
            if accumulators == 1 {
                inner =
                    ["uint32_t pair = \(sums)[j];"]
                    + CText.loop("t", steps, half + oneStep("current"))
            } else {
                inner =
                    ["uint32_t pair = 0U;"]
                    + CText.loop(
                        "t", steps,
                        [
                            "if ((t & 1U) == 0U) {",
                            "pair = \(sums)[j * \(accumulators)U + (t >> 1)];", "}",
                        ] + half + oneStep("current"))
            }
        }
        var before: [String] = []
        let channel = "const uint32_t channel = \(self.channel(isGrouped));"
        if let rule = first.rule {
            before.append("int32_t v = \(firstMembrane);")
            if rule.forgets { before.append("(void)v;") }
            if first.values?.own != nil
                || (rule.stage.reset == .softDelayed && rule.stage.thresholds != nil)
            {
                before.append("uint32_t last = 0U;")
            }
            if rule.stage.refractorySteps > 0 { before.append("uint32_t waiting = 0U;") }
        }
        var after: [String] = []
        if first.isLast {
            before.append("int32_t score = \(firstScore);")
            after = ["state->scores[at] = score;", "at++;"]
        } else {
            before.append("uint32_t train = 0U;")
            after =
                CTrains(width: layered.width).write("train", at: "at", in: "out") + ["at++;"]
        }
        var lines = before + inner + after
        if lines.contains(where: { $0.contains("[channel]") }) { lines = [channel] + lines }
        return ["for (uint32_t j = 0U; j < \(wide); j++) {"] + lines + ["}"]
    }

    private var firstMembrane: String {
        guard let values = first.values else { return "0" }
        if values.beginsAtHalf { return "\(channelNumber(values.threshold, "thresholds")) / 2" }
        return channelNumber(values.initial, "initials")
    }

    private var firstScore: String {
        let readout = program.network.readout
        switch readout.decoder {
        case .spikeCount, .meanMembrane, .summedMembrane:
            let offsets = readout.offsets.map {
                ChannelNumbers(
                    $0.map { Int($0) }, name: "\(prefix)_offset", purpose: "offsets of scores")
            }
            if let table = offsets?.table,
                !program.tables.contains(where: { $0.table.name == table.name })
            {
                program.add(table, of: "read-out")
            }
            return offsets?.expression("at") ?? "0"
        case .maximumMembrane: return CInteger.literal(Int(Int32.min))
        case .lastMembrane: return "0"
        case .firstSpike: return "\(-layered.steps)"
        }
    }

    private func oneStep(_ current: String) -> [String] {
        guard let rule = first.rule else { return note(current) }
        let values = first.values
        var lines = rule.lines(
            current: current, threshold: channelNumber(values?.threshold, "thresholds"),
            own: values?.own.map { channelNumber($0, "owns") })
        if rule.stage.thresholds != nil {
            lines += [
                "#ifdef \(program.macro)_COUNTS",
                "state->counts[\(isShared ? "number" : "\(first.numbers)U")] += spike;", "#endif",
            ]
        }
        if lines.contains(where: { $0.contains("(last != 0U") }) { lines.append("last = spike;") }
        guard first.isLast else { return lines + ["train |= spike << t;"] }
        return lines + note(rule.stage.givesMembrane ? "u" : "(int32_t)spike")
    }

    private func note(_ value: String) -> [String] {
        switch program.network.readout.decoder {
        case .spikeCount, .meanMembrane, .summedMembrane: ["score += \(value);"]
        case .maximumMembrane: ["if (\(value) > score) {", "score = \(value);", "}"]
        case .lastMembrane: ["score = \(value);"]
        case .firstSpike:
            ["if (\(value) != 0 && score == \(-layered.steps)) {", "score = -(int32_t)t;", "}"]
        }
    }
}
