import RanvierDeployment
import RanvierNetworks
import RanvierSpikes
import RanvierTensors
import RanvierTestSupport
import Testing

/// Three convolutions and a read-out of four bits for 28 × 28 pixels and two steps: the memory of the smallest network for MNIST, and that
/// its C agrees with the plain run. Weights are drawn at random; bytes do not depend on them.
@Suite struct SmallestNetworkTests {
    static func network(steps: Int) throws -> IntegerNetwork {
        var numbers = SeededNumbers(seed: 11)
        func draw(_ range: ClosedRange<Int>, _ count: Int) -> [Int] {
            (0..<count).map { _ in Int.random(in: range, using: &numbers) }
        }
        var shape = [28, 28, 1]
        var stages: [IntegerStage] = []
        for (layer, (outputs, window, thresholds)) in [
            (16, ImageWindow(5, stride: 2), 1300...3000),
            (32, ImageWindow(3, stride: 2, padding: 1), 18...31),
            (48, ImageWindow(3, stride: 2, padding: 1), 28...44),
        ].enumerated() {
            let convolution = try ConvolutionShape(
                inputChannels: shape[2], height: shape[0], width: shape[1],
                outputChannels: outputs, window: window)
            let geometry = IntegerSynapses.Geometry.convolution(convolution)
            let name = "convolution\(layer + 1)"
            let codes = draw(-7...7, convolution.weights).map { Int8($0) }
            let biases = draw(-20...20, outputs).map { Int32($0 * (layer == 0 ? 40 : 1)) }
            stages.append(
                .synapses(
                    try IntegerSynapses(
                        name: name, geometry: geometry,
                        weights: IntegerWeights(
                            shape: geometry.weightShape, codes: codes, bits: 4, layer: name),
                        biases: biases)))
            shape = geometry.outputShape
            let firing = draw(thresholds, outputs).map { Int32($0) }
            stages.append(
                .neurons(
                    try IntegerNeurons(
                        name: "neurons\(layer + 1)", shape: shape, thresholds: firing,
                        initial: firing.map { $0 >> 1 })))
        }
        let geometry = IntegerSynapses.Geometry.dense(inputs: shape.reduce(1, *), outputs: 10)
        stages.append(
            .synapses(
                try IntegerSynapses(
                    name: "answers", geometry: geometry,
                    weights: IntegerWeights(
                        shape: geometry.weightShape,
                        codes: draw(-7...7, 4320).map { Int8($0) }, bits: 4, layer: "answers"))))
        return try IntegerNetwork(
            input: IntegerInput(
                rowShape: [28, 28, 1], rows: 1, levels: 255, range: 0...255,
                encoding: .numbers(steps: steps)),
            stages: stages,
            readout: IntegerReadout(
                .summedMembrane, offsets: draw(-9...9, 10).map { Int32($0) }))
    }

    /// An image of a few strokes.
    private static let image: [Int32] = (0..<784).map { pixel in
        let (row, column) = (pixel / 28, pixel % 28)
        return (6..<22).contains(row) && (column == 9 || column == row) ? Int32(90 + 5 * row) : 0
    }

    private func export(
        steps: Int, name: String = "net", options: CExportOptions = CExportOptions()
    ) throws -> CExport {
        try CExport(
            network: Self.network(steps: steps), name: name, samples: [Self.image],
            options: options)
    }

    @Test func memory() throws {
        let export = try export(steps: 2)
        #expect(export.schedule == .layerByLayer)
        // Trains of 2 bits of 2304 and 1152 neurons, ten scores, sums of 16 outputs at work.
        #expect(export.memory.stateBytes == 576 + 288 + 40 + 64)
        // Half a byte for each of 23 152 weights; biases and thresholds in one byte or two; sizes of two layers; offsets.
        #expect(export.memory.flashBytes == 11_576 + 64 + 64 + 96 + 14 + 10)
        let usual = try self.export(
            steps: 2, options: CExportOptions(schedule: .stepByStep))
        #expect(usual.memory.stateBytes > 10_000)
    }

    @Test(.needs("gcc"), arguments: [2, 4]) func agrees(steps: Int) throws {
        var set = CExportSet()
        set.add(try export(steps: steps, name: "mnist"))
        let outcome = try set.outcome("gcc", ["-O1"])
        #expect(outcome.status == 0, "\(outcome.text)")
    }

    /// With instructions, on the smallest Arm.
    @Test(.needs("arm-none-eabi-gcc"), .needs("arm-none-eabi-size")) func flashOfCortexM0() throws {
        let export = try export(steps: 2)
        let folder = try TemporaryFolder()
        for (name, text) in export.files { try folder.write(text, to: name) }
        let flags = [
            "-std=c99", "-mcpu=cortex-m0", "-mthumb", "-Os", "-ffreestanding",
            "-fno-tree-loop-distribute-patterns", "-c", "net.c",
        ]
        let compiled = try CCompiler.run("arm-none-eabi-gcc", flags, in: folder)
        #expect(compiled.status == 0, "\(compiled.text)")
        let sizes = try CCompiler.run("arm-none-eabi-size", ["net.o"], in: folder)
        let numbers = sizes.text.split(separator: "\n").last?.split { $0.isWhitespace } ?? []
        let flash = try #require(numbers.first.flatMap { Int($0) })
        // A start-up of some hundred bytes comes on top; 13 500 are the limit.
        #expect(flash <= 13_200, "\(flash) bytes")
    }
}
