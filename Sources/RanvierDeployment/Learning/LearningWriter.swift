/// Writes the C of a learning.
struct LearningWriter {
    let learning: DeviceLearning
    let name: String

    init(_ learning: DeviceLearning, name: String) {
        self.learning = learning
        self.name = name
    }

    private var own: String { "\(name)_learning" }
    private var range: ClosedRange<Int32> { learning.network.input.range }
    private var values: Int { learning.network.input.rowCount }
    private var size: (inputs: Int, outputs: Int) { learning.lastSize }
    private var moved: Int { learning.thresholds?.targets.count ?? 0 }
    /// Whether the layer before the last one is the one whose thresholds move, so that counts are kept once.
    private var sharesCounts: Bool {
        learning.lastSynapses.map { learning.moving == $0 - 1 } ?? false
    }
    private var movingCounts: String { sharesCounts ? "counts" : "moving" }

    /// Tables in flash.
    var tables: [CTable] {
        var tables: [CTable] = []
        func table(_ suffix: String, _ numbers: [Int32], _ purpose: String) {
            let values = numbers.map { Int($0) }
            let span = (values.min() ?? 0)...(values.max() ?? 0)
            tables.append(CTable("\(own)_\(suffix)", .holding(span), values, purpose))
        }
        if let input = learning.input {
            table("mean", input.means, "means of what came in")
            table("deviation", input.deviations, "mean deviations of what came in")
        }
        if let thresholds = learning.thresholds {
            table("target", thresholds.targets, "mean counts of spikes, in sixteenths")
        }
        return tables
    }

    // MARK: - Header

    var header: String {
        var fields: [String] = []
        if let input = learning.input {
            let type = input.meanBytes(of: range) == 2 ? "int16_t" : "int32_t"
            fields.append("\(type) mean[\(values)];")
            fields.append("uint16_t gain[\(values)];")
        }
        if learning.thresholds != nil { fields.append("int16_t running[\(moved)];") }
        if let rule = learning.lastLayer {
            let all = size.inputs * size.outputs
            fields.append(
                rule.bits == 8
                    ? "int8_t deltas[\(all)];"
                    : "uint8_t deltas[\((all + 1) / 2)]; /* two to a byte, the lower half first */")
            fields.append("uint8_t counts[\(size.inputs)];")
        }
        if learning.thresholds != nil {
            fields.append("int8_t steps[\(moved)];")
            if !sharesCounts { fields.append("uint8_t moving[\(moved)];") }
        }
        let guardName = own.uppercased() + "_H"
        return CText.indented(
            [
                "/* What the network goes on learning: \(learning.bytes) bytes of RAM. */",
                "#ifndef \(guardName)", "#define \(guardName)", "", "#include \"\(name).h\"", "",
                "typedef struct \(own) {",
            ] + fields + ["} \(own);", "", "/* Forgets all that was learned. */"]
                + prototypes.map { $0 + ";" } + ["", "#endif"])
    }

    private var prototypes: [String] {
        ["void \(own)_roll_back(\(own) *l)", "void \(own)_begin(\(own) *l)"]
            + (learning.input == nil ? [] : [inputPrototype])
            + (learning.thresholds == nil ? [] : [thresholdPrototype, movingPrototype])
            + (learning.lastLayer == nil ? [] : [lastPrototype])
            + (learning.thresholds == nil && learning.lastLayer == nil ? [] : [teachPrototype])
    }

    private var inputPrototype: String {
        "void \(own)_input(\(own) *l, const \(name)_input *row, \(name)_input *shown, uint32_t learns)"
    }
    private var thresholdPrototype: String {
        "int32_t \(own)_threshold(const \(own) *l, uint32_t neuron, int32_t own)"
    }
    private var movingPrototype: String {
        "void \(own)_moving(\(own) *l, const uint32_t *spikes)"
    }
    private var lastPrototype: String {
        "void \(own)_last(\(own) *l, const uint32_t *spikes, int32_t *sums)"
    }
    private var teachPrototype: String {
        "void \(own)_teach(\(own) *l, const int32_t *scores, int32_t label)"
    }

    // MARK: - Source

