import RanvierConfiguration

extension Scaling {
    /// What a min-max scaling clips of samples, in words: how many values of how many samples, and the one that lies
    /// furthest outside; nil where it clips none.
    ///
    /// Values outside the range of the samples it was fitted to are outliers and no error, but who reads a result
    /// must know of them.
    /// - Parameters:
    ///   - dataset: samples that are not scaled yet, of the scaling's shape.
    ///   - part: what they are called: `test samples`.
    public func clippingWarning(of dataset: Dataset, part: String) -> String? {
        guard kind == .minMax, dataset.scaling == nil, dataset.featureShape == featureShape else {
            return nil
        }
        let groups = offset.count
        var values = 0, samples = 0
        var worst = (excess: 0.0, value: Float(0), sample: 0, position: 0)
        for sample in 0..<dataset.count {
            var isClipped = false
            for (position, value) in dataset.values(ofSample: sample).enumerated() {
                let group = position % groups
                let scaled = (Double(value) - Double(offset[group])) / Double(scale[group])
                let excess = max(-scaled, scaled - 1)
                // What rounding alone puts outside is none.
                guard excess > 1e-6 else { continue }
                values += 1
                isClipped = true
                if excess > worst.excess { worst = (excess, value, sample, position) }
            }
            if isClipped { samples += 1 }
        }
        guard values > 0 else { return nil }
        let group = worst.position % groups
        let low = Double(offset[group]), high = low + Double(scale[group])
        return "scaling: \(values) \(values == 1 ? "value" : "values") in \(samples) of "
            + "\(dataset.count) \(part) lie outside the range of the training samples and are "
            + "clipped to it; furthest is \(worst.value) in "
            + "\(dataset.place(ofValue: worst.position)) (sample \(worst.sample)), where training "
            + "has \(NumberText.significant(low, digits: 6)) to "
            + "\(NumberText.significant(high, digits: 6))"
    }
}

extension Dataset {
    /// Where a value of a sample stands, in words: `'pressure'`, `'pressure' of row 3`, `value 12`.
    public func place(ofValue position: Int) -> String {
        guard let names = featureNames, !names.isEmpty, featureCount % names.count == 0 else {
            return "value \(position)"
        }
        let name = "'\(names[position % names.count])'"
        return names.count == featureCount ? name : "\(name) of row \(position / names.count)"
    }
}
