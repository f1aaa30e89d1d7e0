import RanvierLearning
import RanvierNetworks

/// What a comparison of networks gave.
package struct RepresentationOutcome {
    /// What is known of one network besides its similarities.
    package struct Party {
        package let name: String
        /// Its place among all layers.
        package let layers: Range<Int>
        /// Kernels of the first samples, where they were kept.
        package let kept: [KernelMatrix]
        /// Sums over steps, where they were compared.
        package var steps: [SimilarityAccumulator]
        /// Spikes per neuron and step of each layer, mean over batches; nil where it does not spike.
        package var rates: [Double?]
        /// What its layers did.
        package var operations = OperationTally()
    }

    package private(set) var parties: [Party]
    package private(set) var sums: SimilarityAccumulator
    /// Labels of the first batch.
    package let labels: [Int]

    package init(_ names: [String], _ answers: [[RepresentationBatch.Layer]], labels: [Int]) {
        self.labels = labels
        sums = SimilarityAccumulator(layers: answers.flatMap { $0.map(\.name) })
        var first = 0
        parties = zip(names, answers).map { name, layers in
            defer { first += layers.count }
            return Party(
                name: name, layers: first..<first + layers.count, kept: layers.compactMap(\.kept),
                steps: layers.map { SimilarityAccumulator(layers: $0.steps.layers) },
                rates: layers.map { $0.firingRate == nil ? nil : 0 })
        }
    }

    /// Adds a batch, and what the layers have done so far.
    package mutating func add(
        _ answers: [[RepresentationBatch.Layer]], operations: [OperationTally]
    ) throws(AnalysisError) {
        try sums.add(answers.flatMap { $0.map(\.kernel) })
        let weight = 1 / Double(sums.batches)
        for (index, layers) in answers.enumerated() {
            parties[index].operations = operations[index]
            for (place, layer) in layers.enumerated() {
                try parties[index].steps[place].add(layer.steps)
                guard let rate = layer.firingRate, let mean = parties[index].rates[place] else {
                    continue
                }
                parties[index].rates[place] = mean + (rate - mean) * weight
            }
        }
    }

    /// Names of a network's layers.
    package func names(_ party: Int) -> [String] { Array(sums.layers[parties[party].layers]) }

    /// Similarities of two networks: rows are layers of the first.
    package func map(_ first: Int, _ second: Int) -> SimilarityMap {
        sums.map(rows: parties[first].layers, columns: parties[second].layers)
    }

    /// Similarity of matched layers of two networks.
    package func curve(_ first: Int, _ second: Int) -> LayerCurve {
        LayerCurve(matching: map(first, second))
    }

    /// Maps over time of a network whose steps were compared.
    package func timeMaps(_ party: Int) -> [TimeMap] {
        zip(names(party), parties[party].steps).map { name, sums in
            TimeMap(
                layer: name,
                values: sums.layers.indices.map { t in
                    sums.layers.indices.map { sums.alignment(t, $0) }
                })
        }
    }

    /// Procrustes similarity of matched layers, from the samples that were kept.
    package func procrustes(_ first: Int, _ second: Int) -> LayerCurve {
        let map = map(first, second)
        return LayerCurve(
            layers: LayerCurve(matching: map).layers,
            values: map.matchedPlaces.map { i, j in
                ProcrustesSimilarity(parties[first].kept[i])
                    .similarity(to: ProcrustesSimilarity(parties[second].kept[j]))
            })
    }

    /// Accuracy of a linear readout from each layer of a network, from the samples that were kept; NaN where samples have no
    /// classes.
    package func probe(_ party: Int) throws(AnalysisError) -> LayerCurve {
        guard !labels.isEmpty else {
            return LayerCurve(
                layers: names(party), values: parties[party].kept.map { _ in .nan })
        }
        var values: [Double] = []
        for kernel in parties[party].kept {
            values.append(
                try LinearProbe().accuracy(kernel, labels: Array(labels.prefix(kernel.count))))
        }
        return LayerCurve(layers: names(party), values: values)
    }
}
