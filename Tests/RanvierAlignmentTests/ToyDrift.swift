import Ranvier
import RanvierData
import RanvierLearning
import RanvierNetworks
import RanvierSpikes
import RanvierSurrogate
import RanvierTensors

@testable import RanvierAlignment

/// Four classes of ten numbers around patterns, and a small network that has learned them.
struct ToyDrift {
    static let channels = 10, classes = 4
    let training: Dataset
    let test: Dataset
    let model: ClockedModel

    init(seed: UInt64 = 1, epochs: Int = 12) throws {
        training = try Self.samples(160, seed: seed)
        test = try Self.samples(160, seed: seed, part: 1)
        let scaling = try Scaling(fitting: training, kind: .standard, scope: .perChannel)
        let network = try Network(inputShape: [Self.channels], timeStep: 1e-3, seed: seed) {
            Linear(Self.channels, 16, gain: 3)
            LIF(membraneTimeConstant: 10e-3)
            Linear(16, Self.classes)
            LeakyIntegrator(membraneTimeConstant: 20e-3)
        }
        let scaled = try scaling(training)
        let model = ClockedModel(
            network: network, encoder: DirectEncoder(steps: 5, timeStep: 1e-3),
            loss: CrossEntropy(),
            signature: ModelSignature(of: scaled, task: Classification(of: scaled) ?? .init()))
        var method = SurrogateGradient(
            model, optimizer: Adam(learningRate: 1e-2), batchSizes: 20, seed: seed)
        if epochs > 0 { _ = try Course(epochs: epochs).run(&method, on: scaled) }
        self.model = method.clockedModel
    }

    static func samples(_ count: Int, seed: UInt64, part: Int = 0) throws -> Dataset {
        let patterns = Tensor(
            uniformIn: 0..<4, shape: [classes, channels],
            from: RandomStream(seed: seed, name: "patterns")
        ).scalars
        let noise = RandomStream(seed: seed, name: "noise").substream(part)
            .uniform(count: count * channels)
        let labels = (0..<count).map { $0 * 7 % classes }
        var values: [Float] = []
        for sample in 0..<count {
            for channel in 0..<channels {
                values.append(
                    patterns[labels[sample] * channels + channel]
                        + 2 * noise[sample * channels + channel] - 1)
            }
        }
        return try Dataset(
            name: "toy", values: values, featureShape: [channels], labels: labels,
            classNames: ["a", "b", "c", "d"])
    }

    /// New samples from drifted sensors, and others that are held out, and old ones.
    func data(_ drift: SensorDrift, rehearsal: Int = 0) throws -> AdaptationData {
        let new = try drift(test, channels: Self.channels)
        var data = AdaptationData(
            stream: new.subset(Array(0..<90)), held: new.subset(Array(90..<160)),
            old: test.subset(Array(90..<160)))
        if rehearsal > 0 { data.rehearsal = training.prefix(rehearsal) }
        return data
    }
}
