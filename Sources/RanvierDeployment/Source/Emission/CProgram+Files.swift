extension CProgram {
    /// Fields of the state in the order in which they lie: wide ones first, so that there are no gaps.
    private func members(_ life: CField.Life) -> [CField] { fields.filter { $0.life == life } }

    /// A shared part of the state: its size and its alignment; nil where nothing shares.
    private func shared(_ life: CField.Life) -> (bytes: Int, alignment: Int)? {
        let all = members(life)
        guard let size = all.map(\.byteCount).max(), let alignment = all.map(\.type.bytes).max()
        else { return nil }
        return ((size + alignment - 1) / alignment * alignment, alignment)
    }

    private static let sharedNames: [(life: CField.Life, name: String, purpose: String)] = [
        (.even, "even", "what stages hand on, every second one"),
        (.odd, "odd", "what stages hand on, the others"),
        (.within, "within", "sums within a stage"),
    ]

    /// Members of the state in their order: lines of C, and bytes.
    func stateMembers() -> [(name: String, purpose: String, bytes: Int, lines: [String])] {
        var all: [(alignment: Int, name: String, purpose: String, bytes: Int, lines: [String])] =
            members(.kept).map {
                (
                    $0.type.bytes, $0.name, $0.purpose, $0.byteCount,
                    [$0.declaration + " /* \($0.purpose) */"]
                )
            }
        for part in Self.sharedNames {
            guard let size = shared(part.life) else { continue }
            let inside = members(part.life).map { $0.declaration + " /* \($0.purpose) */" }
            all.append(
                (
                    size.alignment, part.name, part.purpose, size.bytes,
                    ["union {"] + inside + ["} \(part.name); /* \(part.purpose) */"]
                ))
        }
        return [4, 2, 1].flatMap { alignment in
            all.filter { $0.alignment == alignment }.map {
                ($0.name, $0.purpose, $0.bytes, $0.lines)
            }
        }
    }

    /// Bytes of the state: what `sizeof` says.
    var stateBytes: Int {
        let sum = stateMembers().reduce(0) { $0 + $1.bytes }
        let alignment = max(
            members(.kept).map(\.type.bytes).max() ?? 1,
            Self.sharedNames.compactMap { shared($0.life)?.alignment }.max() ?? 1)
        return (sum + alignment - 1) / alignment * alignment
    }

    /// `net.c`.
    func source() -> String {
        let p = prefix
        var body = functions
        let layers = network.neurons.count
        let resetBody =
            reset
            + (layers > 0
                ? ["#ifdef \(macro)_COUNTS"] + CText.loop("i", layers, ["state->counts[i] = 0U;"])
                    + ["#endif"] : [])
            + (learning == nil ? [] : whereLearning("\(p)_learning_begin(state->learning);"))
        body += ["void \(p)_reset(\(p)_state *state) {"] + resetBody + ["}", ""]
        body +=
            ["void \(p)_step(\(p)_state *state, const \(p)_input *row) {"] + step + ["}", ""]
        body += [
            "int32_t \(p)_score(const \(p)_state *state, int32_t output) {",
            "return state->scores[output];", "}", "",
            "int32_t \(p)_answer(const \(p)_state *state) {", "int32_t best = 0;",
            "for (int32_t i = 1; i < \(macro)_OUTPUTS; i++) {",
            "if (state->scores[i] > state->scores[best]) {", "best = i;", "}", "}",
            "return best;", "}", "",
        ]
        body +=
            ["int32_t \(p)_margin(const \(p)_state *state) {"]
            + (network.outputs == 1
                ? ["(void)state;", "return 0;"]
                : [
                    "const int32_t best = \(p)_answer(state);",
                    "int32_t second = best == 0 ? 1 : 0;",
                    "for (int32_t i = 0; i < \(macro)_OUTPUTS; i++) {",
                    "if (i != best && state->scores[i] > state->scores[second]) {", "second = i;",
                    "}", "}",
                    "const uint32_t margin = (uint32_t)state->scores[best] - (uint32_t)state->scores[second];",
                    "return margin > 0x7fffffffU ? 0x7fffffff : (int32_t)margin;",
                ]) + ["}"]
        if layers > 0 {
            body += [
                "", "#ifdef \(macro)_COUNTS",
                "uint32_t \(p)_spikes(const \(p)_state *state, int32_t layer) {",
                "return state->counts[layer];", "}", "#endif",
            ]
        }
        let small = SmallFunctions.named(in: body + clipping, prefix: p)
        var lines = [
            "/* Tables are read alone and lie in flash; all that changes lies in the state. */",
            "#include \"\(p).h\"",
        ]
        if learning != nil { lines += whereLearning("#include \"\(p)_learning.h\"") }
        lines.append("")
        var layer = ""
        for entry in tables {
            if entry.layer != layer {
                layer = entry.layer
                lines.append("/* '\(CText.comment(layer))' */")
            }
            lines += entry.table.lines + [""]
        }
        return CText.indented(lines + small + clipping + body)
    }
}
