import RanvierData
import Testing

@Suite struct DigitsTests {
    @Test func contents() throws {
        let digits = try Digits()
        #expect(digits.all.count == 1797)
        #expect(digits.train.count == 1438 && digits.test.count == 359)
        #expect(digits.all.valueRange == 0...1 && digits.all.featureShape == [64])
        #expect(digits.all.labels.prefix(12) == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1])
        #expect(digits.all.classCounts.reduce(0, +) == 1797)
        #expect(digits.all.classCounts.allSatisfy { $0 > 170 })
        // Row 0 begins 0, 0, 5, 13; test sample 0 is row 4.
        #expect(digits.train.values(ofSample: 0).prefix(4) == [0, 0, 5.0 / 16, 13.0 / 16])
        #expect(digits.test.values(ofSample: 0) == digits.all.values(ofSample: 4))
        #expect(digits.train.values(ofSample: 4) == digits.all.values(ofSample: 5))
        #expect(try Digits(asImages: true).train.featureShape == [8, 8, 1])
    }
}
