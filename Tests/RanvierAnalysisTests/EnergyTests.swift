import Foundation
import RanvierAnalysis
import RanvierLearning
import RanvierNetworks
import Testing

@Suite("Energy and operations")
struct EnergyTests {
    @Test("The estimate adds up from counts and unit energies")
    func estimate() {
        let counts = SampleOperations(synaptic: 100, multiplyAccumulate: 10, neuronUpdates: 4)
        let plain = EnergyEstimate(of: counts)
        #expect(abs(plain.arithmetic - (46 + 90)) < 1e-12)
        #expect(plain.actualWidth == plain.arithmetic)
        #expect(abs(plain.withMemory - (136 + 4 * 5.5 + 110 * 5 + 4 * 2 * 5)) < 1e-9)

        let small = EnergyEstimate(
            of: counts,
            assuming: EnergyAssumptions(
                arithmetic: .int8Into32, weightBits: 8, indexBits: 8, stateBits: 16))
        #expect(small.arithmetic == plain.arithmetic)
        #expect(abs(small.actualWidth - (10 * 0.3 + 100 * 0.1)) < 1e-12)
        #expect(abs(small.weightFetch - 110 * 1.25) < 1e-9)
        #expect(small.indexFetch == small.weightFetch)
        #expect(abs(small.stateAccess - 4 * 2 * 2.5) < 1e-9)
    }

    @Test("Each assumption changes the estimate")
    func assumptionsMatter() {
        let counts = SampleOperations(synaptic: 100, multiplyAccumulate: 10, neuronUpdates: 4)
        let reference = EnergyEstimate(of: counts).withMemory
        let variants = [
            EnergyAssumptions(arithmetic: .float16), EnergyAssumptions(weightBits: 8),
            EnergyAssumptions(indexBits: 8), EnergyAssumptions(stateBits: 16),
            EnergyAssumptions(weightMemory: .dynamicMemory),
            EnergyAssumptions(stateMemory: .registers),
        ]
        for variant in variants {
            let changed = EnergyEstimate(of: counts, assuming: variant).withMemory
            #expect(changed != reference, "\(variant)")
        }
    }

    @Test("Prices as published")
    func prices() {
        let prices: [(EnergyOperation, Double)] = [
            (.float32Add, 0.9), (.float32Multiply, 3.7), (.float32MultiplyAccumulate, 4.6),
            (.float16Add, 0.4), (.float16Multiply, 1.1), (.int32Add, 0.1), (.int32Multiply, 3.1),
            (.int8Add, 0.03), (.int8Multiply, 0.2), (.registerAccess, 1),
            (.staticMemoryAccess, 5), (.dynamicMemoryAccess, 640),
        ]
        #expect(Set(prices.map(\.0)) == Set(EnergyOperation.allCases))
        for (operation, price) in prices {
            #expect(EnergyTable.horowitz2014.picojoules(operation) == price, "\(operation)")
        }
    }

