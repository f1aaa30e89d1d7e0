import Foundation
import RanvierFormats
import RanvierSpikes

/// N-MNIST: MNIST digits seen by an event camera that moves in three saccades of about 100 ms.
///
/// Folders `Train/<digit>` and `Test/<digit>` of recordings (see ``ATISFile``) in a folder `n-mnist` of the data
/// directory. Samples are rasters `[T, 34, 34, 2]` of zeros and ones, or frames of
/// event counts.
public struct NMNIST: Sendable {
    /// Samples for training.
    public let train: Dataset
    /// Samples for the test.
    public let test: Dataset
    /// What had to be mended in all recordings together.
    public let repairs: EventRepairs
    /// Events of both parts that lie after the last step and are cut.
    public let cut: CutEvents
    /// Files in the folders of recordings that are none and were left out.
    public let leftOut: [String]

    static let suffixes = [".bin", ".bin.gz"]
    static let folders = ["n-mnist", "nmnist", "N-MNIST"]

    /// Reads recordings and makes rasters of them.
    ///
    /// - Parameters:
    ///   - steps: number of steps.
    ///   - timeStep: length of a step in seconds; 30 steps of 10 ms hold a recording.
    ///   - slicing: cuts each recording into `steps` frames of event counts instead.
    ///   - samplesPerClass: most recordings of each digit and part; the whole set takes 2.3 kB per sample
    ///     and step.
    /// - Throws: ``DataError``: a folder that is missing or empty, a damaged recording.
    public init(
        directory: DataDirectory, steps: Int = 30, timeStep: Double = 10e-3,
        slicing: EventStream.Slicing? = nil, samplesPerClass: Int = .max
    ) throws(DataError) {
        guard let root = Self.folders.lazy.compactMap({ directory.folder($0) }).first else {
            throw DataError(
                .missing, at: directory.url.path(percentEncoded: false),
                expected: "a folder " + Self.folders.joined(separator: " or "), found: "none",
                advice: "unpack Train.zip and Test.zip of N-MNIST there")
        }
        var repairs = EventRepairs(), cut = CutEvents([], steps: steps, timeStep: timeStep)
        var leftOut: [String] = []
        func part(_ folder: String, _ name: String) throws(DataError) -> Dataset {
            var recordings: [EventStream] = [], labels: [Int] = []
            for digit in 0...9 {
                let listing = try FolderListing(
                    root.appending(path: "\(folder)/\(digit)"), suffixes: Self.suffixes)
                leftOut += listing.others.map { "\(folder)/\(digit)/\($0)" }
                for file in try listing.requiredFiles(Self.suffixes).prefix(samplesPerClass) {
                    let recording = try ATISFile.read(file)
                    repairs.outsideSensor += recording.repairs.outsideSensor
                    repairs.outOfOrder += recording.repairs.outOfOrder
                    repairs.markers += recording.repairs.markers
                    recordings.append(recording)
                    labels.append(digit)
                }
            }
            cut =
                cut
                + CutEvents(recordings, steps: steps, timeStep: timeStep, slicing: slicing)
            return try Dataset(
                name: "n-mnist \(name)", recordings: recordings, labels: labels, steps: steps,
                timeStep: timeStep, slicing: slicing, classNames: (0...9).map { "\($0)" },
                origin: DataOrigin(
                    source: "N-MNIST (Orchard et al. 2015)", licence: "CC BY-SA 4.0"))
        }
        train = try part("Train", "training")
        test = try part("Test", "test")
        self.repairs = repairs
        self.cut = cut
        self.leftOut = leftOut
    }
}
