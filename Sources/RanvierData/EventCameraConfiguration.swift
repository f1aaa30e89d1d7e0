import RanvierConfiguration
import RanvierFormats
import RanvierSpikes

/// A simulated event camera in front of the images of a data set: recordings like those of N-MNIST from any images.
///
///     dataset: {name: digits, event-camera: {steps: 30, threshold: 0.2}}
public struct EventCameraConfiguration: Sendable, Hashable {
    /// The camera.
    public let camera: EventCamera
    /// Slices into which a recording is cut, of equal length in time.
    public let steps: Int
    /// Whether a step holds the number of events of a pixel, else only whether there was one.
    public let countsEvents: Bool

    /// Length of a step in seconds.
    public var timeStep: Double { camera.duration / Double(steps) }

    package init(_ section: ConfigurationSection) throws(ConfigurationError) {
        var camera = EventCamera()
        // Each event moves the reference by the threshold: smaller ones drown in events.
        camera.threshold = try section.float("threshold", default: camera.threshold, in: 0.01...10)
        camera.mismatch = try section.float("mismatch", default: camera.mismatch, in: 0...1)
        camera.darkness = try section.float("darkness", default: camera.darkness, in: .positive)
        camera.amplitude = try section.float("amplitude", default: camera.amplitude, in: 0...)
        camera.saccade = try section.float("saccade", default: camera.saccade, in: .positive)
        camera.samplingRate = try section.float(
            "sampling-rate", default: camera.samplingRate, in: .positive)
        camera.seed = try section.seed("seed", default: 0)
        guard camera.seed == 0 || camera.mismatch > 0 else {
            throw section.invalid(
                "seed", "has no effect with mismatch 0, where all pixels have the same threshold")
        }
        guard camera.samplingRate * camera.saccade >= 3 else {
            throw section.invalid(
                "sampling-rate",
                "expected at least three samples of a saccade of \(camera.saccade)"
                    + " s, found \(camera.samplingRate) samples per second")
        }
        guard camera.saccade <= 1e6 else {
            throw section.invalid(
                "saccade", "expected at most 1000000 s, found \(camera.saccade) s")
        }
        guard camera.amplitude <= 10_000 else {
            throw section.invalid(
                "amplitude", "expected at most 10000 pixels, found \(camera.amplitude)")
        }
        guard camera.samplingRate * camera.saccade <= 100_000 else {
            throw section.invalid(
                "sampling-rate",
                "expected at most 100000 samples of a saccade of \(camera.saccade)"
                    + " s, found \(camera.samplingRate) samples per second")
        }
        self.camera = camera
        steps = try section.integer("steps", default: 30, in: 1...)
        countsEvents = try section.boolean("counts", default: false)
    }

    /// What the camera sees of images: samples `[T, H, W, 2]`.
    ///
    /// - Throws: `DataError` where samples are no images.
    package func recordings(of images: Dataset) throws(DataError) -> Dataset {
        try Dataset(images, seenBy: camera, steps: steps, countsEvents: countsEvents)
    }

    /// Checks that an encoding shows the recordings as they are.
    public func require(
        _ encoder: any SpikeEncoder, _ root: ConfigurationSection
    ) throws(ConfigurationError) {
        let fits =
            encoder.form == .rows && encoder.steps == steps
            && abs(encoder.timeStep / timeStep - 1) < 1e-6
        guard !fits else { return }
        let length = NumberText.significant(timeStep, digits: 9)
        let kind = type(of: encoder).kind
        throw root.invalid(
            "encoding",
            "recordings of dataset.event-camera are sequences of \(steps) steps of \(length) s: "
                + "expected sequence: {steps: \(steps), time-step: \(length)}, found \(kind) "
                + "with \(encoder.steps) steps of \(encoder.timeStep) s")
    }
}
