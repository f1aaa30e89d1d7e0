import Foundation

/// A network that learns, compiled and run on this machine beside ``AdaptiveRun``: every score of every sample, while it learns.
extension DeviceCheck {
    /// Compiles a network with what it learns, shows it samples one after the other, teaches it, and compares.
    ///
    /// - Parameters:
    ///   - source: the files of the network.
    ///   - learning: what it learns.
    ///   - samples: numbers of the device, `rows · values` each.
    ///   - labels: of each sample; below 0 where it is not known.
    public init(
        of source: CNetworkSource, learning: DeviceLearning, samples: [[Int32]], labels: [Int]
    ) {
        self.init(
            target: "host, learning", support: CTarget.host.support.rawValue, samples: samples.count
        )
        var run = learning.start()
        let expected = zip(samples, labels).map { sample, label in
            run.show(sample)
            let scores = run.scores
            run.teach(label: label < 0 ? nil : label)
            return scores.map { "\($0)" }.joined(separator: " ")
        }
        do {
            let compiler = try CTarget.host.compiler()
            let written = LearningSource(learning, name: source.name)
            let main = source.renamed(
                Self.program(source, learning, samples: samples, labels: labels))
            let folder = try WorkFolder(
                files: source.files.merging(written.files) { $1 }
                    .merging(["learns.c": main]) { $1 })
            let defined = learning.learnsInside ? ["-D\(source.name.uppercased())_LEARNING"] : []
            try compiler.succeed(
                CompiledProgram.warnings + ["-O2"] + defined + [
                    "\(source.name).c", "\(source.name)_learning.c", "learns.c", "-o", "learns",
                ], in: folder.url, work: "compiling \(source.name) with what it learns")
            let output = try Tool(at: folder.url.appending(path: "learns")).succeed(
                [], in: folder.url, work: "learning")
            let lines = output.split(separator: "\n").map(String.init)
            agreeing = zip(lines, expected).count { $0 == $1 }
            status = lines == expected ? .agrees : .differs
        } catch let error as ToolchainError {
            if case .missing = error { status = .skipped }
            reason = "\(error)"
        } catch {
            reason = "\(error)"
        }
    }

    /// A program about a network named `net` that prints the scores of each sample before it learns from it.
    private static func program(
        _ source: CNetworkSource, _ learning: DeviceLearning, samples: [[Int32]], labels: [Int]
    ) -> String {
        let elements = samples.flatMap { learning.network.input.elements(of: $0) }
        let isSpikes = source.interface.input == .spikes
        let numbers = elements.map { isSpikes ? "\(UInt32(bitPattern: $0))U" : "\($0)" }
        let follows = learning.input != nil, inside = learning.learnsInside
        return """
            #include <stdio.h>
            #include "net_learning.h"
            static const net_input samples[] = {\(numbers.joined(separator: ","))};
            static const int32_t labels[] = {\(labels.map(String.init).joined(separator: ","))};
            static net_learning learning;
            static net_state state;
            int main(void) {
                const net_input *row = samples;
                net_learning_roll_back(&learning);
                \(inside ? "state.learning = &learning;" : "")
                for (int s = 0; s < \(samples.count); s++) {
                    net_reset(&state);
                    \(inside ? "" : "net_learning_begin(&learning);")
                    for (int r = 0; r < NET_ROWS; r++) {
                        \(follows
                            ? "net_input shown[NET_INPUT_WORDS]; net_learning_input(&learning, row, shown, 1U); net_step(&state, shown);"
                            : "net_step(&state, row);")
                        row += NET_INPUT_WORDS;
                    }
                    for (int o = 0; o < NET_OUTPUTS; o++) {
                        printf("%ld%c", (long)net_score(&state, o), o < NET_OUTPUTS - 1 ? ' ' : '\\n');
                    }
                    \(inside ? "net_learning_teach(&learning, state.scores, labels[s]);" : "(void)labels;")
                }
                return 0;
            }

            """
    }
}
