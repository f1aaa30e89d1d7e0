import Foundation
import RanvierDeployment
import RanvierTestSupport

/// Many exports as one program that compares all their scores.
struct CExportSet {
    private(set) var exports: [CExport] = []

    mutating func add(_ export: CExport) { exports.append(export) }

    /// The program: each network's source and samples, and a main that names those that differ.
    var source: String {
        var text = "#include <stdio.h>\n", checks = ""
        for export in exports {
            let p = export.name, m = p.uppercased()
            // The text itself: compilers warn less of what is included.
            text += (export.files["\(p).c"] ?? "") + "#include \"\(p)_golden.h\"\n"
            checks += """
                {
                    static \(p)_state s;
                    int differs = sizeof s == \(export.memory.stateBytes) ? 0 : 1;
                    for (int k = 0; k < \(m)_GOLDEN_SAMPLES; k++) {
                        \(p)_reset(&s);
                        for (int r = 0; r < \(m)_ROWS; r++) {
                            \(p)_step(&s, &\(p)_golden_input[(k * \(m)_ROWS + r) * \(m)_INPUT_WORDS]);
                        }
                        int32_t best = 0;
                        for (int o = 0; o < \(m)_OUTPUTS; o++) {
                            if (\(p)_score(&s, o) != \(p)_golden_scores[k * \(m)_OUTPUTS + o]) { differs = 1; }
                            if (\(p)_score(&s, o) > \(p)_score(&s, best)) { best = o; }
                        }
                        if (\(p)_answer(&s) != best || \(p)_margin(&s) < 0) { differs = 1; }
                    }
                    if (differs != 0) { bad++; (void)printf("\(p) differs\\n"); }
                }

                """
        }
        return text + "int main(void) {\nint bad = 0;\n" + checks
            + "return bad == 0 ? 0 : 1;\n}\n"
    }

    /// Compiles and runs it; what is said is empty where all agree.
    func outcome(_ compiler: String, _ flags: [String]) throws -> CCompiler.Outcome {
        let folder = try TemporaryFolder()
        for export in exports {
            for (name, text) in export.files where name.hasPrefix(export.name) {
                try folder.write(text, to: name)
            }
        }
        try folder.write(source, to: "all.c")
        let compiled = try CCompiler.run(
            compiler, CCompiler.strict + flags + ["all.c", "-o", "all"], in: folder)
        guard compiled.status == 0 else { return compiled }
        return try CCompiler.run(folder.path + "/all", [], in: folder)
    }
}