    var source: String {
        var lines = ["#include \"\(own).h\"", ""]
        for table in tables { lines += table.lines + [""] }
        if learning.input != nil || learning.thresholds != nil { lines += helpers + [""] }
        if learning.lastLayer?.bits == 4 { lines += nibbles + [""] }
        lines += rollBack + [""] + begin + [""]
        if learning.input != nil { lines += input + [""] }
        if learning.thresholds != nil { lines += threshold + [""] + moving + [""] }
        if learning.lastLayer != nil { lines += last + [""] }
        if learning.thresholds != nil || learning.lastLayer != nil { lines += teach }
        return CText.indented(lines)
    }

    private var helpers: [String] {
        [
            "/* Divides by 2^by, rounded down, which the language leaves open for numbers below 0. */",
            "static int32_t shifted(int32_t value, uint32_t by) {",
            "return value >= 0 ? (int32_t)((uint32_t)value >> by)",
            ": -1 - (int32_t)((uint32_t)(-1 - value) >> by);",
            "}", "",
            "static int32_t clipped(int32_t value, int32_t lowest, int32_t largest) {",
            "return value < lowest ? lowest : value > largest ? largest : value;",
            "}",
        ]
    }

    private var nibbles: [String] {
        [
            "static int32_t delta(const \(own) *l, uint32_t place) {",
            "const uint32_t half = ((uint32_t)l->deltas[place >> 1] >> (4U * (place & 1U))) & 15U;",
            "return half < 8U ? (int32_t)half : (int32_t)half - 16;",
            "}", "",
            "static void set_delta(\(own) *l, uint32_t place, int32_t value) {",
            "const uint32_t up = 4U * (place & 1U);",
            "const uint32_t others = (uint32_t)l->deltas[place >> 1] & (240U >> up);",
            "l->deltas[place >> 1] = (uint8_t)(others | (((uint32_t)value & 15U) << up));",
            "}",
        ]
    }

    private func at(_ place: String) -> String {
        learning.lastLayer?.bits == 4 ? "delta(l, \(place))" : "(int32_t)l->deltas[\(place)]"
    }

    private func set(_ place: String, _ value: String) -> String {
        learning.lastLayer?.bits == 4
            ? "set_delta(l, \(place), \(value));" : "l->deltas[\(place)] = (int8_t)(\(value));"
    }

    private var rollBack: [String] {
        var body: [String] = []
        if let input = learning.input {
            let type = input.meanBytes(of: range) == 2 ? "int16_t" : "int32_t"
            body += CText.loop(
                "i", values,
                [
                    "l->mean[i] = (\(type))(16 * (int32_t)\(own)_mean[i]);",
                    "l->gain[i] = 4096U;",
                ])
        }
        if learning.thresholds != nil {
            body += CText.loop(
                "i", moved, ["l->running[i] = (int16_t)\(own)_target[i];", "l->steps[i] = 0;"])
        }
        if let rule = learning.lastLayer {
            let all = size.inputs * size.outputs
            body += CText.loop(
                "i", rule.bits == 8 ? all : (all + 1) / 2, ["l->deltas[i] = 0;"])
        }
        return ["void \(own)_roll_back(\(own) *l) {"] + body + ["\(own)_begin(l);", "}"]
    }

    private var begin: [String] {
        var body: [String] = []
        if learning.lastLayer != nil {
            body += CText.loop("i", size.inputs, ["l->counts[i] = 0U;"])
        }
        if learning.thresholds != nil, !sharesCounts {
            body += CText.loop("i", moved, ["l->moving[i] = 0U;"])
        }
        return ["void \(own)_begin(\(own) *l) {"] + (body.isEmpty ? ["(void)l;"] : body) + ["}"]
    }

    private var input: [String] {
        guard let rule = learning.input else { return [] }
        let type = rule.meanBytes(of: range) == 2 ? "int16_t" : "int32_t"
        let low = CInteger.literal(Int(range.lowerBound)), high = "\(range.upperBound)"
        let gains = InputAdaptation.gains
        return ["\(inputPrototype) {"]
            + CText.loop(
                "i", values,
                [
                    "const int32_t number = clipped((int32_t)row[i], \(low), \(high));",
                    "int32_t mean = (int32_t)l->mean[i];",
                    "if (learns != 0U) {",
                    "mean += shifted(16 * number - mean, \(rule.meanShift)U);",
                    "l->mean[i] = (\(type))mean;",
                    "}",
                    "const int32_t away = number - shifted(mean, 4U);",
                    "const int32_t gain = (int32_t)l->gain[i];",
                    "const int32_t y = shifted(away * (gain >> 4), 8U);",
                    "const int32_t deviation = (int32_t)\(own)_deviation[i];",
                    "if (learns != 0U && deviation >= \(InputAdaptation.leastDeviation)) {",
                    "const int32_t change = (deviation - (y < 0 ? -y : y)) * \(1 << rule.gainShift);",
                    "l->gain[i] = (uint16_t)clipped(gain + change, \(gains.lowerBound), \(gains.upperBound));",
                    "}",
                    "shown[i] = (\(name)_input)clipped(y + (int32_t)\(own)_mean[i], \(low), \(high));",
                ]) + ["}"]
    }

