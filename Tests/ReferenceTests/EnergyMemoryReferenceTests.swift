import Foundation
import RanvierAnalysis
import RanvierNetworks
import Testing

@Suite(
    "Reference: energy and memory",
    .reference(.energyMemory))
struct EnergyMemoryReferenceTests {
    private let file: EnergyMemoryFile
    private let first: ConvolutionShape
    private let second: ConvolutionShape

    init() throws {
        file = try ReferenceFile.energyMemory.decoded(as: EnergyMemoryFile.self)
        let net = file.net
        first = try net.conv1.shape(of: net.input)
        second = try net.conv2.shape(of: net.conv1.output)
    }

    private func close(_ found: Double, _ expected: Double) -> Bool {
        abs(found - expected) <= 1e-12 * (1 + abs(expected))
    }

    private var mask1: [Bool] { file.mask1.map { $0 != 0 } }
    private var mask2: [Bool] { file.mask2.map { $0 != 0 } }
    private var mask3: [Bool] { file.mask3.map { $0 != 0 } }
    private var hidden: Int { file.net.conv2.output.reduce(1, *) }
    private var neurons: Int { file.net.conv1.output.reduce(1, *) + hidden }

    private func counts(_ steps: [[Int]]) -> [Int] {
        steps.dropFirst().reduce(steps[0]) { zip($0, $1).map(+) }
    }

