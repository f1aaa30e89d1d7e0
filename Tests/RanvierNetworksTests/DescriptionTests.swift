import RanvierConfiguration
import RanvierFormats
import RanvierTestSupport
import Testing

@testable import RanvierNetworks
@testable import RanvierTensors

/// Networks as values: written, stored, read, and made again.
@Suite struct DescriptionTests {
    static let registry: Registry = {
        var registry = Registry()
        registry.addStandardNetworks()
        registry.add(LayerKind(Gain.self))
        registry.add(LayerKind(neuron: Resonator.self))
        registry.add(
            SurrogateKind("triangle", parameters: ["width": 1]) { .triangle(width: $0[0]) })
        return registry
    }()

    static let kinds = registry.names(LayerRole.self)

    /// Values of a kind drawn at random.
    static func draws(_ name: String, count: Int) throws -> [LayerDescription] {
        let kind = try registry.kind(name, of: LayerRole.self)
        var random: any RandomNumberGenerator = SeededNumbers(seed: 17)
        return (0..<count).map { _ in kind.sample(&random) }
    }

    // MARK: - Kinds

    @Test(arguments: kinds) func whatAKindWritesIsReadAsTheSame(name: String) throws {
        for value in try Self.draws(name, count: 12) {
            let element = LayerRole.element(of: value)
            #expect(element.kind == name)
            let again = try element.value(of: LayerRole.self, in: Self.registry, at: "test")
            #expect(again == value)
            let stored = try StoredJSON.data(value)
            #expect(try StoredJSON.value(LayerDescription.self, from: stored) == value)
            let named = LayerDescription(name: "own", value.element)
            #expect(LayerDescription(named.configurationValue) == named)
            #expect(
                try LayerRole.element(of: named).value(
                    of: LayerRole.self, in: Self.registry, at: "test") == named)
        }
    }

    /// A value stands for all keys that are not there, but for those that must be; what was asked for says the value.
    @Test(arguments: kinds) func aValueStandsForMissingKeys(name: String) throws {
        let kind = try Self.registry.kind(name, of: LayerRole.self)
        for value in try Self.draws(name, count: 12) {
            var required: [ConfigurationValue.Entry] = []
            while true {
                let section = try Self.section(required)
                do {
                    let found = try kind.read(section, value)
                    #expect(found == value)
                    guard case .section(let resolved) = section.resolved else { break }
                    #expect(try kind.read(Self.section(resolved), nil) == found)
                    break
                } catch let error as ConfigurationError {
                    guard case .missingKey = error.problem,
                        let option = value.element.options[error.keyPath]
                    else { throw error }
                    required.append(.init(error.keyPath, option))
                }
            }
        }
    }

    private static func section(
        _ entries: [ConfigurationValue.Entry]
    ) throws -> ConfigurationSection {
        try ConfigurationSection(
            ConfigurationNode(.section(entries), location: "test"), location: "test", keyPath: "",
            registry: registry)
    }

    /// An unknown option is refused by every kind.
    @Test(arguments: kinds) func noKindTakesAnUnknownOption(name: String) throws {
        guard let value = try Self.draws(name, count: 1).first else { return }
        var element = value.element
        element.options = element.options.prepending("frobnicate", .integer(1))
        let error = #expect(throws: ConfigurationError.self) {
            try element.value(of: LayerRole.self, in: Self.registry, at: "test")
        }
        guard case .unknownKey? = error?.problem else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(error?.keyPath == "\(name).frobnicate")
    }

    /// Layers that need layers inside are below.
    private static let madeOfLayers: Set = [
        "residual", "sequential", "recomputed", "first-step", "pre-activation-block",
    ]
    /// Built for images that are large enough, which takes a while.
    private static let large: Set = ["vgg"]

    /// Each kind is built from drawn options where it fits, described, stored and made again with the same outputs.
    @Test(arguments: kinds.filter { !madeOfLayers.contains($0) && !large.contains($0) })
    func builtKindsAreMadeAgain(name: String) throws {
        let kind = try Self.registry.kind(name, of: LayerRole.self)
        let isArchitecture = kind.payload.isArchitecture
        var built = 0
        for value in try Self.draws(name, count: isArchitecture ? 3 : 6) {
            for shape in [[12], [10, 12], [8, 8, 12]] {
                let site = LayerSite(
                    shape: shape, steps: 3, timeStep: 2e-3, outputs: 3, registry: Self.registry)
                guard let network = try Self.network(of: value, at: site) else { continue }
                built += 1
                try Self.expectMadeAgain(network)
                #expect(isArchitecture || network.stages.count == 1)
            }
        }
        #expect(built > 2)
    }

    @Test func largeNetworksAreMadeAgain() throws {
        let options = VGGArchitecture().with {
            ($0.layout, $0.head.hidden) = (.event, [5])
        }
        let site = LayerSite(shape: [16, 16, 1], outputs: 3, registry: Self.registry)
        let layers = try options.layers(at: site)
        let descriptions = LayerChain(layers).descriptions
        let again = try site.layers(of: descriptions)
        #expect(LayerChain(again).descriptions == descriptions)
        #expect(again.count == layers.count && layers.count > 20)
        #expect(
            again.flatMap(\.parameters).map(\.parameter.shape)
                == layers.flatMap(\.parameters).map(\.parameter.shape))
    }

    /// The network that a description gives at a place; nil where it does not fit.
    private static func network(of value: LayerDescription, at site: LayerSite) throws -> Network? {
        do {
            return try NetworkPlan([value]).network(at: site, seed: 3)
        } catch is NetworkError {
            return nil
        }
    }

    /// Describes, stores and reads a network, and compares the outputs bit by bit.
    static func expectMadeAgain(
        _ network: Network, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        // No more steps than a layer has factors for.
        let steps =
            network.parameters.filter { $0.name.hasSuffix("factors") }.map(\.shape[0]).min() ?? 3
        // Not what a new network has anyway.
        for parameter in network.parameters {
            parameter.value =
                parameter.value + LIFTests.random(parameter.shape, parameter.name, in: 0..<0.3)
        }
        let description = try network.clockedDescription
        let stored = try StoredJSON.data(description.network)
        let read = try StoredJSON.value(NetworkDescription.self, from: stored)
        let again = try Network(
            ClockedDescription(read, in: registry, at: "network.json"),
            tensors: network.storedTensors, in: registry)
        #expect(try again.clockedDescription == description, sourceLocation: sourceLocation)
        // Reading brings every number, so that the same is written again.
        #expect(
            try StoredJSON.data(again.clockedDescription.network) == stored,
            sourceLocation: sourceLocation)
        #expect(
            again.parameters.map(\.name) == network.parameters.map(\.name),
            sourceLocation: sourceLocation)
        #expect(again.stages.map(\.name) == network.stages.map(\.name))
        #expect(
            again.trainableParameters.map(\.name) == network.trainableParameters.map(\.name),
            sourceLocation: sourceLocation)
        #expect(
            again.parameters.map(\.decays) == network.parameters.map(\.decays),
            sourceLocation: sourceLocation)
        #expect(again.stateCount == network.stateCount, sourceLocation: sourceLocation)
        let input = LIFTests.random([steps, 2] + network.inputShape, "input", in: -0.5..<2)
        for isTraining in [false, true] {
            let context = ForwardContext(timeStep: network.timeStep, isTraining: isTraining)
            let a = network(input, in: context), b = again(input, in: context)
            #expect(
                a.scalars.map(\.bitPattern) == b.scalars.map(\.bitPattern),
                "training: \(isTraining)", sourceLocation: sourceLocation)
        }
    }

    // MARK: - Composites

    /// All layers that are made of layers, some of them inside each other.
    static func composites() throws -> Network {
        try Network(inputShape: [6, 6, 2], timeStep: 2e-3, seed: 5) {
            Convolution2D(2, 4, size: 3, padding: 1, initialization: .uniform(gain: 3))
            Residual(
                combination: .iand,
                body: [
                    Convolution2D(4, 4, size: 3, padding: 1).named("inner"),
                    LIF(membraneTimeConstant: 5e-3),
                ],
                shortcut: [
                    Sequential {
                        Convolution2D(4, 4, size: 1, initialization: .heFanOut)
                        LIF(membraneTimeConstant: 5e-3).named("spikes")
                    }
                ])
            Recomputed {
                BatchNormalization(4, variant: .temporalEffective(steps: 3))
                SynapticLIF(membraneTimeConstant: 8e-3, synapticTimeConstant: 4e-3)
            }.named("units")
            FirstStep(
                Sequential {
                    AveragePool2D(2)
                    ReLU()
                }
            ).named("still")
            FirstStep(Flatten().named("flat"))
            DelayedLinear(36, 8, maximumDelay: 6e-3, timeStep: 2e-3, learnsDelays: true, gain: 4)
                .named("delays")
            LIF(leak: .factor(0.8), dynamics: LIFDynamics(surrogate: .triangle(width: 2)))
            Gain(.init(), at: LayerSite(shape: [8], registry: registry)).named("own.gain")
            DescribedNeurons(Resonator())
            Linear(8, 3).named("readout")
        }
    }

    @Test func compositesAreMadeAgain() throws {
        try Self.expectMadeAgain(Self.composites())
        let block = try Network(inputShape: [6, 6, 2], seed: 2) {
            PreActivationBlock(2, 4, stride: 2, activation: .deepSpiking).named("stage1.0")
            PreActivationBlock(
                4, 4, activation: .spiking(leak: .factor(0.5), dynamics: LIFDynamics()),
                normalization: .thresholdDependent(alpha: 0.5), isResidual: false,
                shortcut: .rectified)
        }
        try Self.expectMadeAgain(block)
        // Layers of which nothing is left.
        try Self.expectMadeAgain(try Self.normalized().foldingNormalization())
    }

    /// Branches and lists without layers hand their input on.
    @Test func emptyCompositesAreMadeAgain() throws {
        let linear = Linear(4, 3)
        for layer in [
            Sequential([]), Recomputed([]), FirstStep(Sequential([])),
            Residual(body: [linear], shortcut: [Linear(4, 3)]), Residual(body: []),
        ] as [any Layer] {
            try Self.expectMadeAgain(Network(inputShape: [4], layers: [layer]))
        }
    }

    private static func normalized() throws -> Network {
        try Network(inputShape: [6], seed: 3) {
            Linear(6, 5)
            BatchNormalization(5, variant: .temporalEffective(steps: 3)).named("norm")
            LIF(membraneTimeConstant: 5e-3)
            Linear(5, 4)
            BatchNormalization(4)
        }
    }

    @Test func childrenAreShownByName() throws {
        let network = try Self.composites()
        let children = network.stages.map { stage in stage.layer.children.map(\.name) }
        #expect(children[0].isEmpty)
        #expect(children[1] == ["body.inner", "body.lif2", "shortcut.sequential1"])
        #expect(children[2] == ["batch-norm1", "synaptic-lif2"])
        #expect(children[3] == ["layer"])
        let inside = network.stages[1].layer.children[2].layer.children
        #expect(inside.map(\.name) == ["conv2d1", "spikes"])
        #expect(inside.map { type(of: $0.layer).kind } == ["conv2d", "lif"])
        // Parameters have the same paths.
        let names = network.parameters.map(\.name)
        #expect(names.contains("residual2.shortcut.sequential1.spikes.threshold"))
        #expect(names.contains("residual2.body.inner.weights"))
        #expect(names.contains("units.batch-norm1.step-scale"))
        #expect(names.contains("own.gain.factor") && names.contains("readout.bias"))
        let block = PreActivationBlock(2, 4, stride: 2, activation: .deepSpiking)
        #expect(
            block.children.map(\.name) == [
                "act1", "downPool", "downConv", "downBn", "conv1", "bn1", "act2", "conv2", "bn2",
            ])
    }

    @Test func descriptionsSayNamesAndOptions() throws {
        let description = try Self.composites().clockedDescription
        #expect(description.inputShape == [6, 6, 2] && description.timeStep == 2e-3)
        let layers = description.layers
        #expect(
            layers.map(\.name) == [
                nil, nil, "units", "still", nil, "delays", nil, "own.gain", nil, "readout",
            ])
        #expect(
            layers.map(\.kind) == [
                "conv2d", "residual", "recomputed", "first-step", "first-step", "delayed-linear",
                "lif", "gain", "resonator", "linear",
            ])
        // Numbers of inputs that nobody has to say are there.
        #expect(layers[0].element.options["inputs"] == .integer(2))
        #expect(layers[9].element.options["inputs"] == .integer(8))
        let body = try #require(layers[1].element.options["body"])
        guard case .list(let elements) = body else {
            Issue.record("\(body)")
            return
        }
        #expect(elements[0]["conv2d"]?["name"] == .string("inner"))
        #expect(elements[1]["lif"]?["membrane-time-constant"] == .float(5e-3))
        let surrogate = Element("triangle", .section([.init("width", .float(2))]))
        #expect(layers[6].element.options["surrogate"] == surrogate.configurationValue)
    }

    @Test func layersInANetworkMayLeaveOutWhatFollows() throws {
        func options(_ entries: ConfigurationValue.Entry...) -> ConfigurationValue {
            .section(entries)
        }
        let plan = ClockedDescription().with {
            ($0.inputShape, $0.timeStep) = ([4, 4, 2], 5e-4)
            $0.layers = [
                LayerDescription(Element("conv2d", options(.init("channels", .integer(3))))),
                LayerDescription(Element("batch-norm")), LayerDescription(Element("lif")),
                LayerDescription(
                    name: "branches",
                    Element(
                        "residual",
                        options(
                            .init(
                                "body",
                                .list([
                                    Element(
                                        "parametric-lif",
                                        options(.init("per-channel", .boolean(true)))
                                    ).configurationValue
                                ]))))),
                LayerDescription(Element("recurrent-lif")),
                LayerDescription(
                    name: "out", Element("linear", options(.init("outputs", .integer(2))))),
            ]
        }
        let network = try Network(plan, seed: 9, in: Self.registry)
        #expect(network.outputShape == [2] && network.seed == 9 && network.timeStep == 5e-4)
        let complete = try network.clockedDescription.layers
        #expect(complete[0].element.options["inputs"] == .integer(2))
        #expect(complete[1].element.options["channels"] == .integer(3))
        #expect(complete[4].element.options["neurons"] == .integer(12))
        #expect(complete[5].element.options["inputs"] == .integer(12) && complete[5].name == "out")
        try Self.expectMadeAgain(network)
        // The same seed gives the same first weights, another gives others.
        let again = try Network(plan, seed: 9, in: Self.registry)
        let weights = { (network: Network) in network.values["out.weights"]?.scalars }
        #expect(
            try weights(again)
                == weights(Network(network.clockedDescription, seed: 9, in: Self.registry)))
        #expect(try weights(again) != weights(Network(plan, seed: 8, in: Self.registry)))
    }

    /// Two parts of a block have layers of the same usual name, which is refused or comes out apart.
    @Test func partsOfABlockKeepTheirNamesApart() throws {
        let plan = ClockedDescription().with {
            ($0.inputShape, $0.timeStep) = ([3], 1e-3)
            let lif = ConfigurationValue.list([.string("lif")])
            let parts = ["first", "body"].map { ConfigurationValue.Entry($0, lif) }
            $0.layers = [LayerDescription(Element("pre-activation-block", .section(parts)))]
        }
        guard let network = try? Network(plan, in: Self.registry) else { return }
        let names = network.parameters.map(\.name)
        #expect(names.count == 2 && Set(names).count == 2)
    }

    /// Every kind of unit in a perceptron and in a deep network, where it starts from other options.
    @Test(
        arguments: registry.all(LayerRole.self).filter { $0.payload.unit(true) != nil }.map(\.name))
    func unitsFillArchitectures(name: String) throws {
        func network(_ kind: String, _ options: ConfigurationValue.Entry...) throws -> Network {
            let units = ConfigurationValue.Entry("units", .string(name))
            let plan = LayerDescription(Element(kind, .section(options + [units])))
            let site = LayerSite(
                shape: kind == "mlp" ? [6] : [6, 6, 2], steps: 3, outputs: 2,
                registry: Self.registry)
            return try NetworkPlan([plan]).network(at: site, seed: 1)
        }
        let unit = { (network: Network) in
            network.stages.map(\.layer).first { type(of: $0).kind == name }
        }
        let flat = try network("mlp", .init("hidden", .list([.integer(5)])))
        let deep = try network(
            "csnn", .init("channels", .list([.integer(3)])), .init("size", .integer(3)))
        for network in [flat, deep] { try Self.expectMadeAgain(network) }
        let kind = try Self.registry.kind(name, of: LayerRole.self)
        for (network, isDeep) in [(flat, false), (deep, true)] {
            let layer = try #require(unit(network) as? any DescribedLayer)
            var usual = try #require(kind.payload.unit(isDeep))
            // What follows from the place.
            if name == "parametric-lif" { usual.element.options = layer.optionValues }
            #expect(LayerDescription(layer) == usual)
        }
        let leak = LayerDescription(try #require(unit(deep))).element.options["leak"]
        #expect(leak == nil || leak == .float(0.5))
        let isLeaky = !["relu", "if", "resonator"].contains(name)
        #expect((leak != nil) == isLeaky)
    }

    @Test func aUnitOfYourOwnFillsAnArchitecture() throws {
        let site = LayerSite(shape: [5], steps: 3, outputs: 2, registry: Self.registry)
        let plan = LayerDescription(
            Element(
                "mlp",
                .section([
                    .init("hidden", .list([.integer(6)])), .init("units", .string("resonator")),
                ])))
        let network = try NetworkPlan([plan]).network(at: site, seed: 1)
        #expect(
            network.stages.map { type(of: $0.layer).kind } == [
                "linear", "resonator", "linear", "leaky-integrator",
            ])
        try Self.expectMadeAgain(network)
        var artificial = site
        artificial.family = .artificial
        let twin = try NetworkPlan([plan]).network(at: artificial, seed: 1)
        #expect(twin.stages.map { type(of: $0.layer).kind } == ["linear", "relu", "linear"])
    }

    // MARK: - Errors

    @Test func unknownKindsAreNamedWithTheNearest() throws {
        var description = try Self.normalized().clockedDescription
        description.layers[2].element.kind = "liff"
        let unknown = #expect(throws: UnknownNameError.self) {
            try Network(description, in: Self.registry)
        }
        #expect(unknown?.known == Self.kinds && unknown?.kind == "layer")
        #expect(unknown?.description.contains("found 'liff'; did you mean 'lif'?") == true)
        let error = #expect(throws: ConfigurationError.self) {
            try ClockedDescription(description.network, in: Self.registry, at: "network.json")
        }
        guard case .wrongValue(let expected, "'liff'", nearest: "lif")? = error?.problem else {
            Issue.record("\(String(describing: error))")
            return
        }
        for kind in ["linear", "gain", "resonator", "residual"] { #expect(expected.contains(kind)) }
        // A layer of a network is no architecture.
        #expect(!expected.contains("resnet"))
        #expect(error?.description.hasPrefix("network.json: network.layers.2") == true)
    }

    @Test func unknownKindsInsideLayersAreNamed() throws {
        var plain = Registry()
        plain.addStandardNetworks()
        let description = try Self.composites().clockedDescription
        let unknown = #expect(throws: (any Error).self) { try Network(description, in: plain) }
        #expect("\(unknown.map { "\($0)" } ?? "")".contains("'triangle'"))
        let other = ClockedDescription().with {
            ($0.inputShape, $0.layers) = ([4], [LayerDescription(Element("gain"))])
        }
        #expect(throws: UnknownNameError.self) { try Network(other, in: plain) }
        let clocked = #expect(throws: ConfigurationError.self) {
            try ClockedDescription(
                NetworkDescription(kind: "event-driven", .section([])), in: plain, at: "x.json")
        }
        #expect(clocked?.description.contains("expected clocked, found 'event-driven'") == true)
    }

    @Test func layersThatCannotBeSaidAreNamed() throws {
        struct Given: Layer {
            static let kind = "given"
            func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] { input }
            func callAsFunction(_ input: Tensor, in context: ForwardContext) -> Tensor { input }
        }
        let network = try Network(inputShape: [3]) {
            Linear(3, 3)
            Residual(body: [Sequential { Given().named("inner") }.named("deep")])
        }
        #expect(throws: NetworkError.undescribed(name: "residual2.body.deep.inner", kind: "given"))
        {
            try network.clockedDescription
        }
        let own = try Network(inputShape: [3]) { Neurons(Resonator()) }
        let error = #expect(throws: NetworkError.self) { try own.clockedDescription }
        #expect(error == .undescribed(name: "neurons1", kind: "neurons"))
        #expect(error?.description.contains("DescribedNeuron") == true)
    }

    @Test func storedTensorsMustBeThoseOfTheNetwork() throws {
        let network = try Self.normalized(), description = try network.clockedDescription
        var tensors = network.storedTensors
        tensors["stranger"] = .ones([1])
        #expect(throws: NetworkError.self) {
            try Network(description, tensors: tensors, in: Self.registry)
        }
        tensors = network.storedTensors
        tensors["linear1.weights"] = nil
        #expect(throws: NetworkError.self) {
            try Network(description, tensors: tensors, in: Self.registry)
        }
        tensors["linear1.weights"] = .ones([5, 6])
        let error = #expect(throws: NetworkError.self) {
            try Network(description, tensors: tensors, in: Self.registry)
        }
        #expect(error?.description.contains("'linear1.weights' of shape [6, 5]") == true)
    }

    // MARK: - Table

    @Test func printingShowsATableOfTheLayers() throws {
        let network = try Self.composites()
        let lines = "\(network)".split(separator: "\n").map {
            $0.split(separator: " ").map(String.init)
        }
        #expect(lines[0] == ["layer", "kind", "output", "parameters", "state", "operations"])
        for stage in network.stages {
            let row = try #require(lines.first { $0.first == stage.name })
            #expect(row[1] == type(of: stage.layer).kind)
            for child in stage.layer.children {
                let inside = try #require(lines.first { $0.first == "\(stage.name).\(child.name)" })
                #expect(inside[1] == type(of: child.layer).kind)
            }
        }
        let readout = try #require(lines.first { $0.first == "readout" })
        #expect(readout == ["readout", "linear", "[3]", "27", "0", "24"])
        let delays = try #require(lines.first { $0.first == "delays" })
        #expect(delays.suffix(3) == ["\(36 * 8 * 2 + 8)", "\(3 * 8)", "\(36 * 8)"])
        let total = network.parameters.reduce(0) { $0 + $1.shape.elementCount }
        #expect(
            "\(network)".contains("\(total) parameters, \(network.stateCount) numbers of state"))
        #expect("\(network)".contains("input [6, 6, 2]"))
        // Columns of numbers end at the same place.
        let rows = "\(try Self.normalized())".split(separator: "\n").dropLast()
        #expect(Set(rows.map(\.count)).count == 1)
    }
}