    @Test("A table survives JSON, an incomplete or negative one is refused")
    func tables() throws {
        let table = EnergyTable.horowitz2014
        let data = try JSONEncoder().encode(table)
        #expect(try JSONDecoder().decode(EnergyTable.self, from: data) == table)
        #expect(EnergyTable.named["horowitz2014"] == table)
        for operation in EnergyOperation.allCases {
            #expect(table.picojoules(operation) > 0)
            #expect(!table.source(operation).isEmpty)
        }
        let entry = EnergyTable.Entry(picojoules: 1, source: "mine")
        let missing = AnalysisError.missingOperation(table: "mine", operation: "float32Multiply")
        #expect(throws: missing) {
            try EnergyTable(name: "mine", technology: "", entries: [.float32Add: entry])
        }
        var entries = Dictionary(
            uniqueKeysWithValues: EnergyOperation.allCases.map { ($0, entry) })
        #expect(throws: Never.self) {
            try EnergyTable(name: "mine", technology: "", entries: entries)
        }
        entries[.int8Add] = EnergyTable.Entry(picojoules: -1, source: "mine")
        #expect(throws: AnalysisError.self) {
            try EnergyTable(name: "mine", technology: "", entries: entries)
        }
    }

    @Test("Fan-out of a convolution equals counting every output's inputs", arguments: [1, 2, 3])
    func fanOutAgainstCounting(stride: Int) throws {
        let shape = try ConvolutionShape(
            inputChannels: 4, height: 7, width: 6, outputChannels: 6, kernelHeight: 3,
            kernelWidth: 2, stride: stride, padding: 1, groups: 2)
        let mask = (0..<shape.weights).map { ($0 * 7 + $0 / 5) % 3 != 0 }
        var expected = [Int](repeating: 0, count: 4 * 7 * 6)
        for output in 0..<6 {
            for row in 0..<shape.outputHeight {
                for column in 0..<shape.outputWidth {
                    for input in 0..<2 {
                        for ky in 0..<3 {
                            for kx in 0..<2 {
                                let y = row * stride + ky - 1
                                let x = column * stride + kx - 1
                                guard (0..<7).contains(y), (0..<6).contains(x),
                                    mask[((output * 2 + input) * 3 + ky) * 2 + kx]
                                else { continue }
                                let channel = output / 3 * 2 + input
                                expected[(channel * 7 + y) * 6 + x] += 1
                            }
                        }
                    }
                }
            }
        }
        let first = try FanOutMap(shape, mask: mask, order: .channelsFirst)
        #expect(first.values == expected)
        let last = try FanOutMap(shape, mask: mask)
        for channel in 0..<4 {
            for position in 0..<42 {
                #expect(last.values[position * 4 + channel] == expected[channel * 42 + position])
            }
        }
        #expect(throws: FanOutError.self) { try FanOutMap(shape, mask: [true]) }
        #expect(throws: FanOutError.self) { try first.synapticOperations(spikeCounts: [1]) }
    }

    @Test("Impossible convolutions are refused")
    func impossibleShapes() {
        for (kernel, stride, groups) in [(9, 1, 1), (3, 0, 1), (3, 1, 3)] {
            #expect(throws: FanOutError.self) {
                try ConvolutionShape(
                    inputChannels: 4, height: 6, width: 6, outputChannels: 4, kernelHeight: kernel,
                    kernelWidth: 3, stride: stride, padding: 1, groups: groups)
            }
        }
    }

    @Test("A run of 16 zeros takes one filler, 15 take none")
    func runLengthFillers() throws {
        func fillers(zeros: Int) throws -> Int {
            let mask = [Bool](repeating: false, count: zeros) + [true]
            return try WeightStorage(mask: mask, rows: 1, valueBits: 8).fillers
        }
        #expect(try fillers(zeros: 15) == 0)
        #expect(try fillers(zeros: 16) == 1)
        #expect(try fillers(zeros: 31) == 1)
        #expect(try fillers(zeros: 32) == 2)
    }

    @Test("Published sizes of a 784-256-10 network")
    func exampleSizes() throws {
        let elements = 784 * 256 + 256 * 10
        let dense = try WeightStorage(
            mask: [Bool](repeating: true, count: elements), rows: 256, valueBits: 32)
        #expect(dense.bytes(in: .dense) / 1024 == 794)
        #expect(dense.bytes(in: .twoPlanes) == 50_816)
        let sparse = try WeightStorage(
            mask: (0..<elements).map { $0 % 20 == 0 }, rows: 256, valueBits: 8)
        #expect(abs(Double(sparse.bytes(in: .bitmap)) / 1024 - 34.7) < 0.1)
        #expect(sparse.smallest == .compressedRows)
        #expect(dense.smallest == .dense)
        #expect(throws: AnalysisError.self) {
            try WeightStorage(mask: [true, true, true], rows: 2, valueBits: 8)
        }
    }
}
