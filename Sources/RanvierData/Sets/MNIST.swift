import Foundation
import RanvierFormats

/// MNIST and data sets in its format: 70 000 grey images of 28 × 28 pixels in ten classes.
///
/// Four IDX files, plain or gzip, in a folder of the variant's name in the data directory, or directly in it.
/// Pixels become numbers from 0 to 1. Other numbers of images or sizes are read as they are.
public struct MNIST: Sendable {
    /// Data sets in the format.
    public enum Variant: String, Sendable, Hashable, Codable, CaseIterable {
        /// Handwritten digits: LeCun, Cortes & Burges 1998.
        case mnist
        /// Pieces of clothing: Xiao, Rasul & Vollgraf 2017.
        case fashion = "fashion-mnist"
        /// Cursive Japanese characters: Clanuwat et al. 2018.
        case kuzushiji = "kmnist"

        /// Names of the ten classes.
        public var classNames: [String] {
            switch self {
            case .mnist: (0...9).map { "\($0)" }
            case .fashion:
                [
                    "T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt",
                    "sneaker", "bag", "ankle boot",
                ]
            case .kuzushiji: ["o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"]
            }
        }

        /// Source and licence.
        public var origin: DataOrigin {
            switch self {
            case .mnist:
                DataOrigin(source: "MNIST (LeCun, Cortes & Burges)", licence: "CC BY-SA 3.0")
            case .fashion:
                DataOrigin(source: "Fashion-MNIST (Zalando Research)", licence: "MIT")
            case .kuzushiji:
                DataOrigin(source: "Kuzushiji-MNIST (CODH)", licence: "CC BY-SA 4.0")
            }
        }

        /// Whether files without a folder of their own can be this variant.
        ///
        /// The names of the files are the same for all, so only the folder tells them apart.
        func mayLie(directlyIn directory: DataDirectory?) -> Bool {
            self == .mnist || directory.map { folders.contains($0.url.lastPathComponent) } ?? false
        }

        var folders: [String] {
            switch self {
            case .mnist: ["mnist", "MNIST/raw"]
            case .fashion: ["fashion-mnist", "FashionMNIST/raw"]
            case .kuzushiji: ["kmnist", "KMNIST/raw"]
            }
        }
    }

    /// Samples for training.
    public let train: Dataset
    /// Samples for the test.
    public let test: Dataset

    /// Reads the four files.
    ///
    /// - Parameter asImages: whether samples are `[28, 28, 1]`; else vectors `[784]`.
    /// - Throws: ``DataError``: see ``Dataset/init(idxImages:labels:name:asImages:classNames:origin:)``.
    public init(
        directory: DataDirectory, variant: Variant = .mnist, asImages: Bool = false
    ) throws(DataError) {
        let includesRoot = variant.mayLie(directlyIn: directory)
        func part(_ prefix: String, _ name: String) throws(DataError) -> Dataset {
            try Dataset(
                idxImages: directory.file(
                    Self.names(prefix, "images", 3), in: variant.folders,
                    includesRoot: includesRoot),
                labels: directory.file(
                    Self.names(prefix, "labels", 1), in: variant.folders,
                    includesRoot: includesRoot),
                name: "\(variant.rawValue) \(name)", asImages: asImages,
                classNames: variant.classNames, origin: variant.origin)
        }
        train = try part("train", "training")
        test = try part("t10k", "test")
        guard train.featureShape == test.featureShape else {
            throw DataError(
                .countMismatch, at: directory.url.path(percentEncoded: false),
                expected: "test images of shape \(train.featureShape), as for training",
                found: "\(test.featureShape)", advice: "check that the files belong together")
        }
    }

    /// Both spellings that are in use.
    static func names(_ prefix: String, _ what: String, _ rank: Int) -> [String] {
        ["\(prefix)-\(what)-idx\(rank)-ubyte", "\(prefix)-\(what).idx\(rank)-ubyte"]
    }
}
