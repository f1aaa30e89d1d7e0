extension CProgram {
    /// A row as elements of `net_input`.
    func elements(of row: ArraySlice<Int32>) -> [Int] {
        guard network.input.encoding == .spikes else { return row.map { Int($0) } }
        return BitPlanes.words(of: row.map { $0 != 0 }).map { Int($0) }
    }

    /// `net_golden.h`.
    func goldenHeader(_ golden: GoldenSamples) -> String {
        let p = prefix, m = macro
        let width = network.input.rowCount
        let inputs = golden.samples.flatMap { sample in
            stride(from: 0, to: sample.count, by: width).flatMap {
                elements(of: sample[$0..<$0 + width])
            }
        }
        var lines = [
            "#ifndef \(m)_GOLDEN_H", "#define \(m)_GOLDEN_H", "",
            "/* Samples, and the scores that the network gives for them. */", "#include \"\(p).h\"",
            "",
            "#define \(m)_GOLDEN_SAMPLES \(golden.samples.count)", "",
        ]
        var input = CTable("\(p)_golden_input", inputType, inputs, "").lines
        input[0] =
            "static const \(p)_input \(p)_golden_input[\(m)_GOLDEN_SAMPLES * \(m)_ROWS * \(m)_INPUT_WORDS] = {"
        var scores = CTable(
            "\(p)_golden_scores", .int32, golden.scores.flatMap { $0.map { Int($0) } }, ""
        )
        .lines
        scores[0] =
            "static const int32_t \(p)_golden_scores[\(m)_GOLDEN_SAMPLES * \(m)_OUTPUTS] = {"
        lines += input + [""] + scores + ["", "#endif"]
        return CText.indented(lines)
    }

    /// `net_test.c`.
    func testSource() -> String {
        let p = prefix, m = macro
        return CText.indented([
            "/* Runs the samples of \(p)_golden.h and compares all scores: 0 where they agree. */",
            "#include <stdio.h>", "", "#include \"\(p).h\"", "#include \"\(p)_golden.h\"", "",
            "static \(p)_state state;", "", "int main(void) {", "int agree = 0;",
            "for (int32_t sample = 0; sample < \(m)_GOLDEN_SAMPLES; sample++) {",
            "\(p)_reset(&state);", "for (int32_t row = 0; row < \(m)_ROWS; row++) {",
            "\(p)_step(&state, &\(p)_golden_input[(sample * \(m)_ROWS + row) * \(m)_INPUT_WORDS]);",
            "}", "int differs = 0;", "for (int32_t output = 0; output < \(m)_OUTPUTS; output++) {",
            "if (\(p)_score(&state, output) != \(p)_golden_scores[sample * \(m)_OUTPUTS + output]) {",
            "differs = 1;", "}", "}", "agree += differs == 0 ? 1 : 0;", "}",
            "(void)printf(\"\(p): %d of %d samples agree\\n\", agree, \(m)_GOLDEN_SAMPLES);",
            "return agree == \(m)_GOLDEN_SAMPLES ? 0 : 1;", "}",
        ])
    }
}
