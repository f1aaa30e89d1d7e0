import RanvierConfiguration
import RanvierFormats

extension DataError {
    /// Refuses samples that do not fit into memory, before they are made.
    ///
    /// - Parameters:
    ///   - place: the data set and what of it, for the message.
    ///   - shape: all axes, samples first.
    ///   - size: bytes of a number.
    ///   - advice: what to try.
    static func requireMemory(
        at place: String, shape: [Int], each size: Double = 4, advice: String
    ) throws(DataError) {
        let need = MemoryNeed(
            place, bytes: MemoryNeed.bytes(of: shape, each: size), advice: advice)
        do {
            try need.check()
        } catch {
            throw DataError(
                .invalidParameter, at: place,
                expected: "samples that fit into \(NumberText.bytes(Double(error.availableBytes)))",
                found: "\(shape) numbers, about \(NumberText.bytes(need.bytes))", advice: advice)
        }
    }
}
