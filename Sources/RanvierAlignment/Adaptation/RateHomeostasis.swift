import RanvierConfiguration
import RanvierData
import RanvierLearning
import RanvierNetworks
import RanvierTensors

/// Firing rates that go back to what they were, without labels: neurons that fire too rarely become easier to excite.
///
///     r ← r + η (a − r),   η = max(1/n, 1/window),   θ ← θ + s (r − A) / (A + r₀),   |θ − θ₀| ≤ 1/2
///
/// `a` is how often a neuron fired in a sample, per step, and `A` its mean over old samples; `r₀ = 0.02` keeps neurons that hardly
/// ever fired quiet; `s` is a quarter over the window, slow beside the running rate, so that thresholds do not swing. The threshold of a neuron that is driven by synapses with a bias is moved by the bias against it, which is
/// the same for the neuron. Of convolutions a channel is one neuron. Source: homeostatic thresholds as of Diehl & Cook 2015, with
/// a target for each neuron.
struct RateHomeostasis {
    /// Neurons of a layer with the bias that they are excited by.
    private struct Site {
        let neurons: String
        let bias: Parameter
        let first: [Float]
        let targets: [Double]
        var rates: [Double]
    }

    /// Furthest that a threshold moves, in parts of a usual one.
    private static let reach = 0.5
    private static let quiet = 0.02

    private var sites: [Site] = []
    private let window: Int
    private var count = 0
    /// Layers that spike and cannot be moved, in words.
    let leftOut: [String]

    /// Homeostasis towards the rates of some samples, as the model takes them.
    ///
    /// - Throws: ``AlignmentError`` where no layer of the model can be moved.
    init(of model: ClockedModel, on samples: Dataset, window: Int) throws {
        self.window = window
        var pairs: [(bias: Parameter, neurons: String)] = [], leftOut: [String] = []
        let stages = model.network.stages
        for (index, stage) in stages.enumerated() where stage.layer is any SpikingUnits {
            let before = index > 0 ? stages[index - 1] : nil
            let bias = before?.layer.parameters.first { $0.name == "bias" }?.parameter
            if let bias, bias.shape.count == 1 {
                pairs.append((bias, stage.name))
            } else {
                leftOut.append("'\(stage.name)' (no synapses with a bias right before it)")
            }
        }
        self.leftOut = leftOut
        guard !pairs.isEmpty else {
            throw AlignmentError.setting(
                name: "thresholds", expected: "spiking neurons behind synapses with a bias",
                found: leftOut.isEmpty ? "no neurons that spike" : leftOut.joined(separator: ", "))
        }
        let data = try model.prepared(samples)
        guard data.count > 0 else {
            throw AlignmentError.setting(
                name: "thresholds", expected: "old samples, whose rates are gone back to",
                found: "none; hand in the data that the model learned from, or others like them")
        }
        var sums: [String: [Double]] = [:]
        for batch in Batches(data, size: model.batchSize) {
            let rates = try Self.rates(
                of: model, showing: model.shown(batch.features, samples: batch.indices),
                channels: pairs.map { ($0.neurons, $0.bias.shape[0]) })
            for (name, values) in rates {
                let weight = Double(batch.count) / Double(data.count)
                sums[name] = zip(sums[name] ?? values.map { _ in 0 }, values).map {
                    $0 + weight * $1
                }
            }
        }
        sites = pairs.compactMap { bias, neurons in
            sums[neurons].map {
                Site(
                    neurons: neurons, bias: bias, first: bias.value.scalars, targets: $0, rates: $0)
            }
        }
    }

    /// Spikes per step of each channel of some layers, as a mean over a batch.
    static func rates(
        of model: ClockedModel, showing sequence: Tensor, channels: [(name: String, count: Int)]
    ) -> [String: [Double]] {
        let wanted = Dictionary(uniqueKeysWithValues: channels.map { ($0.name, $0.count) })
        var found: [String: [Double]] = [:]
        let context = ForwardContext(timeStep: model.network.timeStep) { layer, observation in
            guard let count = wanted[layer], case .spikes(let spikes) = observation,
                spikes.count % count == 0
            else { return }
            var sums = [Double](repeating: 0, count: count)
            for (index, spike) in spikes.spikeMarks.scalars.enumerated() where spike != 0 {
                sums[index % count] += Double(spike)
            }
            let number = Double(spikes.count / count)
            found[layer] = sums.map { $0 / number }
        }
        _ = model.network(sequence, in: context)
        return found
    }

    /// Moves thresholds after a sample, `[T, 1, …]`.
    mutating func note(_ sequence: Tensor, in model: ClockedModel) {
        count += 1
        let step = max(1 / Double(count), 1 / Double(window))
        let rates = Self.rates(
            of: model, showing: sequence,
            channels: sites.map { ($0.neurons, $0.targets.count) })
        for (index, site) in sites.enumerated() {
            guard let fired = rates[site.neurons] else { continue }
            var own = site, bias = site.bias.value.scalars
            for neuron in fired.indices {
                own.rates[neuron] += step * (fired[neuron] - own.rates[neuron])
                let target = site.targets[neuron]
                let far = (own.rates[neuron] - target) / (target + Self.quiet)
                // Before a few samples the running rate is chance.
                let change =
                    -0.25 / Double(window) * min(max(far, -1), 1) * min(Double(count) / 8, 1)
                let first = Double(site.first[neuron])
                bias[neuron] = Float(
                    min(
                        max(Double(bias[neuron]) + change, first - Self.reach),
                        first + Self.reach))
            }
            site.bias.value = Tensor(bias, shape: site.bias.shape)
            sites[index] = own
        }
    }
}
