import RanvierData
import RanvierFormats
import RanvierTensors
import RanvierTestSupport
import Testing

@Suite struct DatasetTests {
    private func toy(_ count: Int = 10) throws -> Dataset {
        try Dataset(
            name: "toy", values: (0..<count * 2).map { Float($0) }, featureShape: [2],
            labels: (0..<count).map { $0 % 3 }, classNames: ["a", "b", "c"])
    }

    @Test func samplesAndParts() throws {
        let data = try toy()
        #expect(data.count == 10 && data.classCount == 3 && data.valueRange == 0...19)
        #expect(data.classCounts == [4, 3, 3])
        let part = data.subset([7, 2])
        #expect(part.labels == [1, 2])
        #expect(part.values(ofSample: 0) == [14, 15])
        let tensor = part.features(of: [1, 0, 1])
        #expect(tensor.shape == [3, 2] && tensor.scalars == [4, 5, 14, 15, 4, 5])
        #expect(try part.subset([1]).reshaped(to: [1, 2]).features(of: [0]).shape == [1, 1, 2])
        expectDataError(.invalidParameter) { _ = try data.reshaped(to: [3]) }
    }

    @Test func bytesAreDivided() throws {
        let data = try Dataset(
            name: "bytes", bytes: [0, 51, 255, 1], featureShape: [2], labels: [0, 1])
        #expect(data.features(of: [0, 1]).scalars == [0, 0.2, 1, Float(1) / 255])
        #expect(data.valueRange == 0...1)
        #expect(data.classNames == ["0", "1"])
    }

    @Test func badDataAreNamed() {
        expectDataError(.countMismatch, mentioning: ["toy", "3 values"]) {
            _ = try Dataset(name: "toy", values: [1, 2, 3], featureShape: [2], labels: [0, 1])
        }
        expectDataError(.notFinite, mentioning: ["toy, sample 1, value 0", "nan"]) {
            _ = try Dataset(
                name: "toy", values: [1, 2, .nan, 3], featureShape: [2], labels: [0, 1])
        }
        expectDataError(.notFinite, mentioning: ["inf"]) {
            _ = try Dataset(name: "toy", values: [-.infinity], featureShape: [1], labels: [0])
        }
        expectDataError(.labelOutsideClasses, mentioning: ["sample 1", "0 to 1", "found 2"]) {
            _ = try Dataset(
                name: "toy", values: [1, 2], featureShape: [1], labels: [0, 2],
                classNames: ["a", "b"])
        }
        expectDataError(.labelOutsideClasses, mentioning: ["found -1"]) {
            _ = try Dataset(name: "toy", values: [1], featureShape: [1], labels: [-1])
        }
    }

    @Test func splitsAreDisjointAndRepeatable() throws {
        let data = try toy(90)
        for isStratified in [true, false] {
            let (training, validation) = try data.split(
                validationFraction: 0.2, seed: 5, isStratified: isStratified)
            #expect(training.count == 72 && validation.count == 18)
            let first = training.values.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
            let other = validation.values.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
            #expect(Set(first + other) == Set((0..<90).map { Float($0 * 2) }))
            let again = try data.split(validationFraction: 0.2, seed: 5, isStratified: isStratified)
            #expect(again.validation.values == validation.values)
            let different = try data.split(
                validationFraction: 0.2, seed: 6, isStratified: isStratified)
            #expect(different.validation.values != validation.values)
            if isStratified { #expect(validation.classCounts == [6, 6, 6]) }
        }
        expectDataError(.invalidParameter) { _ = try data.split(validationFraction: 1, seed: 0) }
    }

    @Test func batchesCoverEverySampleOnce() throws {
        let data = try toy(10)
        let plain = Batches(data, size: 4)
        #expect(plain.map(\.count) == [4, 4, 2])
        #expect(plain[2].indices == [8, 9] && plain[2].labels == [2, 0])
        #expect(plain[2].features.scalars == [16, 17, 18, 19])
        #expect(Batches(data, size: 4, dropsPartialBatch: true).map(\.count) == [4, 4])
        let first = Batches(data, size: 4, seed: 1, epoch: 0)
        #expect(first.order.sorted() == Array(0..<10) && first.order != Array(0..<10))
        #expect(first.order == Batches(data, size: 3, seed: 1, epoch: 0).order)
        #expect(first.order != Batches(data, size: 4, seed: 1, epoch: 1).order)
        #expect(first.order != Batches(data, size: 4, seed: 2, epoch: 0).order)
        for batch in first {
            #expect(batch.features.scalars == data.features(of: batch.indices).scalars)
        }
    }
}
