import Ranvier
import Testing

@testable import RanvierConfiguration
@testable import RanvierExperiments
@testable import RanvierNetworks
@testable import RanvierRuns
@testable import RanvierTensors

/// Networks as a configuration describes them.
@Suite("Networks from configuration")
struct NetworkConfigurationTests {
    /// A network for images of 8 × 8 × 2 (or other features) and three classes.
    struct Kind: CustomTestStringConvertible, Sendable {
        let yaml: String
        var inputShape = [8, 8, 2]
        var testDescription: String { yaml }

        func configuration() throws -> (plan: NetworkPlan, resolved: ConfigurationValue) {
            let reader = try ConfigurationReader(
                yaml: "network: \(yaml)", file: "network.yaml", registry: .standard)
            let plan = try NetworkPlan(reader.root)
            try reader.finish()
            return (plan, reader.resolved)
        }

        func site(_ family: NetworkFamily = .spiking) -> LayerSite {
            LayerSite(
                shape: inputShape, family: family, steps: NetworkConfigurationTests.steps,
                timeStep: 1e-3, outputs: 3, registry: .standard)
        }

        func network(
            _ model: NetworkFamily = .spiking, seed: UInt64 = 1
        ) throws -> Network {
            try configuration().plan.network(at: site(model), seed: seed)
        }
    }

    static let steps = 4

    static let architectures = [
        "{mlp: {hidden: [14, 12], gain: 3}}",
        "{mlp: {hidden: [14], readout: units, gain: 4, units: {synaptic-lif: {leak: 0.9}}}}",
        "{csnn: {channels: [4, 6], size: 3, padding: 1, hidden: [9], ends-in-units: true, "
            + "units: {lif: {threshold: 0.1}}}}",
        "{csnn: {channels: [4, 6], size: 3, padding: 1, normalization: bntt, dropout: 0.2}}",
        "{resnet: {depth: 8, channels: 4}}",
        "{resnet: {depth: 8, channels: 4, residual: false, units: {if: {reset: soft}}}}",
        "{resnet: {depth: 8, channels: 4, form: post-activation, normalization: tdbn}}",
        "{resnet: {depth: 8, channels: 4, normalization: tebn, units: {ternary-lif: {leak: 0.5}}}}",
        "{sew-resnet: {depth: 8, channels: 4, combination: iand}}",
        "{sew-resnet: {depth: 8, channels: 4, units: {parametric-lif: {per-channel: true}}}}",
        "{recurrent: {hidden: [12, 10], units: {recurrent-lif: {gain: 2, adaptation-strength: 0.3}}}}",
    ]

    static let layerLists =
        [
            "lif: {leak: 0.9}", "if", "parametric-lif", "adaptive-lif",
            "synaptic-lif: {synaptic-leak: 0.6}", "recurrent-lif: {synaptic-leak: 0.5, gain: 2}",
            "recurrent-lif: {connection: one-to-one, refractory-steps: 1}", "ternary-lif",
            "graded-lif", "relu",
        ]
        .map { "[linear: {outputs: 14, gain: 4}, \($0), linear: {outputs: 3}, leaky-integrator]" }
        + ["shared", "{tdbn: {threshold: 2}}", "tebn", "bntt"].map {
            "[conv2d: {channels: 4, padding: 1, bias: false}, batch-norm: {variant: \($0)}, "
                + "lif: {leak: 0.5}, global-average-pool2d, linear: {outputs: 3}]"
        } + [
            "[delayed-linear: {outputs: 14, maximum-delay: 2e-3, learns-delays: true, gain: 4}, "
                + "lif, dropout, linear: {outputs: 3}]",
            "[conv2d: {channels: 4, padding: 1, groups: 2}, max-pool2d, lif: {leak: 0.5}, "
                + "residual: {body: [conv2d: {channels: 4, padding: 1}, lif], combination: add}, "
                + "average-pool2d, flatten, linear: {outputs: 3}]",
            "[conv2d: {channels: 4, padding: 1}, lif: {leak: 0.5}, residual: {combination: and, "
                + "body: [conv2d: {channels: 6, padding: 1}, lif: {threshold: 0.2}], "
                + "shortcut: [conv2d: {channels: 6, size: 1}, lif: {threshold: 0.2}]}, "
                + "linear: {outputs: 3}]",
        ]

