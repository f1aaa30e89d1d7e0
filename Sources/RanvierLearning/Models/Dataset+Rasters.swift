import RanvierData
import RanvierTensors

extension Dataset {
    /// Whether samples are rasters of events: whole numbers, of which most are 0.
    ///
    /// Asked of all samples together, so that what is counted does not depend on which of them share a batch. Reads no
    /// further than to the first number that is not whole.
    var holdsRasters: Bool {
        var zeros = 0, numbers = 0
        for start in stride(from: 0, to: count, by: 64) {
            let values = features(of: Array(start..<min(start + 64, count))).scalars
            guard values.allSatisfy({ $0 == $0.rounded() }) else { return false }
            zeros += values.count { $0 == 0 }
            numbers += values.count
        }
        return 2 * zeros > numbers
    }
}
