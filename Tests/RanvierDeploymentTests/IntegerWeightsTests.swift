import RanvierDeployment
import Testing

@Suite struct IntegerWeightsTests {
    @Test func codesMustFitTheirBits() throws {
        #expect(throws: IntegerNetworkError.self) {
            try IntegerWeights(shape: [1, 2], codes: [8, 0], bits: 4, layer: "a")
        }
        let weights = try IntegerWeights(
            shape: [1, 2], codes: [7, 0], bits: 4, shift: 2, layer: "a")
        #expect(weights.sums == [28, 0])
        #expect(weights.additions == 1)
    }
}
