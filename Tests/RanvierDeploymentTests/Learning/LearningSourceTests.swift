import Foundation
import RanvierDeployment
import RanvierSpikes
import RanvierTestSupport
import Testing

/// The C of what is learned, compiled and run beside a network written by hand, against ``AdaptiveRun``.
@Suite struct LearningSourceTests {
    @Test(
        .enabled(if: Tool.isThere(.gcc), "gcc is missing: apt-get install gcc"),
        arguments: [(4, true), (8, false)])
    func learnsTheSameNumbers(_ bits: Int, _ isPlainInput: Bool) throws {
        let own = try LearningCase(seed: 7, count: 60, learned: false)
        let rule = try LastLayerLearning(
            bits: bits, rateShift: 1, unitShift: bits == 8 ? 1 : nil, margin: 25)
        let thresholds = try ThresholdAdaptation(
            layer: "hidden", of: own.network, calibratedOn: own.samples, rateShift: 2)
        let learning = try DeviceLearning(
            of: own.network,
            input: InputAdaptation(
                calibratedOn: own.samples, of: own.network.input, meanShift: 3, gainShift: 2),
            lastLayer: rule, thresholds: isPlainInput ? nil : thresholds)
        let source = LearningSource(learning)
        for text in source.files.values {
            for word in ["malloc", "calloc", "float", "double"] { #expect(!text.contains(word)) }
        }
        let shown = own.drifted(gain: 50, offset: 60)
        var run = learning.start()
        var expected: [String] = []
        for (sample, label) in zip(shown, own.labels) {
            run.show(sample)
            expected.append(run.scores.map { "\($0)" }.joined(separator: " "))
            run.teach(label: label)
        }
        #expect(run.lessons > 5)

        let folder = try TemporaryFolder()
        for (name, text) in source.files { try folder.write(Array(text.utf8), to: name) }
        try folder.write(
            Array("#include <stdint.h>\ntypedef uint8_t net_input;\n".utf8), to: "net.h")
        try folder.write(
            Array(program(own, shown, movesThresholds: !isPlainInput).utf8), to: "main.c")
        let gcc = try Tool.find(.gcc)
        try gcc.succeed(
            [
                "-std=c99", "-Wall", "-Wextra", "-Wconversion", "-pedantic", "-Werror", "-O1",
                "-fsanitize=undefined", "-fno-sanitize-recover=all", "main.c", "net_learning.c",
                "-o", "learns",
            ], in: folder.url, work: "compile what is learned")
        let output = try Tool(at: folder.url.appending(path: "learns")).succeed(
            [], in: folder.url, work: "learn")
        let lines = output.split(separator: "\n").map(String.init)
        #expect(Array(lines.dropFirst()) == expected)
        // Up to the alignment of the type.
        let size = try #require(lines.first.flatMap { Int($0) })
        #expect((learning.bytes...learning.bytes + 3).contains(size))
    }

    /// A network by hand that calls what is learned, and prints scores.
    private func program(
        _ own: LearningCase, _ samples: [[Int32]], movesThresholds: Bool
    ) -> String {
        func table(_ type: String, _ name: String, _ numbers: some Sequence<some BinaryInteger>)
            -> String
        {
            "static const \(type) \(name)[] = {"
                + numbers.map { "\($0)" }.joined(separator: ", ") + "};"
        }
        let weights = own.network.synapses.map(\.weights.codes)
        let thresholds = own.network.neurons.first?.thresholds ?? []
        let (inputs, hidden) = (LearningCase.inputs, LearningCase.hidden)
        let (outputs, steps) = (LearningCase.outputs, LearningCase.steps)
        return """
            #include <stdio.h>
            #include "net_learning.h"
            \(table("int8_t", "first", weights[0]))
            \(table("int8_t", "last", weights[1]))
            \(table("int32_t", "thresholds", thresholds))
            \(table("uint8_t", "samples", samples.joined()))
            \(table("int32_t", "labels", own.labels))
            int main(void) {
                static net_learning l;
                net_learning_roll_back(&l);
                printf("%d\\n", (int)sizeof l);
                for (int s = 0; s < \(samples.count); s++) {
                    net_input shown[\(inputs)];
                    int32_t v[\(hidden)] = {0}, scores[\(outputs)] = {0};
                    net_learning_begin(&l);
                    net_learning_input(&l, samples + s * \(inputs), shown, 1U);
                    for (int t = 0; t < \(steps); t++) {
                        uint32_t spikes[\((hidden + 31) / 32)] = {0};
                        int32_t sums[\(outputs)] = {0};
                        for (int j = 0; j < \(hidden); j++) {
                            int32_t threshold = thresholds[j];
                            for (int i = 0; i < \(inputs); i++) {
                                v[j] += first[i * \(hidden) + j] * shown[i];
                            }
                            \(movesThresholds ? "threshold = net_learning_threshold(&l, (uint32_t)j, threshold);" : "")
                            if (v[j] < threshold) continue;
                            v[j] -= threshold;
                            spikes[j / 32] |= (uint32_t)1 << (j % 32);
                            for (int o = 0; o < \(outputs); o++) sums[o] += last[j * \(outputs) + o];
                        }
                        \(movesThresholds ? "net_learning_moving(&l, spikes);" : "")
                        net_learning_last(&l, spikes, sums);
                        for (int o = 0; o < \(outputs); o++) scores[o] += sums[o];
                    }
                    for (int o = 0; o < \(outputs); o++) {
                        printf("%d%c", (int)scores[o], o < \(outputs - 1) ? ' ' : '\\n');
                    }
                    net_learning_teach(&l, scores, labels[s]);
                }
                return 0;
            }

            """
    }
}
