import Foundation
import RanvierFormats
import RanvierTensors

extension Dataset {
    /// Images and labels in two IDX files, plain or gzip; unsigned bytes become numbers from 0 to 1, all others
    /// stay as they are.
    ///
    /// - Parameters:
    ///   - images: numbers of any type, `[n, H, W]` or `[n, H, W, C]`, or of any shape behind the first axis.
    ///   - labels: whole numbers of any type, `[n]`.
    ///   - asImages: whether samples keep their axes (`[H, W, 1]`); else they are vectors `[H·W]` that remember them
    ///     (``imageShape``).
    ///   - classNames: names of the classes; by default as many as the largest label tells.
    /// - Throws: ``DataError``: all that ``IDXFile`` refuses, another rank, a value that is not finite, different numbers of
    ///   images and labels, a label that is no whole number or outside the classes.
    public init(
        idxImages images: URL, labels labelFile: URL, name: String, asImages: Bool = false,
        classNames: [String]? = nil, origin: DataOrigin? = nil
    ) throws(DataError) {
        let pixels = try IDXFile(contentsOf: images)
        guard pixels.shape.count >= 2 else {
            throw DataError(
                .wrongFormat, at: pixels.path,
                expected: "images [images, rows, columns], or vectors [samples, values]",
                found: "\(pixels.elementType) \(pixels.shape)",
                advice: "check that this is the file of images, not of labels")
        }
        guard pixels.shape[0] > 0 else {
            throw DataError(
                .countMismatch, at: pixels.path, expected: "at least one sample",
                found: "none, \(pixels.elementType) \(pixels.shape)",
                advice: "the file is empty or damaged; fetch it again")
        }
        let labels = try Self.idxLabels(labelFile, of: pixels, classNames: classNames)
        let axes = Array(pixels.shape.dropFirst())
        let shape = axes.count == 2 ? axes + [1] : axes
        let origin = origin ?? DataOrigin(source: images.lastPathComponent)
        let featureShape = asImages ? shape : [shape.elementCount]
        if pixels.elementType == .uint8 {
            try self.init(
                name: name, bytes: pixels.bytes, featureShape: featureShape, labels: labels,
                classNames: classNames, origin: origin)
        } else {
            let numbers = pixels.numbers
            if let index = numbers.firstIndex(where: { !Float($0).isFinite }) {
                let size = max(shape.elementCount, 1)
                throw DataError(
                    .notFinite,
                    at: "\(pixels.path), image \(index / size), value \(index % size)",
                    expected: "a finite number in single precision", found: "\(numbers[index])",
                    advice: "replace such values before training")
            }
            try self.init(
                name: name, values: numbers.map { Float($0) }, featureShape: featureShape,
                labels: labels, classNames: classNames, origin: origin)
        }
        if shape.count == 3 { self = picturing(shape) }
    }

    private static func idxLabels(
        _ url: URL, of images: IDXFile, classNames: [String]?
    ) throws(DataError) -> [Int] {
        let file = try IDXFile(contentsOf: url)
        guard file.shape.count == 1 else {
            throw DataError(
                .wrongFormat, at: file.path, expected: "one label for each image, [labels]",
                found: "\(file.elementType) \(file.shape)",
                advice: "check that this is the file of labels, not of images")
        }
        guard file.shape[0] == images.shape[0] else {
            throw DataError(
                .countMismatch, at: file.path,
                expected: "\(images.shape[0]) labels, one for each image of \(images.path)",
                found: "\(file.shape[0])", advice: "check that the two files belong together")
        }
        let limit = classNames?.count ?? 65536
        var labels: [Int] = []
        for (index, number) in file.numbers.enumerated() {
            guard let label = Int(exactly: number) else {
                throw DataError(
                    .wrongFormat, at: "\(file.path), label \(index)", expected: "a whole number",
                    found: "\(number)", advice: "check that this is the file of labels")
            }
            guard (0..<limit).contains(label) else {
                throw DataError(
                    .labelOutsideClasses, at: "\(file.path), label \(index)",
                    expected: "a class from 0 to \(limit - 1)", found: "\(label)",
                    advice: "check the file, or the number of classes")
            }
            labels.append(label)
        }
        return labels
    }
}
