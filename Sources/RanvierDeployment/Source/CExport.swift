/// An integer network as C99 without dependencies: files by name.
///
///     let export = try CExport(network: network, samples: samples)
///     for (name, text) in export.files { … }
///     export.memory.flashBytes
///
/// The same network gives the same bytes. Nothing is allocated, nothing is divided in an inner loop, no number has a fraction, and no
/// sum leaves its type: ``IntegerNetwork/bounds()``.
public struct CExport: Sendable {
    /// What functions, types and files begin with.
    public let name: String
    /// The network.
    public let network: IntegerNetwork
    /// What was asked for.
    public let options: CExportOptions
    /// Text of each file by its name.
    public let files: [String: String]
    /// Flash and RAM.
    public let memory: MemoryMap
    /// What a sample costs.
    public let operations: OperationCounts
    /// The order that was chosen: step by step, or layer by layer.
    public let schedule: CExportOptions.Schedule
    /// Kernel, format and bytes of each layer of synapses.
    public let layers: [Layer]

    /// How a layer of synapses was written.
    public struct Layer: Sendable, Hashable {
        /// Name of the layer.
        public var name: String
        /// How its sums are made.
        public var kernel: SynapseKernel
        /// How its weights lie.
        public var format: WeightFormat
        /// Bytes of its weights.
        public var bytes: Int
    }

    /// Writes a network.
    ///
    /// - Parameters:
    ///   - name: small letters, digits and `_`, a letter first.
    ///   - samples: what the program is tested with, `rows · values` numbers each; a few made from a fixed seed where there are none.
    /// - Throws: ``IntegerNetworkError`` for what cannot be written, by the layer's name.
    public init(
        network: IntegerNetwork, name: String = "net", samples: [[Int32]] = [],
        options: CExportOptions = CExportOptions()
    ) throws(IntegerNetworkError) {
        try Self.require(name: name)
        try Self.require(options, for: network)
        let width = network.input.rowCount * network.input.rows
        guard samples.allSatisfy({ $0.count == width }) else {
            throw .interface(
                what: "samples of the self test", expected: "\(width) numbers each",
                found: "\(samples.first { $0.count != width }?.count ?? 0)")
        }
        let golden = GoldenSamples(network, given: samples)
        // Samples that are given tell how often layers hear something; made ones do not.
        var informed = options
        if !samples.isEmpty {
            for (index, stage) in network.stages.enumerated() where index > 0 {
                guard case .synapses = stage, options.rates[stage.name] == nil else { continue }
                informed.rates[stage.name] = min(1, golden.rates[index])
            }
        }
        let (program, hindrance, stepByStepBytes) = try Self.program(
            network, name: name, informed)
        self.name = name
        self.network = network
        self.options = options
        schedule = program.schedule
        memory = program.memory
        operations = OperationCounts(program, golden: golden)
        layers = program.plans.map {
            Layer(
                name: $0.layer, kernel: $0.plan.kernel, format: $0.plan.format,
                bytes: $0.plan.byteCount)
        }
        files = [
            "\(name).h": program.header(),
            "\(name).c": program.source(),
            "\(name)_golden.h": program.goldenHeader(golden),
            "\(name)_test.c": program.testSource(),
            "README.md": program.readme(
                operations, golden: golden, options: options, hindrance: hindrance,
                stepByStepBytes: stepByStepBytes),
            "Makefile": program.makefile(),
        ]
    }

    /// The program in the order that is asked for, or that takes less memory; what stands in the way of the one layer by layer, and
    /// what the one step by step would take of RAM.
    private static func program(
        _ network: IntegerNetwork, name: String, _ options: CExportOptions
    ) throws(IntegerNetworkError) -> (CProgram, IntegerNetworkError?, Int?) {
        func stepByStep() throws(IntegerNetworkError) -> CProgram {
            let program = try CProgram(network, prefix: name, learning: options.learning)
            try program.runStepByStep(options)
            return program
        }
        // What learns inside a step needs all layers of it before the next.
        let isBound = options.learning?.learnsInside ?? false
        guard options.schedule != .stepByStep, !isBound else { return (try stepByStep(), nil, nil) }
        let program: CProgram
        do {
            let layered = try LayeredNetwork(network)
            program = try CProgram(network, prefix: name)
            program.schedule = .layerByLayer
            try program.runLayerByLayer(layered, options)
        } catch {
            guard options.schedule == .automatic else { throw error }
            return (try stepByStep(), error, nil)
        }
        guard options.schedule == .automatic else { return (program, nil, nil) }
        let other = try stepByStep()
        return other.stateBytes < program.stateBytes
            ? (other, nil, nil) : (program, nil, other.stateBytes)
    }

    private static func require(name: String) throws(IntegerNetworkError) {
        let isRight =
            name.first?.isLetter == true
            && name.allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber || $0 == "_") }
            && !CText.forbidden.contains(where: name.contains)
        guard isRight else {
            throw .interface(
                what: "name of the C files",
                expected: "small letters, digits and _, a letter first",
                found: "'\(name)'")
        }
    }

    private static func require(_ options: CExportOptions, for network: IntegerNetwork)
        throws(IntegerNetworkError)
    {
        let names = network.synapses.map(\.name)
        let asked = Array(options.formats.keys) + options.kernels.keys + options.rates.keys
        for name in asked.sorted() where !names.contains(name) {
            throw .layer(
                name: name, what: "options of the export",
                expected: "a layer with weights: \(names.joined(separator: ", "))", found: "none")
        }
        if let learning = options.learning {
            guard learning.network == network else {
                throw .interface(
                    what: "learning on the device", expected: "that of the network",
                    found: "that of another one")
            }
            guard !learning.learnsInside || options.schedule != .layerByLayer else {
                throw .interface(
                    what: "the order of the C source",
                    expected: "step-by-step, where the last layer or thresholds learn",
                    found: options.schedule.rawValue)
            }
        }
        for (name, rate) in options.rates.sorted(by: { $0.key < $1.key })
        where !(0...1).contains(rate) {
            throw .layer(
                name: name, what: "rate of its inputs", expected: "0 to 1", found: "\(rate)")
        }
    }
}

extension CProgram {
    var memory: MemoryMap {
        MemoryMap(
            flash: tables.map {
                MemoryMap.Entry(
                    name: $0.table.name, layer: $0.layer, purpose: $0.table.purpose,
                    bytes: $0.table.byteCount)
            },
            state: stateMembers().map {
                MemoryMap.Entry(name: $0.name, layer: "", purpose: $0.purpose, bytes: $0.bytes)
            }, stateBytes: stateBytes)
    }
}
