import RanvierData
import RanvierLearning
import RanvierNetworks

/// Compares the layers of several networks, all with all, on the same samples.
package struct RepresentationComparison {
    /// One of the networks.
    package struct Party {
        /// Name in tables.
        package var name: String
        /// The network.
        package var model: any SpikingModel
        /// The samples as this network takes them.
        package var data: Dataset
        /// Whether its steps are compared with one another.
        package var comparesSteps = false

        package init(
            name: String, model: any SpikingModel, data: Dataset,
            comparesSteps: Bool = false
        ) {
            self.name = name
            self.model = model
            self.data = data
            self.comparesSteps = comparesSteps
        }
    }

    /// Bins of a trial of a network without a clock.
    private static let bins = 20

    /// How answers are compared.
    package var settings = RepresentationSettings()
    /// Samples of a batch.
    package var batchSize = 1024
    /// Batches.
    package var batches = 2

    package init(
        settings: RepresentationSettings = RepresentationSettings(), batchSize: Int = 1024,
        batches: Int = 2
    ) {
        self.settings = settings
        self.batchSize = batchSize
        self.batches = batches
    }

    /// Listens to all networks, batch by batch.
    ///
    /// Samples are the first of the data, in order; a last partial batch is left out, and where there are fewer samples
    /// than a batch has, there is one batch of all of them.
    ///
    /// - Parameter advance: hears of progress, from 0 to 1, and may throw to stop.
    /// - Throws: `AnalysisError`; ``RepresentationError``; what the networks throw.
    package func run(
        _ parties: [Party], advance: (Double, String) throws -> Void = { _, _ in }
    ) throws -> RepresentationOutcome {
        let available = parties.map(\.data.count).min() ?? 0
        let size = min(batchSize, available)
        guard size > 3 else {
            throw RepresentationError.tooFewSamples(expected: 4, found: available)
        }
        let count = min(batches, available / size)
        var outcome: RepresentationOutcome?
        for batch in 0..<count {
            let samples = Array(batch * size..<(batch + 1) * size)
            var answers: [[RepresentationBatch.Layer]] = []
            var tallies: [OperationTally] = []
            for (index, party) in parties.enumerated() {
                let done = Double(batch * parties.count + index)
                try advance(
                    done / Double(count * parties.count), "\(party.name): \(samples.count) samples")
                var tally = outcome?.parties[index].operations ?? OperationTally()
                answers.append(
                    try listen(to: party, samples: samples, isFirst: batch == 0, &tally))
                tallies.append(tally)
            }
            if outcome == nil {
                outcome = RepresentationOutcome(
                    parties.map(\.name), answers, labels: parties[0].data.labels(of: samples))
            }
            try outcome?.add(answers, operations: tallies)
        }
        guard let outcome else {
            throw RepresentationError.tooFewSamples(expected: size, found: available)
        }
        return outcome
    }

    private func listen(
        to party: Party, samples: [Int], isFirst: Bool, _ tally: inout OperationTally
    ) throws -> [RepresentationBatch.Layer] {
        var own = settings
        own.comparesSteps = party.comparesSteps
        own.keptSamples = isFirst ? settings.keptSamples : 0
        let batch = RepresentationBatch(own)
        // The observer outlives no call, but its type does not say so.
        var counted = tally
        let shown = Batch(
            indices: samples, features: party.data.features(of: samples),
            targets: .none(count: samples.count))
        let listener = Listener(.signals(bins: Self.bins)) { layer, observation in
            counted.observe(layer, observation)
            batch.observe(layer, observation)
        }
        _ = try party.model.respond(to: shown, listener: listener)
        counted.count(samples: samples.count)
        tally = counted
        return try batch.layers
    }
}
