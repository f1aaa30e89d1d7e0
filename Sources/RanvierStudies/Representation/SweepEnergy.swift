import RanvierAnalysis

/// What a spiking network of a sweep and its artificial twin do for one sample, and what that costs.
///
///     E = Σ_l 4.6 pJ · T · MAC_l where numbers come in,  0.9 pJ · SynOps_l where spikes do;   twin: Σ_l 4.6 pJ · MAC_l
///
/// Prices are those of float additions and multiply-accumulates in 45 nm (Horowitz 2014); MAC_l is counted in the twin. The
/// first layer is charged at every step, as publications do, although a still image needs its product only once: see
/// ``done``. Pooled spikes are numbers.
///
/// Deviation: synaptic operations are counted spike by spike, where publications multiply rates and connections.
struct SweepEnergy: Sendable {
    /// Layers of the spiking network.
    let spiking: [LayerOperations]
    /// Layers of its twin.
    let artificial: [LayerOperations]
    /// Estimate for the spiking network by the rule above, in picojoules.
    let published: Double
    /// Estimate for the operations that were done, in picojoules: a product with a sequence that is constant in time counts once.
    let done: Double
    /// Estimate for the twin, in picojoules.
    let twin: Double

    private static let table = EnergyTable.horowitz2014

    /// Estimates from what was counted.
    init(_ network: StudyNetwork, spiking: [LayerOperations], artificial: [LayerOperations]) {
        self.spiking = spiking
        self.artificial = artificial
        let dense = Dictionary(
            artificial.map { ($0.layer, $0.counts.multiplyAccumulate) },
            uniquingKeysWith: { first, _ in first })
        var charged = SampleOperations()
        for layer in spiking {
            charged.synaptic += layer.counts.synaptic
            guard layer.counts.multiplyAccumulate > 0 else { continue }
            let perStep = dense[layer.layer] ?? layer.counts.multiplyAccumulate
            charged.multiplyAccumulate += perStep * Double(network.steps(ofLayer: layer.layer))
        }
        func price(_ counts: SampleOperations) -> Double {
            EnergyEstimate(of: counts, table: Self.table).arithmetic
        }
        published = price(charged)
        done = price(Self.total(spiking))
        twin = price(Self.total(artificial))
    }

    /// Operations of all layers.
    static func total(_ layers: [LayerOperations]) -> SampleOperations {
        layers.reduce(SampleOperations()) { $0 + $1.counts }
    }

    /// Energy of the spiking network as a share of its twin's, by the published rule.
    var share: Double { published / twin }
    /// Spikes per sample.
    var spikes: Double { spiking.reduce(0) { $0 + $1.spikes } }
}