    private var threshold: [String] {
        guard let rule = learning.thresholds, let moving = learning.moving,
            case .neurons(let neurons) = learning.network.stages[moving]
        else { return [] }
        return [
            "\(thresholdPrototype) {",
            "return clipped(own + (int32_t)l->steps[neuron] * \(rule.step), 1, \(neurons.limits.upperBound));",
            "}",
        ]
    }

    private func counting(_ field: String, _ count: Int) -> [String] {
        CText.loop(
            "i", count,
            [
                "if (((spikes[i >> 5] >> (i & 31U)) & 1U) != 0U && l->\(field)[i] < 255U) {",
                "l->\(field)[i] = (uint8_t)(l->\(field)[i] + 1U);", "}",
            ])
    }

    private var moving: [String] {
        // Counted before the last layer already.
        ["\(movingPrototype) {"]
            + (sharesCounts ? ["(void)l;", "(void)spikes;"] : counting("moving", moved)) + ["}"]
    }

    private var last: [String] {
        let outputs = size.outputs
        return ["\(lastPrototype) {"] + counting("counts", size.inputs)
            + CText.loop(
                "i", size.inputs,
                [
                    "if (((spikes[i >> 5] >> (i & 31U)) & 1U) != 0U) {"
                ]
                    + CText.loop(
                        "o", outputs,
                        ["sums[o] += \(at("i * \(outputs)U + o")) * \(1 << learning.unitShift);"])
                    + ["}"]) + ["}"]
    }

    private var teach: [String] {
        var body: [String] = []
        if let rule = learning.thresholds {
            body += CText.loop(
                "i", moved,
                [
                    "const int32_t target = (int32_t)\(own)_target[i];",
                    "const int32_t room = (target >> 1) < 8 ? 8 : target >> 1;",
                    "const int32_t before = (int32_t)l->running[i];",
                    "const int32_t now = before + shifted(16 * (int32_t)l->\(movingCounts)[i] - before, \(rule.rateShift)U);",
                    "l->running[i] = (int16_t)now;",
                    "if (now > target + room && l->steps[i] < \(rule.limit)) {",
                    "l->steps[i] = (int8_t)(l->steps[i] + 1);",
                    "} else if (now < target - room && l->steps[i] > -\(rule.limit)) {",
                    "l->steps[i] = (int8_t)(l->steps[i] - 1);", "}",
                ])
        }
        guard let rule = learning.lastLayer else {
            return ["\(teachPrototype) {"] + body + ["(void)scores;", "(void)label;", "}"]
        }
        let outputs = size.outputs, largest = rule.largest
        guard outputs > 1 else {
            return ["\(teachPrototype) {"] + body + ["(void)scores;", "(void)label;", "}"]
        }
        body += [
            "if (label < 0 || label >= \(outputs)) {", "return;", "}",
            "const uint32_t right = (uint32_t)label;",
            "uint32_t best = right == 0U ? 1U : 0U;",
        ]
        body += CText.loop(
            "o", outputs,
            ["if (o != right && scores[o] > scores[best]) {", "best = o;", "}"])
        body += [
            "/* Scores lie far apart at most by what 32 bits without a sign hold. */",
            "if (scores[right] >= scores[best] && (uint32_t)scores[right] - (uint32_t)scores[best] >= \(rule.margin)U) {",
            "return;", "}",
        ]
        body += CText.loop(
            "i", size.inputs,
            [
                "const int32_t change = (int32_t)l->counts[i] >> \(rule.rateShift);",
                "const int32_t up = \(at("i * \(outputs)U + right")) + change;",
                "const int32_t down = \(at("i * \(outputs)U + best")) - change;",
                set("i * \(outputs)U + right", "up > \(largest) ? \(largest) : up"),
                set("i * \(outputs)U + best", "down < -\(largest) ? -\(largest) : down"),
            ])
        return ["\(teachPrototype) {"] + body + ["}"]
    }
}
