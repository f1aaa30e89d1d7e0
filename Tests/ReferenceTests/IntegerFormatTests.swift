import RanvierDeployment
import Testing

/// `integer_inference.json`: packed forms of weights and spikes, word for word.
@Suite struct IntegerFormatTests {
    private func vectors(_ key: String) throws -> ReferenceValue {
        try ReferenceFile.integerInference.value()[key]
    }

    private func codes(_ value: ReferenceValue) throws -> [Int8] { try value.ints.map { Int8($0) } }

    private func matrix(_ value: ReferenceValue) throws -> CodeMatrix {
        let rows = try value.items
        let columns = try rows[0].ints.count
        return CodeMatrix(
            rows: rows.count, columns: columns, codes: try rows.flatMap { try codes($0) })
    }

    @Test(.reference(.integerInference)) func twoBits() throws {
        let file = try vectors("two_bit")
        let packed = PackedCodes(try codes(file["codes"]), bits: 2)
        #expect(packed.words.map { Int($0) } == (try file["words"].ints))
        #expect(packed.codes == (try codes(file["codes"])))
    }

    @Test(.reference(.integerInference)) func nibbles() throws {
        let file = try vectors("nibble")
        let packed = PackedCodes(try codes(file["codes"]), bits: 4)
        #expect(packed.bytes.map { Int($0) } == (try file["bytes"].ints))
        #expect(packed.codes == (try codes(file["codes"])))
    }

    @Test(.reference(.integerInference)) func lists() throws {
        let matrix = try matrix(vectors("w1"))
        let rows = WeightLists(matrix), columns = WeightLists(matrix.transposed)
        let csr = try vectors("csr_w1"), csc = try vectors("csc_w1")
        #expect(rows.starts == (try csr["row_ptr"].ints))
        #expect(rows.indices == (try csr["col"].ints))
        #expect(rows.values.map { Int($0) } == (try csr["val"].ints))
        #expect(columns.starts == (try csc["col_ptr"].ints))
        #expect(columns.indices == (try csc["row"].ints))
        #expect(columns.values.map { Int($0) } == (try csc["val"].ints))
    }

    @Test(.reference(.integerInference)) func planes() throws {
        let file = try vectors("bitplanes")
        let count = try file["n"].int
        let weights = try matrix(file["w"]), mask = try matrix(file["mask"])
        #expect(weights.columns == count)
        let masked = CodeMatrix(
            rows: weights.rows, columns: count,
            codes: zip(weights.codes, mask.codes).map { $0 * $1 })
        let planes = BitPlanes(masked), whole = BitPlanes(weights)
        func words(_ key: String) throws -> [Int] { try file[key].items.flatMap { try $0.ints } }
        #expect(planes.plus.map { Int($0) } == (try words("plus_words")))
        #expect(planes.minus.map { Int($0) } == (try words("minus_words")))
        #expect(whole.plus.map { Int($0) } == (try words("ones_words")))
        let spikes = try file["spikes"].items.map {
            BitPlanes.words(of: try $0.ints.map { $0 != 0 })
        }
        #expect(spikes.flatMap { $0.map { Int($0) } } == (try words("spike_words")))
        #expect(
            spikes.flatMap { planes.sums(of: $0).map { Int($0) } }
                == (try words("dot_spike_masked")))
        #expect(
            spikes.flatMap { whole.sums(of: $0).map { Int($0) } } == (try words("dot_spike_dense")))
        // Activations of −1 and 1 agree with a weight where their bits do.
        let activations = try file["activations_pm1"].items.map {
            BitPlanes.words(of: try $0.ints.map { $0 > 0 })
        }
        let products = activations.flatMap { activation in
            (0..<whole.rows).map { row in
                let differing = activation.indices.reduce(0) {
                    $0 + (activation[$1] ^ whole.plus[row * whole.wordsPerRow + $1]).nonzeroBitCount
                }
                return count - 2 * differing
            }
        }
        #expect(products == (try words("dot_xnor")))
    }
}
