import RanvierData
import RanvierLearning

extension StoredRun {
    /// The data of the run as it was configured, which baselines are fitted to.
    ///
    /// - Parameter isNeeded: whether missing data are an error; else they are told, and nil.
    func splits(
        dataDirectory: String?, isNeeded: Bool, events: WorkEvents
    ) throws -> DatasetConfiguration.Splits? {
        do {
            return try ownData(dataDirectory: dataDirectory)
        } catch {
            if isNeeded { throw error }
            events.note(
                "the run's training data cannot be read, so nothing is fitted to stand beside it: "
                    + "\(error)")
            return nil
        }
    }
}
