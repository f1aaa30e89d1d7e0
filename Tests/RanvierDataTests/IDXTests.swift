import Foundation
import RanvierData
import RanvierFormats
import RanvierTestSupport
import Testing

@Suite struct IDXTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func idx(_ type: UInt8, _ shape: [Int], _ bytes: [UInt8]) -> [UInt8] {
        [0, 0, type, UInt8(shape.count)]
            + shape.flatMap { length in [24, 16, 8, 0].map { UInt8(length >> $0 & 255) } } + bytes
    }

    /// Three images of 2 × 2 and their labels.
    private var images: [UInt8] { idx(8, [3, 2, 2], (0..<12).map { UInt8($0 * 20) }) }
    private var labels: [UInt8] { idx(8, [3], [1, 0, 9]) }

    @Test func everyElementType() throws {
        let cases: [(UInt8, [UInt8], [Double])] = [
            (0x08, [0, 255], [0, 255]), (0x09, [0x80, 0x7f], [-128, 127]),
            (0x0b, [0xff, 0xfe, 0x01, 0x00], [-2, 256]),
            (0x0c, [0xff, 0xff, 0xff, 0xff, 0, 1, 0, 0], [-1, 65536]),
            (0x0d, [0x3f, 0xc0, 0, 0, 0xbf, 0x80, 0, 0], [1.5, -1]),
            (0x0e, [0x3f, 0xf8, 0, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0], [1.5, -2]),
        ]
        for (type, bytes, numbers) in cases {
            let file = try IDXFile(contentsOf: folder.write(idx(type, [2], bytes), to: "t\(type)"))
            #expect(file.shape == [2] && file.numbers == numbers)
        }
    }

    @Test(arguments: [true, false])
    func imagesAndLabels(isPacked: Bool) throws {
        let data = try Dataset(
            idxImages: folder.write(isPacked ? gzip(images) : images, to: "images"),
            labels: folder.write(isPacked ? gzip(labels) : labels, to: "labels"), name: "toy",
            asImages: !isPacked)
        #expect(data.featureShape == (isPacked ? [4] : [2, 2, 1]))
        #expect(data.labels == [1, 0, 9] && data.classCount == 10)
        #expect(data.values(ofSample: 1) == [80, 100, 120, 140].map { Float($0) / 255 })
    }

    @Test func damagedFiles() throws {
        var magic = images
        magic[0] = 0x50
        var type = images
        type[2] = 0x0a
        var huge = images
        huge.replaceSubrange(4..<16, with: [UInt8](repeating: 0xff, count: 12))
        let cases: [([UInt8], DataError.Kind, [String])] = [
            (magic, .wrongFormat, ["50 00 08 03", "idx3-ubyte"]),
            (type, .wrongFormat, ["00 00 0a 03"]),
            ([0, 0], .truncated, ["IDX header"]),
            (Array(images[..<10]), .truncated, ["axis lengths"]),
            (Array(images.dropLast()), .truncated, ["byte 16", "12 bytes", "found 11"]),
            (images + [0, 0], .trailingBytes, ["byte 28", "2 more bytes"]),
            (huge, .corrupt, ["fits into memory"]),
            ([], .truncated, ["IDX header"]),
        ]
        for (bytes, kind, texts) in cases {
            for (name, file) in [("plain", bytes), ("packed.gz", gzip(bytes))] {
                let url = try folder.write(file, to: name)
                expectDataError(kind, mentioning: texts + [name]) {
                    _ = try IDXFile(contentsOf: url)
                }
            }
        }
    }

    /// A header that claims terabytes must not take memory for them.
    @Test func hugeClaimIsTruncation() throws {
        let url = try folder.write(idx(8, [1 << 20, 1 << 20], [1, 2, 3]), to: "huge")
        expectDataError(.truncated, mentioning: ["found 3"]) { _ = try IDXFile(contentsOf: url) }
    }

    @Test func filesThatDoNotBelongTogether() throws {
        let pictures = try folder.write(images, to: "images")
        let names = try folder.write(labels, to: "labels")
        let fewer = try folder.write(idx(8, [2], [0, 1]), to: "fewer")
        expectDataError(.countMismatch, mentioning: ["fewer", "3 labels", "found 2"]) {
            _ = try Dataset(idxImages: pictures, labels: fewer, name: "toy")
        }
        expectDataError(.wrongFormat, mentioning: ["not of labels"]) {
            _ = try Dataset(idxImages: names, labels: names, name: "toy")
        }
        // Labels of any type, as long as they are whole numbers.
        let wide = try folder.write(idx(0x0c, [3], [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 2]), to: "i4")
        #expect(try Dataset(idxImages: pictures, labels: wide, name: "toy").labels == [1, 0, 258])
        let half = try folder.write(
            idx(0x0d, [3], [0, 0, 0, 0, 0x3f, 0, 0, 0, 0, 0, 0, 0]), to: "f4")
        expectDataError(.wrongFormat, mentioning: ["f4", "label 1", "0.5"]) {
            _ = try Dataset(idxImages: pictures, labels: half, name: "toy")
        }
        let negative = try folder.write(idx(9, [3], [0, 255, 0]), to: "i1")
        expectDataError(.labelOutsideClasses, mentioning: ["i1", "label 1", "-1"]) {
            _ = try Dataset(idxImages: pictures, labels: negative, name: "toy")
        }
        expectDataError(.wrongFormat, mentioning: ["not of images"]) {
            _ = try Dataset(idxImages: pictures, labels: pictures, name: "toy")
        }
        expectDataError(.labelOutsideClasses, mentioning: ["label 2", "found 9"]) {
            _ = try Dataset(
                idxImages: pictures, labels: names, name: "toy", classNames: ["a", "b"])
        }
    }

    @Test func imagesOfEveryTypeAndTheirShape() throws {
        let labels = try folder.write(idx(8, [1], [0]), to: "labels")
        let cases: [(UInt8, [UInt8], [Float])] = [
            (0x08, [0, 51, 255, 0], [0, 0.2, 1, 0]), (0x09, [0x80, 1, 2, 3], [-128, 1, 2, 3]),
            (0x0b, [0xff, 0xfe, 1, 0, 0, 0, 0, 1], [-2, 256, 0, 1]),
            (0x0d, [0x3f, 0xc0, 0, 0] + [UInt8](repeating: 0, count: 12), [1.5, 0, 0, 0]),
        ]
        for (type, bytes, values) in cases {
            let images = try folder.write(idx(type, [1, 1, 4], bytes), to: "images")
            let data = try Dataset(idxImages: images, labels: labels, name: "toy")
            #expect(data.values == values && data.featureShape == [4])
            // Four values of an image of 1 × 4 are not one of 2 × 2.
            #expect(try data.asImages().featureShape == [1, 4, 1] && data.imageShape == [1, 4, 1])
        }
        let images = try folder.write(
            idx(0x0e, [1, 1, 1], [0x7f, 0xe0, 0, 0, 0, 0, 0, 0]), to: "images")
        expectDataError(.notFinite, mentioning: ["images", "image 0, value 0"]) {
            _ = try Dataset(idxImages: images, labels: labels, name: "toy")
        }
    }

    @Test func directoryLookup() throws {
        for (prefix, isDirect) in [("train", true), ("t10k", false)] {
            let place = isDirect ? "" : "mnist/"
            try folder.write(images, to: "\(place)\(prefix)-images-idx3-ubyte")
            try folder.write(gzip(labels), to: "\(place)\(prefix)-labels-idx1-ubyte.gz")
        }
        let directory = try DataDirectory(path: folder.path)
        let mnist = try MNIST(directory: directory, asImages: true)
        #expect(mnist.train.count == 3 && mnist.test.featureShape == [2, 2, 1])
        let catalogue = DataCatalogue(directory: directory)
        #expect(catalogue["mnist"]?.status == .available)
        // Files without a folder of their own are MNIST and nothing else.
        #expect(catalogue["fashion-mnist"]?.status == .absent)
        expectDataError(.missing, mentioning: ["fashion-mnist"]) {
            _ = try MNIST(directory: directory, variant: .fashion)
        }
        try FileManager.default.removeItem(
            at: folder.url.appending(path: "train-images-idx3-ubyte"))
        #expect(DataCatalogue(directory: directory)["mnist"]?.status == .incomplete)
        #expect(
            DataCatalogue(directory: directory)["mnist"]?.missing
                == ["mnist/train-images-idx3-ubyte"])
        expectDataError(.missing, mentioning: ["train-images-idx3-ubyte", folder.path, "mnist"]) {
            _ = try MNIST(directory: directory)
        }
    }

    @Test(.data("mnist")) func realMNIST() throws {
        let directory = try #require(SharedData.directory)
        let url = try directory.file(["t10k-images-idx3-ubyte"], in: ["mnist"])
        let images = try IDXFile(contentsOf: url)
        #expect(images.shape == [10000, 28, 28])
        let labels = try IDXFile(
            contentsOf: directory.file(["t10k-labels-idx1-ubyte"], in: ["mnist"]))
        #expect(labels.bytes.prefix(5).elementsEqual([7, 2, 1, 0, 4]))
        #expect(DataCatalogue(directory: directory)["mnist"]?.status == .available)
    }

    /// No images leave the other axes as large as the header says.
    @Test func noImagesAreRefused() throws {
        let most = 0xffff_ffff
        for shape in [[0, 2, 2], [0, most, 2], [0, 0, most]] {
            expectDataError(.countMismatch, mentioning: ["images", "at least one sample"]) {
                _ = try Dataset(
                    idxImages: folder.write(idx(8, shape, []), to: "images"),
                    labels: folder.write(idx(8, [0], []), to: "labels"), name: "toy")
            }
        }
        expectDataError(.corrupt, mentioning: ["fits into memory"]) {
            _ = try IDXFile(contentsOf: folder.write(idx(8, [0, most, most, most], []), to: "x"))
        }
    }

    /// A small file that unpacks to far more than it is refused before it is unpacked.
    @Test func whatAFileUnpacksToIsBounded() throws {
        let count = 70 << 20
        let bomb = gzip(idx(8, [count], [UInt8](repeating: 0, count: count)))
        #expect(bomb.count < count / 250)
        expectDataError(.unsupported, mentioning: ["bomb", "unpacked bytes", "250 times"]) {
            _ = try IDXFile(contentsOf: folder.write(bomb, to: "bomb"))
        }
    }
}
