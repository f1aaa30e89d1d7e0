import RanvierData
import RanvierFormats
import RanvierSpikes

extension SpikingModel {
    /// Samples as the model takes them: reconciled with its signature, and each value one that its code has a meaning
    /// for.
    ///
    /// - Throws: `DataError` that names the sample and the value or column.
    public func prepared(_ data: Dataset) throws(DataError) -> Dataset {
        let data = try signature.prepared(data)
        try requireAccepted(data)
        return data
    }

    /// Checks that the model's code has a meaning for all values of samples that are scaled already.
    ///
    /// Done for every part of a data set before the first epoch, so that no training is lost to a sample of the test
    /// part. Complexity: one pass over the values, none where the range of the whole set fits.
    /// - Parameter part: what the samples are called: `test part`; the name of the data set, if left out.
    /// - Throws: `DataError` that names part, sample, column and value, and says what to try.
    public func requireAccepted(
        _ data: Dataset, as part: String? = nil
    ) throws(DataError) {
        let accepts = accepts
        let isKnownToFit =
            !accepts.areWhole && accepts.contains(data.valueRange.lowerBound)
            && accepts.contains(data.valueRange.upperBound)
        if isKnownToFit { return }
        for sample in 0..<data.count {
            let values = data.values(ofSample: sample)
            guard let position = values.firstIndex(where: { !accepts.contains($0) }) else {
                continue
            }
            let place = part.map { "\($0) of \(data.name)" } ?? data.name
            throw DataError(
                .outsideRange,
                at: "\(place), sample \(sample), \(data.place(ofValue: position))",
                expected: "\(accepts), as the encoding '\(encoding)' takes them",
                found: "\(values[position])", advice: accepts.advice)
        }
    }
}
