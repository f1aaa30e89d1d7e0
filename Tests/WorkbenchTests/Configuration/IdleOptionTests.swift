import Ranvier
import Testing

@testable import RanvierConfiguration
@testable import RanvierExperiments
@testable import RanvierLearning
@testable import RanvierNetworks
@testable import RanvierRuns
@testable import RanvierSpikes

/// An option has an effect or is refused; a default that is merely written out is neither.
@Suite("Options without effect")
struct IdleOptionTests {
    /// A configuration with the given network and more lines.
    private func configuration(_ network: String, _ more: String = "") throws -> RunConfiguration {
        let yaml = """
            dataset: {name: digits, limit: 60}
            encoding: {direct: {steps: 10, time-step: 1e-3}}
            network: \(network)
            \(more)
            """
        let reader = try ConfigurationReader(yaml: yaml, file: "idle.yaml", registry: .standard)
        return try RunConfiguration(reader, defaultName: "idle")
    }

    private func expectRefused(
        key: String, location: SourceLocation = #_sourceLocation,
        _ body: () throws -> RunConfiguration
    ) {
        do {
            _ = try body()
            Issue.record("'\(key)' was taken", sourceLocation: location)
        } catch let error as ConfigurationError {
            #expect(error.keyPath.hasSuffix(key), "\(error)", sourceLocation: location)
            #expect(error.location.hasPrefix("idle.yaml:"), "\(error)", sourceLocation: location)
            #expect(error.exitStatus == .wrongUsage, sourceLocation: location)
        } catch {
            Issue.record("\(error)", sourceLocation: location)
        }
    }

    @Test(
        "of neurons and layers",
        arguments: [
            ("lif: {reset-potential: -0.5}", "lif.reset-potential"),
            ("lif: {reset: soft-delayed, reset-potential: 0.5}", "lif.reset-potential"),
            ("lif: {leak-target: reset}", "lif.leak-target"),
            ("lif: {reset: hard, reset-potential: 1}", "lif.reset-potential"),
            ("if: {reset: hard, reset-potential: 2}", "if.reset-potential"),
            ("if: {reset-potential: 0.5}", "if.reset-potential"),
            ("if: {initial-membrane: 1}", "if.initial-membrane"),
            ("lif: {threshold: 0.4, initial-membrane: 0.5}", "lif.initial-membrane"),
            ("batch-norm: {variant: bntt, initial-shift: 0.2}", "batch-norm.initial-shift"),
            ("parametric-lif: {reset-potential: 0.5}", "parametric-lif.reset-potential"),
            ("parametric-lif: {channels: 8}", "parametric-lif.channels"),
            ("synaptic-lif: {reset: hard, reset-potential: 3}", "synaptic-lif.reset-potential"),
            (
                "adaptive-lif: {adaptation-strength: 0, adaptation-leak: 0.5}",
                "adaptive-lif.adaptation-leak"
            ),
            (
                "recurrent-lif: {adaptation-time-constant: 50e-3}",
                "recurrent-lif.adaptation-time-constant"
            ),
            ("lif: {leak: 0.9, membrane-time-constant: 20e-3}", "lif.membrane-time-constant"),
            (
                "synaptic-lif: {synaptic-leak: 0.9, synaptic-time-constant: 20e-3}",
                "synaptic-lif.synaptic-time-constant"
            ),
            (
                "delayed-linear: {outputs: 8, maximum-delay: 0, learns-delays: true}",
                "delayed-linear.learns-delays"
            ),
            (
                "pre-activation-block: {residual: false, body: [relu], projection: [relu]}",
                "pre-activation-block.projection"
            ),
            (
                "pre-activation-block: {shortcut: rectified, body: [relu], projection: [relu]}",
                "pre-activation-block.shortcut"
            ),
        ])
    func layers(layer: String, key: String) {
        expectRefused(key: key) {
            try configuration("[linear: {outputs: 8}, \(layer), linear: {outputs: 10}]")
        }
    }

    @Test(
        "of architectures",
        arguments: [
            ("{resnet: {residual: false, shortcut: rectified}}", "resnet.shortcut"),
            ("{mlp: {units: {lif: {reset-potential: 0.5}}}}", "lif.reset-potential"),
        ])
    func architectures(network: String, key: String) {
        expectRefused(key: key) { try configuration(network) }
    }

