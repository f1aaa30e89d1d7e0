import RanvierNetworks
import RanvierTensors

/// What a sample costs, counted from the weights: nothing here is timed.
public struct OperationCounts: Sendable, Hashable {
    /// What a layer adds.
    public struct Layer: Sendable, Hashable {
        /// Name of the layer.
        public var name: String
        /// Additions of weights if every input of every step is not 0.
        public var most: Int
        /// Additions of weights, on average over the samples of the self test.
        public var measured: Double
    }

    /// Layers that add weights.
    public var layers: [Layer]
    /// Times that a neuron is run for a step.
    public var updates: Int
    /// Inputs that are asked whether they are 0, one by one or 32 at a time.
    public var tests: Int

    /// Additions of weights at most.
    public var mostAdditions: Int { layers.reduce(0) { $0 + $1.most } }
    /// Additions of weights over the samples of the self test.
    public var measuredAdditions: Double { layers.reduce(0) { $0 + $1.measured } }
    /// Additions, updates and tests at most: what no sample passes.
    public var bound: Int { mostAdditions + updates + tests }

    init(_ program: CProgram, golden: GoldenSamples) {
        let network = program.network, input = network.input
        let constant = network.stages.firstIndex { !$0.isStateless } ?? network.stages.count
        var layers: [Layer] = [], updates = 0, tests = 0
        for (index, stage) in network.stages.enumerated() {
            // Numbers that stay for all steps of a row are summed once.
            var repeats = 1
            if case .numbers(let steps) = input.encoding, index < constant { repeats = steps }
            let times = input.steps / repeats
            switch stage {
            case .pooling(let stage): tests += stage.outputShape.reduce(1, *) * times
            case .synapses(let synapses):
                let most = synapses.mostAdditions
                layers.append(
                    Layer(
                        name: stage.name, most: most * times,
                        measured: golden.additions[index] / Double(repeats)))
                guard let plan = program.plans.first(where: { $0.layer == stage.name })?.plan
                else { continue }
                switch program.schedule {
                case .stepByStep, .automatic: tests += plan.questions * times
                case .layerByLayer:
                    // A train answers for all steps, and is asked for each tile of outputs.
                    tests += plan.questions * LayeredWriter.tiles(synapses, plan)
                }
            case .neurons(let neurons):
                updates += neurons.count * times
                guard let recurrence = neurons.recurrence else { continue }
                let most: Int =
                    switch recurrence {
                    case .allToAll(let weights): weights.additions
                    case .oneToOne(let weights):
                        weights.additions * neurons.count / neurons.channels
                    }
                layers.append(
                    Layer(
                        name: stage.name, most: most * times, measured: golden.additions[index]))
            }
        }
        self.layers = layers
        self.updates = updates
        self.tests = tests
    }
}

extension IntegerSynapses {
    /// Additions of a step whose inputs are all not 0.
    var mostAdditions: Int {
        guard case .convolution(let shape) = geometry else { return weights.additions }
        let window = shape.window
        /// Positions of the output whose window has its k-th place within the image.
        func inside(_ k: Int, _ count: Int, _ stride: Int, _ padding: Int, _ size: Int) -> Int {
            (0..<count).count { (0..<size).contains($0 * stride + k - padding) }
        }
        let perPlace = weights.codes.count / window.area
        return (0..<window.area).reduce(0) { sum, place in
            let codes = weights.codes[place * perPlace..<(place + 1) * perPlace]
            let rows = inside(
                place / window.width, shape.outputHeight, window.strideHeight,
                window.paddingHeight, shape.height)
            let columns = inside(
                place % window.width, shape.outputWidth, window.strideWidth, window.paddingWidth,
                shape.width)
            return sum + codes.count { $0 != 0 } * rows * columns
        }
    }
}