    static let kinds =
        (architectures + layerLists).map { Kind(yaml: $0) } + [
            Kind(yaml: "{vgg: {layout: event}}", inputShape: [16, 16, 2]),
            Kind(
                yaml: "[conv1d: {channels: 5, padding: 1}, lif: {leak: 0.5}, linear: {outputs: 3}]",
                inputShape: [9, 2]),
        ]

    private func input(_ shape: [Int]) -> Tensor {
        Tensor(
            uniformIn: 0..<2, shape: [Self.steps, 2] + shape,
            from: RandomStream(seed: 3, name: "input"))
    }

    private func difference(_ a: Tensor, _ b: Tensor) -> Float {
        #expect(a.shape == b.shape)
        return zip(a.scalars, b.scalars).reduce(0) { max($0, abs($1.0 - $1.1)) }
    }

    @Test("step by step, part by part and as a sequence give the same", arguments: kinds)
    func streaming(kind: Kind) throws {
        let network = try kind.network(), sequence = input(kind.inputShape)
        // A pass of training, so that running statistics are not those of the start.
        _ = network(sequence, in: ForwardContext(timeStep: 1e-3, isTraining: true))
        var activity: Float = 0
        let whole = network(
            sequence,
            in: ForwardContext(timeStep: 1e-3) { _, observation in
                if case .spikes(let spikes) = observation { activity += spikes.sum().scalar }
            })
        #expect(
            activity > 0 || kind.yaml.contains("relu") || kind.yaml.contains("ary-lif")
                || kind.yaml.contains("graded"))
        #expect(whole.scalars.contains { $0 != whole.scalars[0] })
        var state: LayerState?
        var outputs: [Tensor] = []
        for t in 0..<Self.steps {
            let response = network.step(sequence.step(at: t), state: state)
            outputs.append(response.output)
            state = response.state
        }
        #expect(difference(Tensor.stack(outputs), whole) < 1e-4)
        let first = network.run(sequence.slice(0..<1))
        let second = network.run(sequence.slice(1..<Self.steps), state: first.state)
        #expect(difference(Tensor.concatenate([first.output, second.output]), whole) < 1e-4)
    }

    @Test("the artificial twin has no state, and both networks learn", arguments: kinds)
    func twins(kind: Kind) throws {
        for model in NetworkFamily.allCases {
            let network = try kind.network(model)
            #expect(network.outputShape == [3])
            let sequence = input(kind.inputShape).slice(0..<(model == .spiking ? Self.steps : 1))
            let (loss, gradients) = network.valueAndGradients {
                network(sequence, in: ForwardContext(timeStep: 1e-3, isTraining: true))
                    .mean(axes: [0]).crossEntropy(labels: [0, 2])
            }
            #expect(loss.scalar.isFinite && gradients.allSatisfy(\.isFinite))
            #expect(gradients.contains { $0.scalars.contains { $0 != 0 } })
            if model == .artificial {
                #expect(network.stateCount == 0)
                #expect(!network.stages.contains { $0.layer is LIF })
            }
        }
    }

    @Test("as resolved they are read again to the same network", arguments: kinds)
    func resolved(kind: Kind) throws {
        let (_, resolved) = try kind.configuration()
        let reader = try ConfigurationReader(
            yaml: resolved.yaml(), file: "resolved.yaml", registry: .standard)
        let again = try NetworkPlan(reader.root)
        try reader.finish()
        #expect(reader.resolved == resolved)
        let network = try again.network(at: kind.site(), seed: 1)
        let x = input(kind.inputShape)
        #expect(try network(x).scalars == kind.network()(x).scalars)
    }

    @Test(
        "each option changes the network",
        arguments: [
            ("{resnet: {channels: 4}}", "depth: 8"),
            ("{resnet: {depth: 8, channels: 4}}", "width: 2"),
            ("{resnet: {depth: 8, channels: 4}}", "form: post-activation"),
            ("{resnet: {depth: 8, channels: 4}}", "residual: false"),
            ("{resnet: {depth: 8, channels: 4}}", "normalization: {tdbn: {threshold: 0.5}}"),
            ("{resnet: {depth: 8, channels: 4}}", "normalization: {tdbn: {alpha: 0.5}}"),
            ("{resnet: {depth: 8, channels: 4}}", "units: {lif: {leak: 0.9}}"),
            ("{resnet: {depth: 8, channels: 4}}", "units: {lif: {reset: soft}}"),
            ("{resnet: {depth: 8, channels: 4}}", "units: if"),
            ("{sew-resnet: {depth: 8, channels: 4}}", "combination: and"),
            ("{csnn: {channels: [4], size: 3}}", "padding: 1"),
            ("{csnn: {channels: [4], size: 3}}", "normalization: shared"),
            ("{csnn: {channels: [4], size: 3}}", "hidden: [7]"),
            ("{csnn: {channels: [4], size: 3}}", "ends-in-units: true"),
            ("{mlp: {hidden: [9]}}", "gain: 3"),
            ("{mlp: {hidden: [9]}}", "readout: currents"),
            ("{mlp: {hidden: [9]}}", "readout: {leaky-integrator: {leak: 0.1}}"),
            ("{recurrent: {hidden: [9]}}", "input-gain: 4"),
            ("{recurrent: {hidden: [9]}}", "units: {recurrent-lif: {gain: 6}}"),
            ("{recurrent: {hidden: [9]}}", "units: {recurrent-lif: {adaptation-strength: 3}}"),
            ("{recurrent: {hidden: [9]}}", "units: {recurrent-lif: {synaptic-leak: 0.9}}"),
            ("{recurrent: {hidden: [9]}}", "readout: {leak: 0.2}"),
        ])
    func optionsMatter(yaml: String, option: String) throws {
        let changed = yaml.replacing("}}", with: ", \(option)}}")
        let x = input([8, 8, 2])
        func output(_ yaml: String) throws -> [Float] {
            let network = try Kind(yaml: yaml).network()
            return network(x, in: ForwardContext(timeStep: 1e-3, isTraining: true)).scalars
        }
        #expect(try output(changed) != output(yaml))
    }

    @Test(
        "what cannot be is refused with key and reason",
        arguments: [
            ("{resnet: {depth: 21}}", "network.resnet.depth: expected 6n + 2"),
            ("{resnet: {units: {recurrent-lif: {}}}}", "network.resnet.units: expected one of lif"),
            ("{resnet: {normalization: none}}", "expected one of shared, tdbn, tebn, bntt"),
            ("{resnet: {wdith: 2}}", "network.resnet.wdith: unknown key; did you mean 'width'?"),
            ("{resnet: {form: post-activation, residual: false}}", "residual: unknown key"),
            ("{restnet: {}}", "network: expected one of"),
            ("3", "network: expected a list with one of"),
            ("[conv2d: {channels: 3, groups: 2}]", "3 channels do not divide into 2 groups"),
            ("[residual: {body: [liff]}]", "network.0.residual.body.0: expected one of"),
            ("[residual: {}]", "network.0.residual.body: missing key"),
            ("[batch-norm: {variant: {tdbn: {alpha: 0}}}]", "alpha: expected a number above 0"),
            ("[delayed-linear: {outputs: 3}]", "maximum-delay: missing key"),
        ])
    func refused(yaml: String, expected: String) throws {
        let error = try #require(throws: ConfigurationError.self) {
            _ = try Kind(yaml: yaml).configuration()
        }
        #expect(error.description.contains(expected), "\(error)")
    }

    @Test("shapes that do not fit are named")
    func shapes() throws {
        for (yaml, shape, expected) in [
            ("{resnet: {depth: 8}}", [64], "'resnet' (resnet) expects images"),
            ("{vgg: {}}", [8, 8, 3], "vgg"),
            ("[conv2d: {channels: 4, groups: 2}]", [8, 8, 3], "divide into 2 groups"),
        ] {
            let error = try #require(throws: NetworkError.self) {
                _ = try Kind(yaml: yaml, inputShape: shape).network()
            }
            #expect(error.description.contains(expected), "\(error)")
        }
    }
}
