import Foundation
import Ranvier
import RanvierData
import RanvierFormats
import RanvierLearning
import RanvierSpikes
import RanvierTestSupport
import Testing

/// What a model takes of samples under another shape, and of sequences in other steps.
@Suite struct SignatureShapeTests {
    private func data(_ shape: [Int], step: Double? = nil) throws -> Dataset {
        let size = shape.reduce(1, *)
        return try Dataset(
            name: "toy", values: (0..<2 * size).map { Float($0) }, featureShape: shape,
            labels: [0, 1]
        ).timed(step: step)
    }

    private func signature(of data: Dataset) throws -> ModelSignature {
        ModelSignature(of: data, task: try #require(Classification(of: data)))
    }

    @Test func imagesOfAnotherShapeAreRefused() throws {
        let wide = try data([4, 16, 1])
        for learned in [try data([8, 8, 1]), try data([8, 8, 1]).flattened] {
            let signature = try signature(of: learned)
            for given in [wide, wide.flattened] {
                expectDataError(.countMismatch, mentioning: ["[8, 8, 1]", "[4, 16, 1]"]) {
                    _ = try signature.prepared(given)
                }
            }
            for given in [try data([8, 8, 1]), try data([8, 8, 1]).flattened, try data([64])] {
                #expect(try signature.prepared(given).featureShape == learned.featureShape)
            }
        }
        // A vector of which nothing is known is what the model takes it for.
        let vector = try signature(of: data([64]))
        #expect(try vector.prepared(wide).featureShape == [64])
    }

    @Test func axesAreNotExchanged() throws {
        let signature = try signature(of: data([10, 6], step: 0.01))
        #expect(try signature.prepared(data([10, 6], step: 0.01)).featureShape == [10, 6])
        #expect(try signature.prepared(data([10, 6, 1], step: 0.01)).featureShape == [10, 6])
        expectDataError(.countMismatch, mentioning: ["[10, 6]", "[6, 10]"]) {
            _ = try signature.prepared(data([6, 10], step: 0.01))
        }
        expectDataError(.invalidParameter, mentioning: ["10 ms", "found 1 ms"]) {
            _ = try signature.prepared(data([10, 6], step: 0.001))
        }
    }

    @Test func theShapeOfImagesIsStored() throws {
        let flat = try data([4, 16, 1]).flattened
        let signature = try signature(of: flat)
        #expect(signature.imageShape == [4, 16, 1] && signature.inputShape == [64])
    }

    @Test func stepsOfEncodersAreThoseOfTheData() throws {
        let sequences = try data([10, 6], step: 0.01)
        let wrong = SequenceEncoder(steps: 10, timeStep: 1e-3)
        let error = try #require(throws: TrainingError.self) {
            try wrong.requireTimeStep(of: sequences)
        }
        #expect("\(error)".contains("expected 10 ms, as in toy, found 1 ms"), "\(error)")
        #expect("\(error)".contains("encoding.sequence.time-step to 0.01"), "\(error)")
        try SequenceEncoder(steps: 10, timeStep: 0.01).requireTimeStep(of: sequences)
        // Of data without a known step, and encoders with a clock of their own, any.
        try wrong.requireTimeStep(of: data([10, 6]))
        try DirectEncoder(steps: 10, timeStep: 1e-3).requireTimeStep(of: sequences)
    }

    @Test func augmentationShiftsImagesAndNothingElse() throws {
        #expect(try data([4, 16, 1]).flattened.shiftedShape == [4, 16, 1])
        #expect(try data([5, 4, 4, 2]).shiftedShape == [4, 4, 2])
        for other in [try data([64]), try data([10, 6], step: 0.01)] {
            let error = try #require(throws: TrainingError.self) { try other.shiftedShape }
            #expect("\(error)".contains("training.augmentation: expected images"), "\(error)")
        }
    }
}
