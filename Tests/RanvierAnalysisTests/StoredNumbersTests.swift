import RanvierAnalysis
import RanvierLearning
import Testing

/// What masked weights take on a device.
@Suite struct StoredNumbersTests {
    /// Lists over a few outputs need few pointers, lists over a few inputs, too; which is smaller depends on the layer.
    @Test func listsRunWhereTheyAreSmaller() throws {
        for shape in [[3, 3, 4, 200], [3, 3, 200, 4], [900, 6], [6, 900]] {
            let outputs = shape[shape.count - 1], count = shape.reduce(1, *)
            let mask = (0..<count).map { $0 % 47 == 0 }
            let byInput = try WeightStorage(mask: mask, rows: count / outputs, valueBits: 8)
            let turned = (0..<count).map { index in
                mask[index % (count / outputs) * outputs + index / (count / outputs)]
            }
            let byOutput = try WeightStorage(mask: turned, rows: outputs, valueBits: 8)
            let sizes = [byInput, byOutput].map { $0.bytes(in: $0.smallest) }
            let stored = StoredNumbers(name: "w", shape: shape, bits: 8, mask: mask)
            #expect(stored.bytes == sizes.min())
            #expect(byInput.bytes(in: .compressedRows) != byOutput.bytes(in: .compressedRows))
            #expect(byInput.nonzero == byOutput.nonzero && stored.bytes < count)
        }
        let dense = StoredNumbers(name: "w", shape: [10, 7], bits: 4)
        #expect(dense.bytes == 35)
    }
}