// MARK: - Surrogates

extension DescriptionTests {
    @Test(arguments: registry.names(SurrogateRole.self))
    func surrogatesAreReadAsTheSame(name: String) throws {
        let kind = try Self.registry.kind(name, of: SurrogateRole.self)
        var random: any RandomNumberGenerator = SeededNumbers(seed: 4)
        let x = LIFTests.random([40], "x", in: -2..<2)
        var seen: Set<Surrogate> = []
        for _ in 0..<6 {
            let value = kind.sample(&random)
            #expect(value.kind == name)
            let element = SurrogateRole.element(of: value)
            let again = try element.value(of: SurrogateRole.self, in: Self.registry, at: "test")
            #expect(again == value && again.hashValue == value.hashValue)
            #expect(again.derivative(at: x).scalars == value.derivative(at: x).scalars)
            seen.insert(value)
        }
        #expect(seen.count == (name == "straight-through" ? 1 : 6))
    }

    @Test func surrogatesHaveTheirDefaults() throws {
        let usual: [Surrogate] = [
            .arctangent, .triangular, .rectangular, .dspike, .fastSigmoid, .superSpike, .sigmoid,
            .gaussian, .multiGaussian, .piecewiseExponential, .softSign, .straightThrough,
        ]
        #expect(Set(usual.map(\.kind)).count == SurrogateKind.standard.count)
        for surrogate in usual {
            let bare = Element(surrogate.kind)
            #expect(
                try bare.value(of: SurrogateRole.self, in: Self.registry, at: "test") == surrogate)
        }
        #expect(Surrogate.dspike.description == "dspike(steepness: 3.0, region: 3.0)")
        #expect(Surrogate.straightThrough.description == "straight-through")
        let error = #expect(throws: UnknownNameError.self) {
            try Element("sigmod").value(of: SurrogateRole.self, in: Self.registry, at: "test")
        }
        #expect(error?.description.contains("did you mean 'sigmoid'?") == true)
        let negative = Element("sigmoid", .section([.init("alpha", .integer(-1))]))
        #expect(throws: ConfigurationError.self) {
            try negative.value(of: SurrogateRole.self, in: Self.registry, at: "test")
        }
    }
}

// MARK: - What is registered here

extension Surrogate {
    /// A triangle in plain operations.
    static func triangle(width: Float) -> Surrogate {
        .custom("triangle", parameters: ["width": width]) { x in
            (width - x.absoluteValue()).relu() * (1 / (width * width))
        }
    }
}

/// A layer of one's own: `y = f x`, with a trained f.
private struct Gain: DescribedLayer {
    struct Options: Configurable {
        var start: Float = 2
        static let schema = Schema<Options> { Field.number("start", \.start) }
    }

    static let kind = "gain"
    let options: Options
    let factor: Parameter

    init(_ options: Options, at site: LayerSite) {
        self.options = options
        factor = Parameter(shape: [], initialization: .constant(options.start), decays: false)
    }

    var remembers: Bool { false }
    var parameters: [(name: String, parameter: Parameter)] { [("factor", factor)] }
    func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] { input }
    func callAsFunction(_ input: Tensor, in context: ForwardContext) -> Tensor {
        input * factor.tensor
    }
}
