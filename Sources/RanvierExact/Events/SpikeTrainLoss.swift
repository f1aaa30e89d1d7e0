/// Normalised squared distance of whole spike trains from target trains.
///
///     L = Σ ((t_n − t*_n)/(t*_n + o))² / (number of targets),   o = 2
///
/// The last target of each neuron stands for the spike that should not come: it counts only if the
/// spike is earlier, which removes superfluous spikes. The paper puts it at 1.1 T.
/// Source: Klos & Memmesheimer, arXiv:2309.14523, recurrent task.
public struct SpikeTrainLoss: SpikeTimeLoss {
    /// Targets in the order of `requests`.
    public let targets: [Double]
    /// The spikes the loss looks at.
    public let requests: [SpikeRequest]
    /// Whether a target is the last of its neuron.
    public let isLast: [Bool]
    /// Added to each target where it divides.
    public let offset: Double

    /// Creates a loss.
    ///
    /// Throws where a list is empty, does not grow or holds a time that is not finite and positive, or
    /// where target + offset is 0.
    /// - Parameter targets: for each trained neuron its target times, the last one one-sided.
    public init(
        _ targets: [(neuron: Int, times: [Double])], offset: Double = 2
    ) throws(ExactError) {
        var all: [Double] = []
        var requests: [SpikeRequest] = []
        var isLast: [Bool] = []
        for (neuron, times) in targets {
            try Self.validate(times, neuron: neuron)
            for (n, time) in times.enumerated() {
                guard time + offset != 0 else {
                    throw .invalidParameter(
                        name: "target \(n) of neuron \(neuron)", value: time,
                        expected: "not \(-offset)")
                }
                all.append(time)
                requests.append(SpikeRequest(neuron: neuron, number: n + 1))
                isLast.append(n == times.count - 1)
            }
        }
        self.targets = all
        self.requests = requests
        self.isLast = isLast
        self.offset = offset
    }

    static func validate(_ times: [Double], neuron: Int) throws(ExactError) {
        guard !times.isEmpty else {
            throw .wrongCount(name: "targets of neuron \(neuron)", expected: 1, found: 0)
        }
        for (n, time) in times.enumerated() {
            try ExactError.require("target \(n) of neuron \(neuron)", time, above: 0)
            if n > 0, time <= times[n - 1] {
                throw .unsorted(name: "target list of neuron \(neuron)", index: n)
            }
        }
    }

    /// The loss and its derivative by each time.
    public func evaluate(
        _ times: [Double], trial: Double
    ) -> (value: Double, derivatives: [Double]) {
        let n = Double(targets.count)
        var value = 0.0
        var derivatives = [Double](repeating: 0, count: targets.count)
        for k in targets.indices where !isLast[k] || times[k] < targets[k] {
            let scale = 1 / (targets[k] + offset)
            let distance = (times[k] - targets[k]) * scale
            value += distance * distance / n
            derivatives[k] = 2 * distance * scale / n
        }
        return (value, derivatives)
    }
}
