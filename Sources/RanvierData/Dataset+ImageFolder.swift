import Foundation
import RanvierFormats

extension Dataset {
    /// Images in a folder with a folder for each class, whose names are those of the classes in alphabetical order.
    ///
    ///     photos/
    ///         cat/  001.png  002.png
    ///         dog/  001.png
    ///
    /// Samples are `[H, W, 1]` or `[H, W, 3]` from 0 to 1, in order of class and file name. Formats: see
    /// ``/RanvierFormats/ImageFile``.
    ///
    /// - Parameters:
    ///   - folder: the folder of folders.
    ///   - classNames: the classes there must be; by default those that are there.
    ///   - shape: `[H, W, C]` that all images must have; by default that of the first.
    ///   - leftOut: takes the names of files that are no images of these formats.
    /// - Throws: ``DataError``: no folders, a folder without images, a folder that is none of the classes, an image of
    ///   another size or number of channels (named), all that `ImageFile` refuses.
    public init(
        imageFolder folder: URL, name: String, classNames: [String]? = nil, shape: [Int]? = nil,
        leftOut: inout [String]
    ) throws(DataError) {
        let root = try FolderListing(folder, suffixes: ImageFile.suffixes)
        let found = root.folders.map(\.lastPathComponent)
        let names = try Self.classes(found, in: root, of: classNames)
        leftOut += root.files.map(\.lastPathComponent) + root.others
        var pixels = Pixels(shape: shape), labels: [Int] = []
        for (label, className) in names.enumerated() where found.contains(className) {
            let listing = try FolderListing(
                folder.appending(path: className), suffixes: ImageFile.suffixes)
            leftOut += (listing.others + listing.folders.map { "\($0.lastPathComponent)/" })
                .map { "\(className)/\($0)" }
            for file in try listing.requiredFiles(ImageFile.suffixes) {
                try pixels.append(ImageFile(contentsOf: file))
                labels.append(label)
            }
        }
        try self.init(
            name: name, storage: pixels.storage, featureShape: pixels.shape ?? [], labels: labels,
            classNames: names, origin: DataOrigin(source: folder.lastPathComponent))
    }

    /// The classes, reconciled with those that there must be.
    private static func classes(
        _ found: [String], in root: FolderListing, of expected: [String]?
    ) throws(DataError) -> [String] {
        let path = root.folder.path(percentEncoded: false)
        guard !found.isEmpty else {
            throw DataError(
                .missing, at: path, expected: "a folder for each class, with images in it",
                found: root.files.isEmpty
                    ? "none" : FolderListing.told(root.files.map(\.lastPathComponent)),
                advice: "sort the images into folders named by their classes")
        }
        guard let expected else { return found }
        if let other = found.first(where: { !expected.contains($0) }) {
            throw DataError(
                .labelOutsideClasses, at: "\(path), folder '\(other)'",
                expected:
                    "the classes of the training images (\(expected.joined(separator: ", ")))",
                found: "'\(other)'", advice: "name the folders of both parts alike")
        }
        return expected
    }

    /// Samples of images of one shape, as bytes as long as all are.
    private struct Pixels {
        var shape: [Int]?
        private var first: String?
        private var bytes: [UInt8] = []
        private var floats: [Float]?

        init(shape: [Int]?) { self.shape = shape }

        var storage: SampleStorage { floats.map { .floats($0) } ?? .bytes(bytes, divisor: 255) }

        mutating func append(_ image: ImageFile) throws(DataError) {
            let own = [image.height, image.width, image.channels]
            let expected = shape ?? own
            guard own == expected else {
                throw DataError(
                    .countMismatch, at: image.path,
                    expected: "an image \(expected) [height, width, channels], as "
                        + (first ?? "in the training images"),
                    found: "\(own)",
                    advice: "bring all images to one size and to grey or colour before")
            }
            if shape == nil { (shape, first) = (own, image.path) }
            if floats == nil, image.maximum != 255 {
                floats = bytes.map { Float($0) / 255 }
                bytes = []
            }
            if floats == nil {
                bytes += image.samples.map { UInt8($0) }
            } else {
                let scale = Float(image.maximum)
                floats?.append(contentsOf: image.samples.map { Float($0) / scale })
            }
        }
    }
}
