import Foundation
import RanvierFormats
import RanvierTensors

extension Dataset {
    /// Images and labels in two IDX files, plain or gzip; bytes become numbers from 0 to 1.
    ///
    /// - Parameters:
    ///   - images: unsigned bytes `[n, H, W]` or `[n, H, W, C]`, or of any shape behind the first axis.
    ///   - labels: unsigned bytes `[n]`.
    ///   - asImages: whether samples keep their axes (`[H, W, 1]`); else they are vectors `[H·W]`.
    ///   - classNames: names of the classes; by default as many as the largest label tells.
    /// - Throws: ``DataError``: all that ``IDXFile`` refuses, another rank or type, different numbers of
    ///   images and labels, a label outside the classes.
    public init(
        idxImages images: URL, labels labelFile: URL, name: String, asImages: Bool = false,
        classNames: [String]? = nil, origin: DataOrigin? = nil
    ) throws(DataError) {
        let pixels = try IDXFile(contentsOf: images)
        guard pixels.elementType == .uint8, pixels.shape.count >= 2 else {
            throw DataError(
                .wrongFormat, at: pixels.path, expected: "unsigned bytes [images, rows, columns]",
                found: "\(pixels.elementType) \(pixels.shape)",
                advice: "check that this is the file of images, not of labels")
        }
        let labels = try IDXFile(contentsOf: labelFile)
        guard labels.elementType == .uint8, labels.shape.count == 1 else {
            throw DataError(
                .wrongFormat, at: labels.path, expected: "unsigned bytes [labels]",
                found: "\(labels.elementType) \(labels.shape)",
                advice: "check that this is the file of labels, not of images")
        }
        guard labels.shape[0] == pixels.shape[0] else {
            throw DataError(
                .countMismatch, at: labels.path,
                expected: "\(pixels.shape[0]) labels, one for each image of \(pixels.path)",
                found: "\(labels.shape[0])", advice: "check that the two files belong together")
        }
        if let names = classNames, let index = labels.bytes.firstIndex(where: { $0 >= names.count })
        {
            throw DataError(
                .labelOutsideClasses, at: "\(labels.path), label \(index)",
                expected: "a class from 0 to \(names.count - 1)", found: "\(labels.bytes[index])",
                advice: "check the file, or the number of classes")
        }
        var shape = Array(pixels.shape.dropFirst())
        if shape.count == 2 { shape.append(1) }
        try self.init(
            name: name, bytes: pixels.bytes, featureShape: asImages ? shape : [shape.elementCount],
            labels: labels.bytes.map { Int($0) }, classNames: classNames,
            origin: origin ?? DataOrigin(source: images.lastPathComponent))
    }
}
