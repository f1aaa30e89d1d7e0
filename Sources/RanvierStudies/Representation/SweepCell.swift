import RanvierAnalysis

/// One setting of a sweep: a spiking network, and the artificial one it is held against.
struct SweepCell: Sendable {
    /// What distinguishes the cell, such as `T = 8`.
    let label: String
    /// The spiking network, of seed 0.
    let spiking: StudyNetwork
    /// The artificial network, of seed 0.
    let artificial: StudyNetwork

    /// A cell with the rectified twin of a spiking network, unless another one is given.
    init(_ label: String, _ spiking: StudyNetwork, against twin: StudyNetwork? = nil) {
        self.label = label
        self.spiking = spiking
        artificial = twin ?? spiking.twin
    }

    /// The networks of some seeds.
    func networks(_ seeds: [UInt64]) -> [StudyNetwork] {
        seeds.flatMap { [artificial.seeded($0), spiking.seeded($0)] }
    }
}

/// What was measured in a cell, seed by seed.
struct SweepOutcome: Sendable {
    /// One seed.
    struct Seed: Sendable {
        let seed: UInt64
        let spikingAccuracy: Double
        let artificialAccuracy: Double
        /// Matched layers of spiking and artificial network.
        let curve: LayerCurve
        /// All layers of the two: rows artificial, columns spiking.
        let map: SimilarityMap
        /// All layers of the spiking network with themselves.
        let spikingMap: SimilarityMap
        /// All layers of the artificial network with themselves.
        let artificialMap: SimilarityMap
        /// Maps over time of the spiking network.
        let timeMaps: [TimeMap]
        /// Spikes per neuron and step of the layers that spike.
        let rates: [(layer: String, rate: Double)]
        /// The spiking network against an untrained artificial one.
        let floor: LayerCurve
        /// What both networks do for a sample.
        let energy: SweepEnergy

        /// Dynamics of the layers.
        var dynamics: LayerCurve {
            LayerCurve(layers: timeMaps.map(\.layer), values: timeMaps.map(\.dynamics))
        }
        /// Mean firing rate.
        var rate: Double {
            rates.isEmpty ? .nan : rates.reduce(0) { $0 + $1.rate } / Double(rates.count)
        }
        /// Firing rates along the depth.
        var rateCurve: LayerCurve {
            LayerCurve(layers: rates.map(\.layer), values: rates.map(\.rate))
        }
        /// The kind of map at the end of a block: its sum, or the units of a network without sums.
        var blockEnd: LayerCurve.Kind {
            curve.kinds.contains(.out) ? .out : .activation
        }
    }

    let cell: SweepCell
    let seeds: [Seed]
    /// Matched layers of artificial networks from two seeds, for all pairs: how similar is similar.
    let artificialCeilings: [LayerCurve]
    /// The same for spiking networks.
    let spikingCeilings: [LayerCurve]
    /// Procrustes similarity of matched layers, first seed.
    let procrustes: LayerCurve
    /// Accuracy of linear readouts from the layers of the spiking network, first seed.
    let spikingProbe: LayerCurve
    /// The same of the artificial network.
    let artificialProbe: LayerCurve

    /// Mean similarity of matched layers, seed by seed.
    var means: [Double] { seeds.map(\.curve.mean) }
    /// A quantity, seed by seed.
    func each(_ quantity: (Seed) -> Double) -> [Double] { seeds.map(quantity) }
    /// Mean over matched layers of two artificial networks.
    var artificialCeiling: SeedSummary { SeedSummary(artificialCeilings.map(\.mean)) }
    /// Mean over matched layers of two spiking networks.
    var spikingCeiling: SeedSummary { SeedSummary(spikingCeilings.map(\.mean)) }
    /// Mean over matched layers against untrained networks.
    var floor: SeedSummary { SeedSummary(each(\.floor.mean)) }
}

/// Differences of a quantity between two cells, seed by seed.
func paired(
    _ first: SweepOutcome, _ second: SweepOutcome, _ quantity: (SweepOutcome.Seed) -> Double
) -> [Double] {
    zip(first.seeds, second.seeds).map { quantity($0) - quantity($1) }
}
