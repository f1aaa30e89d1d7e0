import RanvierFormats
import RanvierSpikes
import RanvierTensors
import Synchronization

extension Dataset {
    /// Images as an event camera sees them: samples `[T, H, W, 2]` of event counts, labels unchanged.
    ///
    /// - Parameters:
    ///   - images: samples `[H, W]` or `[H, W, C]`.
    ///   - steps: number of slices T into which a recording is cut, of equal length in time.
    ///   - countsEvents: whether a step holds the number of events, else only whether there was one.
    /// - Throws: ``DataError`` if samples are no images.
    public init(
        _ images: Dataset, seenBy camera: EventCamera, steps: Int, countsEvents: Bool = false
    ) throws(DataError) {
        guard images.featureShape.count == 2 || images.featureShape.count == 3 else {
            throw DataError(
                .invalidParameter, at: "\(images.name), event camera",
                expected: "images [height, width] or [height, width, channels]",
                found: "samples \(images.featureShape)",
                advice: "give the samples the shape of images first")
        }
        let shape = images.featureShape
        try DataError.requireMemory(
            at: "\(images.name), event camera",
            shape: [images.count, steps, shape[0], shape[1], 2],
            each: 2, advice: "take fewer 'steps' of the event camera")
        // Recordings of many images are large, so each becomes a raster at once.
        let rasters = Mutex([[UInt8]](repeating: [], count: images.count))
        Parallel.forEach(parts: images.count) { sample in
            let raster = camera.record(Tensor(images.values(ofSample: sample), shape: shape))
                .raster(
                    steps: steps, timeStep: camera.duration / Double(steps),
                    countsEvents: countsEvents)
            rasters.withLock { $0[sample] = raster }
        }
        try self.init(
            name: "\(images.name) as events",
            bytes: rasters.withLock { $0.flatMap(\.self) }, dividedBy: 1,
            featureShape: [steps, shape[0], shape[1], 2], labels: images.labels,
            classNames: images.classNames,
            origin: DataOrigin(
                source: "\(images.origin.source), through a simulated event camera",
                licence: images.origin.licence))
        self = timed(step: camera.duration / Double(steps))
    }
}
