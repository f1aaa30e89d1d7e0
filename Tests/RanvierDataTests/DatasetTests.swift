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

    @Test func targetsMayBeNumbersOrNothing() throws {
        let targets = Targets.values(
            [1, 10, 2, 20, 3, 30], names: ["force", "speed"], units: ["N", "m/s"])
        let data = try Dataset(
            name: "toy", values: [0, 1, 2, 3, 4, 5], featureShape: [2], targets: targets)
        #expect(data.count == 3 && data.labels.isEmpty && data.classCount == 0)
        let part = data.subset([2, 0])
        #expect(
            part.targets
                == .values([3, 30, 1, 10], names: ["force", "speed"], units: ["N", "m/s"]))
        #expect(try part.reshaped(to: [1, 2]).targets == part.targets)
        #expect(try part.replacingValues([9, 9, 9, 9]).targets == part.targets)
        #expect(Batches(data, size: 2)[1].targets == data.subset([2]).targets)
        // Without classes there is nothing to keep the shares of.
        let (training, validation) = try data.split(validationFraction: 0.34, seed: 0)
        #expect(training.count == 2 && validation.count == 1)
        let bare = try Dataset(
            name: "new", values: [1, 2], featureShape: [1], targets: .none(count: 2))
        #expect(bare.count == 2 && bare.targets.names.isEmpty && bare.classNames.isEmpty)
        #expect(Batches(bare, size: 1)[1].targets == .none(count: 1))
        expectDataError(.notFinite, mentioning: ["sample 1", "speed", "inf"]) {
            _ = try Dataset(
                name: "toy", values: [0, 0], featureShape: [1],
                targets: .values(
                    [1, 2, 3, .infinity], names: ["force", "speed"], units: ["", ""]))
        }
        expectDataError(.countMismatch, mentioning: ["3 samples", "2 values"]) {
            _ = try Dataset(
                name: "toy", values: [0, 0], featureShape: [1], targets: .none(count: 3))
        }
    }

    @Test func partsKeepNamesAndTimeBase() throws {
        let data = try toy(9).timed(step: 2e-3).naming(features: ["x", "y"])
        let parts = try data.split(validationFraction: 0.3, seed: 1)
        for part in [data.subset([3, 1]), data.prefix(2), parts.training, parts.validation] {
            #expect(part.timeStep == 2e-3 && part.featureNames == ["x", "y"])
        }
        let other = try data.replacingValues((0..<18).map { Float($0) })
        #expect(other.timeStep == 2e-3 && other.featureNames == ["x", "y"])
        #expect(try toy().timeStep == nil && toy().featureNames == nil)
    }
}