    @Test("Fan-out maps and multiply-accumulates")
    func fanOut() throws {
        let alive = try FanOutMap(second, mask: mask2, order: .channelsFirst)
        #expect(alive.values == file.fanout2Alive)
        let dense = try FanOutMap(second, order: .channelsFirst)
        #expect(dense.values == file.fanout2Dense)
        #expect(try FanOutMap(first).total == file.conv1MacsDense)
        #expect(try FanOutMap(first, mask: mask1).total == file.conv1MacsAlive)
        let fc = try FanOutMap(inputs: hidden, outputs: file.net.fc.out).total
        #expect(
            [first.paddedMultiplications, second.paddedMultiplications, fc]
                == file.approximation.paddedMacs)
    }

    /// rate · T · multiplications with padding · density
    @Test("The rule of thumb")
    func approximation() throws {
        let layers = [
            (file.rates.layer1, mask2, second.outputChannels, file.approximation.conv2),
            (file.rates.layer2, mask3, file.net.fc.out, file.approximation.fc),
        ]
        for (layer, macs) in zip(layers, file.approximation.paddedMacs.dropFirst()) {
            let (rate, mask, rows, expected) = layer
            let density = try WeightStorage(mask: mask, rows: rows, valueBits: 1).density
            #expect(close(rate * Double(file.T * macs) * density, expected))
        }
    }

    @Test("Exact synaptic operations")
    func synapticOperations() throws {
        let outputs = file.net.fc.out
        let spikes1 = counts(file.spikes1)
        let spikes2 = counts(file.spikes2)
        func operations(_ map: FanOutMap, _ spikes: [Int]) throws -> Int {
            try map.synapticOperations(spikeCounts: spikes)
        }
        let order = FanOutMap.Order.channelsFirst
        let conv = try operations(FanOutMap(second, mask: mask2, order: order), spikes1)
        let fc = try operations(
            FanOutMap(inputs: hidden, outputs: outputs, mask: mask3), spikes2)
        #expect(conv == file.synops.conv2Alive)
        #expect(fc == file.synops.fcAlive)
        #expect(conv + fc == file.synops.totalAlive)
        #expect(
            try operations(FanOutMap(second, order: order), spikes1) == file.synops.conv2Dense)
        #expect(
            try operations(FanOutMap(inputs: hidden, outputs: outputs), spikes2)
                == file.synops.fcDense)
        let totals = [spikes1, spikes2].map { $0.reduce(0, +) }
        #expect(totals == file.rates.spikesPerSample)
        let slots = [spikes1, spikes2].map { $0.count * file.T }
        #expect(close(Double(totals[0]) / Double(slots[0]), file.rates.layer1))
        #expect(close(Double(totals[1]) / Double(slots[1]), file.rates.layer2))
    }

    /// The table that ships at the prices of the file.
    private func table() throws -> EnergyTable {
        let shipped = EnergyTable.horowitz2014
        let prices: [EnergyOperation: Double] = [
            .float32MultiplyAccumulate: file.costs.mac, .float32Add: file.costs.ac,
            .staticMemoryAccess: file.costs.sram, .dynamicMemoryAccess: file.costs.dram,
        ]
        let entries = EnergyOperation.allCases.map {
            ($0, EnergyTable.Entry(picojoules: prices[$0] ?? shipped.picojoules($0), source: ""))
        }
        return try EnergyTable(
            name: "file", technology: "", entries: Dictionary(uniqueKeysWithValues: entries))
    }

    @Test("Energies of the spiking network and of its ANN")
    func energies() throws {
        let table = try table()
        let expected = file.energy
        let macs = try FanOutMap(first, mask: mask1).total
        let counts = SampleOperations(
            synaptic: Double(file.synops.totalAlive), multiplyAccumulate: Double(macs),
            neuronUpdates: Double(file.T * neurons))
        let estimate = EnergyEstimate(of: counts, table: table)
        #expect(close(estimate.arithmetic, expected.totalPJ))
        #expect(close(estimate.neuronUpdates, expected.neuronUpdatePJ))
        #expect(close(estimate.weightFetch, expected.weightFetchSramPJ))
        #expect(close(estimate.stateAccess, expected.membraneRwSramPJ))
        let far = EnergyEstimate(
            of: counts, table: table,
            assuming: EnergyAssumptions(weightMemory: .dynamicMemory))
        #expect(close(far.weightFetch, expected.weightFetchDramPJ))

        func arithmetic(synaptic: Int = 0, macs: Int) -> Double {
            EnergyEstimate(
                of: SampleOperations(synaptic: Double(synaptic), multiplyAccumulate: Double(macs)),
                table: table
            ).arithmetic
        }
        #expect(close(arithmetic(macs: macs), expected.firstLayerMacPJ))
        #expect(close(arithmetic(macs: macs * file.T), expected.firstLayerMacPerStepPJ))
        #expect(close(arithmetic(synaptic: file.synops.totalAlive, macs: 0), expected.acPJ))
        let outputs = file.net.fc.out
        let dense =
            try FanOutMap(first).total + FanOutMap(second).total
            + FanOutMap(inputs: hidden, outputs: outputs).total
        let sparse =
            try macs + FanOutMap(second, mask: mask2).total
            + FanOutMap(inputs: hidden, outputs: outputs, mask: mask3).total
        #expect(close(arithmetic(macs: dense), expected.annDensePJ))
        #expect(close(arithmetic(macs: sparse), expected.annSparsePJ))
    }

    @Test("Storage of weights in every format and width")
    func storage() throws {
        let layers: [String: (mask: [Bool], rows: Int)] = [
            "conv1": (mask1, first.outputChannels), "conv2": (mask2, second.outputChannels),
            "fc": (mask3, file.net.fc.out),
        ]
        for row in file.memory {
            let layer = try #require(layers[row.layer])
            let storage = try WeightStorage(
                mask: layer.mask, rows: layer.rows, valueBits: row.valueBits)
            #expect(storage.elements == row.elements)
            #expect(storage.nonzero == row.nonzero)
            #expect(storage.indexBits == row.colBits)
            #expect(storage.pointerBits == row.ptrBits)
            #expect(storage.fillers == row.delta4Fillers)
            #expect(storage.bits(in: .dense) == row.denseBits)
            #expect(storage.bits(in: .bitmap) == row.bitmapBits)
            #expect(storage.bits(in: .compressedRows) == row.csrBits)
            #expect(storage.bytes(in: .compressedRowsByteAligned) == row.csrBytesAligned)
            #expect(storage.bits(in: .runLength) == row.delta4Bits)
        }
    }

    @Test("Bits of membranes and spikes")
    func state() {
        for row in file.membraneBits {
            let state = StateMemory(neurons: neurons, membraneBits: row.bits, spikeBuffers: 1)
            #expect(state.membraneTotalBits == row.total)
            #expect(state.spikeTotalBits == file.spikeBufferBits)
        }
    }
}
