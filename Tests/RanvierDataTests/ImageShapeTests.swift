import RanvierFormats
import RanvierTestSupport
import Testing

@testable import RanvierData

/// The shape of images is known or refused, never guessed.
@Suite struct ImageShapeTests {
    private func images(_ shape: [Int], name: String = "toy") throws -> Dataset {
        let size = shape.reduce(1, *)
        return try Dataset(
            name: name, values: (0..<2 * size).map { Float($0) }, featureShape: shape,
            labels: [0, 1])
    }

    @Test func vectorsRememberTheirImages() throws {
        let flat = try images([2, 8, 1]).flattened
        #expect(flat.featureShape == [16] && flat.imageShape == [2, 8, 1])
        let kept = [
            flat, flat.subset([1]), flat.prefix(1), try flat.reshaped(to: [16]),
            flat.naming(features: (0..<16).map { "\($0)" }),
            try flat.split(validationFraction: 0.5, seed: 0, isStratified: false).validation,
            try Scaling(fitting: flat)(flat), try flat.replacingValues(flat.values),
            try images([2, 8, 1]).reshaped(to: [16]),
        ]
        for data in kept { #expect(try data.asImages().featureShape == [2, 8, 1]) }
        #expect(try flat.asImages().values == flat.values)
        #expect(try Digits().train.asImages().featureShape == [8, 8, 1])
        #expect(try images([2, 8]).asImages().featureShape == [2, 8, 1])
    }

    @Test func aSquareIsNotGuessed() throws {
        let vectors = try images([16])
        expectDataError(.invalidParameter, mentioning: ["toy", "vectors of 16", "image-shape"]) {
            _ = try vectors.asImages()
        }
        #expect(try vectors.asImages([2, 8]).featureShape == [2, 8, 1])
        #expect(try vectors.asImages([2, 2, 4]).featureShape == [2, 2, 4])
        for shape in [[3, 5], [16], [4, -4], [Int.max, 4]] {
            expectDataError(.invalidParameter, mentioning: ["image-shape"]) {
                _ = try vectors.asImages(shape)
            }
        }
        expectDataError(.invalidParameter, mentioning: ["[2, 8, 1], as the file says", "[4, 4]"]) {
            _ = try images([2, 8, 1]).flattened.asImages([4, 4])
        }
        expectDataError(.invalidParameter, mentioning: ["[2, 8, 1], as the file says", "[4, 4]"]) {
            _ = try images([2, 8]).asImages([4, 4])
        }
    }

    @Test func sequencesAreNoImages() throws {
        let sequences = try images([2, 8]).timed(step: 0.01)
        #expect(sequences.imageShape == nil)
        expectDataError(.invalidParameter, mentioning: ["sequences [2, 8]"]) {
            _ = try sequences.asImages()
        }
        expectDataError(.invalidParameter, mentioning: ["no sequences"]) {
            _ = try sequences.asImages([2, 8])
        }
    }

    @Test func partsMustAgree() throws {
        let training = try images([8, 8, 1], name: "a").flattened
        let test = try images([4, 16, 1], name: "b").flattened
        expectDataError(
            .countMismatch, mentioning: ["b", "[8, 8, 1], as in a", "[4, 16, 1]"]
        ) { try test.requireShape(of: training) }
        expectDataError(.countMismatch, mentioning: ["shape [64], as in a", "[63]"]) {
            try images([63], name: "b").requireShape(of: training)
        }
        let steps = try images([2, 8], name: "a").timed(step: 0.01)
        expectDataError(.countMismatch, mentioning: ["10 ms, as in a", "found 5 ms"]) {
            try steps.timed(step: 0.005).requireShape(of: steps)
        }
        try training.requireShape(of: training)
    }
}
