import RanvierData
import RanvierFormats
import RanvierLearning

/// The samples of a run that is exported.
struct ExportData {
    /// What it learned from.
    let training: Dataset
    /// What it is measured on.
    let test: Dataset

    /// Nil where they are not there any more, which is told.
    init?(of stored: StoredRun, dataDirectory: String?, _ events: WorkEvents) throws {
        do {
            let own = try stored.ownData(dataDirectory: dataDirectory)
            (training, test) = (own.training, own.test)
        } catch let error as DataError {
            events.warning("the run's own data cannot be read, and nothing is compared: \(error)")
            return nil
        }
    }
}
