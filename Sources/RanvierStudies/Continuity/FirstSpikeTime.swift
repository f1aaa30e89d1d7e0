import RanvierExact

/// The time of one neuron's first spike as a loss, so that its derivatives are those of the time.
struct FirstSpikeTime: SpikeTimeLoss {
    let requests: [SpikeRequest]

    init(neuron: Int = 0) { requests = [SpikeRequest(neuron: neuron)] }

    func evaluate(_ times: [Double], trial: Double) -> (value: Double, derivatives: [Double]) {
        (times[0], [1])
    }
}
