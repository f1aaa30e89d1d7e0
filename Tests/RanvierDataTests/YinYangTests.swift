import Foundation
import RanvierData
import RanvierFormats
import RanvierTestSupport
import Testing

@Suite struct YinYangTests {
    /// First samples of the published sets, as `RandomState(42)` and `RandomState(40)` give them.
    @Test func firstPublishedSamples() throws {
        let yinYang = try YinYang()
        #expect(yinYang.train.count == 5000 && yinYang.test.count == 1000)
        #expect(yinYang.train.labels.prefix(3) == [2, 1, 2])
        #expect(yinYang.validation.labels.prefix(3) == [0, 1, 0])
        #expect(yinYang.test.labels.prefix(3) == [2, 2, 1])
        let expected: [Float] = [0.68030754, 0.45049925, 0.31969246, 0.54950075]
        let found = yinYang.train.values(ofSample: 0)
        #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-7 })
        for count in yinYang.train.classCounts { #expect(abs(count - 1667) < 100) }
    }

    @Test func classesOfPoints() {
        #expect(YinYang.label(x: 0.75, y: 0.5) == 2 && YinYang.label(x: 0.25, y: 0.55) == 2)
        #expect(YinYang.label(x: 0.25, y: 0.35) == 1)
        #expect(YinYang.label(x: 0.75, y: 0.65) == 0)
        #expect(YinYang.label(x: 0.5, y: 0.9) == 1 && YinYang.label(x: 0.5, y: 0.1) == 0)
        #expect(YinYang.label(x: 0.01, y: 0.01) == nil)
    }

    @Test(.data("yin-yang")) func publishedFilesBitForBit() throws {
        let folder = try #require(SharedData.directory).url.appending(path: "yin-yang")
        let published = try YinYang()
        for (name, data) in [
            ("train", published.train), ("validation", published.validation),
            ("test", published.test),
        ] {
            let samples = try NPYFile(contentsOf: folder.appending(path: "\(name)_samples.npy"))
            let labels = try NPYFile(contentsOf: folder.appending(path: "\(name)_labels.npy"))
            #expect(samples.shape == [data.count, 4])
            #expect(samples.numbers.map { Float($0) } == data.values)
            #expect(try labels.integers() == data.labels)
        }
    }
}