    @Test(
        "of training, encodings and data",
        arguments: [
            ("training: {optimizer: {sgd: {momentum: 0, nesterov: true}}}", "sgd.nesterov"),
            ("training: {optimizer: {adam: {beta1: 1}}}", "adam.beta1"),
            (
                "training: {loss: {temporal-efficient-training: {lambda: 0, potential: 2}}}",
                "temporal-efficient-training.potential"
            ),
            (
                "training: {loss: {temporal-efficient-training: {lambda: 1, label-smoothing: 0.1}}}",
                "temporal-efficient-training.label-smoothing"
            ),
            ("training: {schedule: {cosine: {floor: 1}}}", "cosine.floor"),
            ("training: {schedule: {exponential: {factor: 1}}}", "exponential.factor"),
            ("training: {truncation: 10}", "training.truncation"),
            ("training: {truncation: 3}\nmodel: ann", "training.truncation"),
            ("training: {augmentation: {shift: 1, round: 255}}", "augmentation.round"),
            ("training: {augmentation: {round: 255}}", "augmentation.round"),
            ("training: {loss: mean-squared-error}\nmodel: ann", "training.loss"),
            ("training: {epochs: 2, batch-size: [16, 32, 64]}", "training.batch-size"),
        ])
    func training(more: String, key: String) {
        expectRefused(key: key) { try configuration("{mlp: {}}", more) }
    }

    @Test(
        "of encodings",
        arguments: [
            ("{latency: {late-spikes: dropped}}", "latency.late-spikes"),
            ("{burst: {most-spikes: 1, longest-interval: 4}}", "burst.longest-interval"),
            ("{burst: {most-spikes: 1, shortest-interval: 2}}", "burst.shortest-interval"),
        ])
    func encodings(encoding: String, key: String) {
        expectRefused(key: key) {
            let reader = try ConfigurationReader(
                yaml: "dataset: {name: digits}\nnetwork: {mlp: {}}\nencoding: \(encoding)",
                file: "idle.yaml", registry: .standard)
            return try RunConfiguration(reader, defaultName: "idle")
        }
    }

    @Test(
        "of data and of exact gradients",
        arguments: [
            (
                "dataset: {name: n-mnist, frames: events, time-step: 5e-3}\nnetwork: {mlp: {}}",
                "dataset.time-step"
            ),
            (
                "dataset: {name: digits, event-camera: {mismatch: 0, seed: 3}}\nnetwork: {mlp: {}}",
                "event-camera.seed"
            ),
            (
                "method: exact\ndataset: {name: digits}\nnetwork: [theta: {outputs: 10}]\n"
                    + "training: {schedule: cosine, decay-epochs: 50}", "training.decay-epochs"
            ),
            (
                "method: exact\ndataset: {name: digits}\nnetwork: [theta: {outputs: 10}]\n"
                    + "training: {jitter: 2}", "training.jitter"
            ),
        ])
    func others(yaml: String, key: String) {
        expectRefused(key: key) {
            let reader = try ConfigurationReader(
                yaml: yaml, file: "idle.yaml", registry: .standard)
            return try RunConfiguration(reader, defaultName: "idle")
        }
    }

    /// As resolved a configuration has all keys, those without effect at the value that asks for nothing.
    @Test(
        "are no trouble where they are defaults, and a stored configuration is read again",
        arguments: [
            "[linear: {outputs: 8}, lif: {reset: soft, reset-potential: 0, leak-target: zero}]",
            "[linear: {outputs: 8}, lif: {reset: hard, reset-potential: -0.5, leak-target: reset}]",
            "[linear: {outputs: 8}, parametric-lif: {channels: null}]",
            "[linear: {outputs: 8}, recurrent-lif: {adaptation-strength: 0}]",
            "[linear: {outputs: 8}, adaptive-lif: {adaptation-strength: 0}]",
            "[linear: {outputs: 8}, lif: {leak: null, membrane-time-constant: 20e-3}]",
            "[delayed-linear: {outputs: 8, maximum-delay: 0, learns-delays: false}, lif]",
            "{resnet: {depth: 8, residual: false}}",
            "{resnet: {depth: 8, shortcut: rectified}}",
        ])
    func defaults(network: String) throws {
        let first = try configuration(
            network, "training: {schedule: cosine, optimizer: {sgd: {momentum: 0}}}")
        let reader = try ConfigurationReader(
            yaml: first.resolved.yaml(), file: "stored.yaml", registry: .standard)
        #expect(try RunConfiguration(reader, defaultName: "idle").resolved == first.resolved)
    }

