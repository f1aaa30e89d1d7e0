import RanvierDeployment
import RanvierNetworks
import RanvierSpikes
import RanvierTensors

/// Integer networks as the reference files write them, channels first, in the order of tensors here.
struct IntegerVectors {
    /// The network.
    let network: IntegerNetwork
    /// The same, made ready.
    let engine: IntegerEngine
    /// Height, width and channels of what each layer of neurons puts out.
    let shapes: [[Int]]

    /// A network with a read-out that adds up currents.
    ///
    /// - Parameter image: channels, height and width of what comes in.
    init(_ value: ReferenceValue, image: [Int]) throws {
        var shape = [image[1], image[2], image[0]]
        let input = try IntegerInput(
            rowShape: shape, rows: 1, levels: 255, range: 0...255,
            encoding: .numbers(steps: try value["steps"].int))
        var stages: [IntegerStage] = []
        var shapes: [[Int]] = []
        var offsets: [Int32]?
        for (index, layer) in try value["layers"].items.enumerated() {
            let own = try layer["shape"].ints, codes = try layer["weights"].ints
            let isReadout = layer.optional("threshold") == nil
            let geometry: IntegerSynapses.Geometry
            if own.count == 4 {
                geometry = .convolution(
                    try ConvolutionShape(
                        inputChannels: own[1], height: shape[0], width: shape[1],
                        outputChannels: own[0], kernelHeight: own[2], kernelWidth: own[3],
                        stride: try layer["stride"].int, padding: try layer["padding"].int))
            } else {
                geometry = .dense(inputs: own[1], outputs: own[0])
            }
            let name = "layer\(index + 1)"
            let bias = try layer["bias"].ints.map { Int32($0) }
            let synapses = try IntegerSynapses(
                name: name, geometry: geometry,
                weights: IntegerWeights(
                    shape: geometry.weightShape,
                    codes: own.count == 4
                        ? Self.channelsLast(codes, own)
                        : Self.channelsLast(codes, outputs: own[0], image: shape),
                    bits: 8, layer: name),
                biases: isReadout ? nil : bias)
            stages.append(.synapses(synapses))
            shape = synapses.outputShape
            guard !isReadout else {
                offsets = bias
                continue
            }
            let thresholds = try layer["threshold"].ints.map { Int32($0) }
            stages.append(
                .neurons(
                    try IntegerNeurons(
                        name: "neurons\(index + 1)", shape: shape, thresholds: thresholds,
                        initial: try value["initial"].string == "zero"
                            ? nil : thresholds.map { $0 >> 1 },
                        leak: try value["leak"].string == "none"
                            ? .none : .shiftFloor(try value["leakShift"].int),
                        reset: try value["reset"].string == "soft" ? .soft : .hard,
                        comparison: try value["comparison"].string == ">" ? .above : .atLeast,
                        stateBits: try value["stateBits"].int)))
            shapes.append(shape)
        }
        network = try IntegerNetwork(
            input: input, stages: stages,
            readout: IntegerReadout(.summedMembrane, offsets: offsets))
        engine = IntegerEngine(network)
        self.shapes = shapes
    }

    /// `[out][in][ky][kx]` as `[ky, kx, in, out]`.
    private static func channelsLast(_ codes: [Int], _ shape: [Int]) -> [Int8] {
        var turned = [Int8](repeating: 0, count: codes.count)
        let (o, i, h, w) = (shape[0], shape[1], shape[2], shape[3])
        for (index, code) in codes.enumerated() {
            let x = index % w, y = index / w % h, from = index / (w * h) % i
            let to = index / (w * h * i)
            turned[((y * w + x) * i + from) * o + to] = Int8(code)
        }
        return turned
    }

    /// `[out][in]` of an image with channels first as `[in, out]` of one with channels last.
    private static func channelsLast(_ codes: [Int], outputs: Int, image: [Int]) -> [Int8] {
        let count = image.reduce(1, *)
        var turned = [Int8](repeating: 0, count: codes.count)
        for place in 0..<count {
            for output in 0..<outputs {
                turned[place * outputs + output] = Int8(
                    codes[output * count + channelsFirst(place, image)])
            }
        }
        return turned
    }

    /// Where a value of an image lies with channels first.
    static func channelsFirst(_ place: Int, _ shape: [Int]) -> Int {
        guard shape.count == 3 else { return place }
        let channel = place % shape[2]
        return channel * shape[0] * shape[1] + place / shape[2]
    }

    /// Trains of spikes of each layer of neurons, bit t for step t, with channels first: as the engine makes them.
    func trains(of sample: [Int32]) -> (trains: [[Int]], scores: [Int32]) {
        var trains = Trains(vectors: self)
        var run = engine.start()
        run.show(sample) { trains.note(stage: $0, $1) }
        return (trains.trains, run.scores)
    }

    /// The same as the plain run makes them.
    func plainTrains(of sample: [Int32]) -> (trains: [[Int]], scores: [Int32]) {
        var trains = Trains(vectors: self)
        var run = network.start()
        run.show(sample) { trains.note(stage: $0, $1) }
        return (trains.trains, run.scores)
    }

    private struct Trains {
        let vectors: IntegerVectors
        private(set) var trains: [[Int]]
        private var step = 0, layer = 0

        init(vectors: IntegerVectors) {
            self.vectors = vectors
            trains = vectors.shapes.map { [Int](repeating: 0, count: $0.reduce(1, *)) }
        }

        mutating func note(stage: Int, _ done: IntegerStageStep) {
            guard case .neurons = vectors.network.stages[stage] else { return }
            for (place, spike) in done.output.enumerated() where spike != 0 {
                trains[layer][IntegerVectors.channelsFirst(place, vectors.shapes[layer])] |=
                    1 << step
            }
            layer += 1
            if layer == vectors.shapes.count { (step, layer) = (step + 1, 0) }
        }
    }
}
