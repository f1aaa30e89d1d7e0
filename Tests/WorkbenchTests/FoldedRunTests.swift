import Foundation
import Ranvier
import RanvierExperiments
import RanvierReports
import RanvierTestSupport
import Testing

/// A run whose model was quantised and folded to whole numbers goes on as any other.
@Suite struct FoldedRunTests {
    @Test func aFoldedModelIsEvaluatedInItsRun() throws {
        let place = try TemporaryFolder(), workbench = Workbench()
        let configuration = try place.write(
            """
            dataset: {name: digits, limit: 150}
            encoding: {direct: {steps: 3}}
            network:
              - linear: {outputs: 24, bias: false, gain: 2}
              - batch-norm
              - if: {surrogate: triangular}
              - linear: {outputs: 10}
            training: {epochs: 3, batch-size: 10, optimizer: {adam: {learning-rate: 1e-2}}}
            baseline: none
            """, to: "digits.yaml")
        let run = place.url.appending(path: "run")
        func result(_ outcome: CommandOutcome) throws -> RunResult {
            try RunResult(json: Data(outcome.json().utf8))
        }
        let before = try result(
            workbench.run(RunRequest(configuration: configuration, output: run)))
        let model = try #require(try Model.load(run) as? ClockedModel)
        let quantized = try PostTrainingQuantization(bits: 6, samples: 50)
            .apply(to: model, calibration: Digits().train.prefix(50), in: .standard)
        let folded = try WholeNumberFolding(input: .levels(16), fractionBits: 3)
            .apply(to: quantized.model)
        try folded.model.save(to: run, method: "surrogate")
        let after = try result(workbench.evaluate(EvaluateRequest(run: run)))
        #expect(after.test.samples == before.test.samples)
        let accuracies = try (
            #require(before.test.accuracy), #require(after.test.accuracy)
        )
        #expect(accuracies.0 > 0.3 && abs(accuracies.0 - accuracies.1) < 0.1)
    }
}