    /// What code asks for in vain is not written, so that what was stored can be read.
    @Test("of code are left out of what is stored")
    func code() throws {
        for (shortcut, isResidual) in [
            (PreActivationBlock.Shortcut.rectified, false), (.rectified, true),
            (.preActivation, false),
        ] {
            for outputs in [2, 4] {
                let block = PreActivationBlock(
                    2, outputs, activation: .rectified, isResidual: isResidual, shortcut: shortcut)
                let network = try Network(inputShape: [4, 4, 2], layers: [block])
                let stored = try network.clockedDescription
                let again = try Network(
                    ClockedDescription(stored.network, in: .standard, at: "stored"), in: .standard)
                #expect(try again.clockedDescription == stored)
            }
        }
    }

    @Test("of layers and encoders made in code are not kept")
    func notKept() throws {
        let layers: [any Layer] = [
            LIF(leak: .factor(0.5), dynamics: LIFDynamics(reset: .soft, leakTarget: .reset)),
            DelayedLinear(2, 2, maximumDelay: 0, timeStep: 1e-3, learnsDelays: true),
        ]
        let stored = try Network(inputShape: [2], layers: layers).clockedDescription
        let again = try Network(
            ClockedDescription(stored.network, in: .standard, at: "stored"), in: .standard)
        #expect(try again.clockedDescription == stored)
        #expect(
            again.trainableParameters.map(\.name) == [
                "delayed-linear2.weights", "delayed-linear2.bias",
            ])
        let encoders: [any SpikeEncoder] = [
            LatencyEncoder(steps: 5, timeStep: 1e-3, lateSpikes: .dropped),
            BurstEncoder(steps: 5, timeStep: 1e-3, mostSpikes: 1, longestInterval: 3),
        ]
        for encoder in encoders {
            let read = try encoder.element.value(
                of: EncoderRole.self, in: .standard, at: "stored")
            #expect(read.element == encoder.element)
        }
    }

    @Test("normalisation for other steps than the encoding's is refused, not run into")
    func normalizationSteps() throws {
        for (steps, isRight) in [(3, false), (10, true), (20, false)] {
            for variant in ["bntt", "tebn"] {
                let configuration = try configuration(
                    "[linear: {outputs: 8}, batch-norm: {variant: {\(variant): {steps: \(steps)}}}, "
                        + "lif, linear: {outputs: 10}]")
                let data = try configuration.dataset.load(from: DataPlace(seed: 0))
                func make() throws {
                    _ = try configuration.method.makeMethod(for: data, seed: 0, registry: .standard)
                }
                if isRight {
                    try make()
                } else {
                    let error = try #require(throws: NetworkError.self) { try make() }
                    #expect(error.exitStatus == .wrongUsage)
                    #expect(error.description.contains("'batch-norm2'"))
                }
            }
        }
    }

    @Test("batches in which a normalisation has no variance are refused before the training")
    func batchesOfOne() throws {
        let network =
            "[linear: {outputs: 8, bias: false}, batch-norm, lif, linear: {outputs: 10}]"
        for (training, isRight) in [
            ("{batch-size: 1}", false), ("{epochs: 4, batch-size: [1, 8]}", false),
            ("{batch-size: 2}", true),
        ] {
            let configuration = try configuration(network, "training: \(training)")
            let data = try configuration.dataset.load(from: DataPlace(seed: 0))
            func make() throws {
                _ = try configuration.method.makeMethod(for: data, seed: 0, registry: .standard)
            }
            if isRight {
                try make()
            } else {
                let error = try #require(throws: TrainingError.self) { try make() }
                #expect(error.description.contains("training.batch-size"))
                #expect(error.description.contains("'batch-norm2'"))
                #expect(error.exitStatus == .wrongUsage)
            }
        }
    }
}
