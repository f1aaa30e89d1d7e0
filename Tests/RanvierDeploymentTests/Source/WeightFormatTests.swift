import RanvierDeployment
import RanvierTestSupport
import Testing

/// What formats pack, they give back.
@Suite struct WeightFormatTests {
    private func matrix(_ rows: Int, _ columns: Int, largest: Int, percent: Int, seed: UInt64)
        -> CodeMatrix
    {
        var numbers = SeededNumbers(seed: seed)
        let codes = (0..<rows * columns).map { _ -> Int8 in
            guard Int.random(in: 0..<100, using: &numbers) < percent else { return 0 }
            return Int8(Int.random(in: -largest...largest, using: &numbers))
        }
        return CodeMatrix(rows: rows, columns: columns, codes: codes)
    }

    @Test(arguments: [1, 3, 7, 127]) func roundTrips(largest: Int) {
        for percent in [0, 3, 40, 100] {
            let matrix = matrix(13, 20, largest: largest, percent: percent, seed: UInt64(percent))
            #expect(PackedCodes(matrix.codes).codes == matrix.codes)
            #expect(WeightLists(matrix).codes == matrix.codes)
            #expect(WeightMap(matrix).codes == matrix.codes)
            #expect(WeightRuns(matrix).codes == matrix.codes)
            for size in [2, 4] {
                #expect(WeightBlocks(matrix, size: size)?.codes == matrix.codes)
            }
            #expect(WeightBlocks(matrix, size: 16) == nil)
            #expect(matrix.transposed.transposed == matrix)
            guard largest == 1 else { continue }
            #expect(BitPlanes(matrix).codes == matrix.codes)
        }
    }

    @Test func packedInTheFewestBits() {
        #expect(PackedCodes([1, -1, 1]).bits == 1)
        #expect(PackedCodes([1, -1, 0]).bits == 2)
        #expect(PackedCodes([3, -3]).bits == 3)
        #expect(PackedCodes([-7, 0]).bytes == [0x09])
        #expect(PackedCodes([-8, 0]).bits == 8)
        // Three bits across a byte: 3, -1, 1 are 011, 111, 001 from the lowest bit on.
        #expect(PackedCodes([3, -1, 1], bits: 3).bytes == [0b0111_1011, 0, 0])
        #expect(PackedCodes([3, -1, 1], bits: 3).codes == [3, -1, 1])
    }

    /// Runs reach sixteen zeros with a filler, and go on from row to row.
    @Test func runsOfZeros() {
        var codes = [Int8](repeating: 0, count: 40)
        codes[17] = 5
        codes[39] = -2
        let runs = WeightRuns(CodeMatrix(rows: 4, columns: 10, codes: codes))
        #expect(runs.runs == [15, 1, 15, 5])
        #expect(runs.values == [0, 5, 0, -2])
        #expect(runs.fillers == 2)
        #expect(runs.packedRuns == [0x1f, 0x5f])
    }

    @Test func signsInIndices() {
        let lists = WeightLists(CodeMatrix(rows: 2, columns: 3, codes: [0, 1, -1, -1, 0, 0]))
        #expect(lists.signedIndices == [1, 0x8002, 0x8000])
        #expect(WeightLists(CodeMatrix(rows: 1, columns: 1, codes: [2])).signedIndices == nil)
    }
}
