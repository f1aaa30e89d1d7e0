import Foundation
import RanvierConfiguration
import RanvierFormats

/// `image-folder`: images in a folder with a folder for each class.
///
///     dataset: {name: image-folder, train: photos, test-fraction: 0.2}
struct ImageFolderSource: DataSource {
    static let kind = "image-folder"
    static let pathKeys = ["train", "test"]
    var train = ""
    /// A folder of the same classes; nil where a share of the images is held out.
    var test: String?
    var testFraction = 0.2
    var hasImages: Bool { true }

    static let schema = Schema<ImageFolderSource> {
        Field.text("train", \.train, isRequired: true)
        Field.optionalText("test", \.test)
        Field.testFraction("test", \.testFraction, unless: { $0.test != nil })
    }

    func load(from place: DataPlace) throws(DataError) -> DataParts {
        var leftOut: [String] = []
        func folder(_ path: String) -> URL { URL(filePath: path, relativeTo: place.folder) }
        let training = try Dataset(
            imageFolder: folder(train), name: "images in \(train)", leftOut: &leftOut)
        var parts: DataParts
        if let test {
            parts = DataParts(
                training: training,
                test: try Dataset(
                    imageFolder: folder(test), name: "images in \(test)",
                    classNames: training.classNames, shape: training.featureShape,
                    leftOut: &leftOut))
            for (name, count) in zip(training.classNames, parts.test.classCounts) where count == 0 {
                parts.warnings.append("class '\(name)' has no images in the folder \(test)")
            }
        } else {
            let split = try training.split(validationFraction: testFraction, seed: place.seed)
            parts = DataParts(training: split.training, test: split.validation)
        }
        parts.notes.append(
            "\(train): \(training.count) images \(training.featureShape) in \(training.classCount) "
                + "classes (\(training.classNames.prefix(12).joined(separator: ", "))"
                + (training.classCount > 12 ? ", …)" : ")"))
        if let warning = FolderListing.warning(of: Self.kind, leftOut: leftOut) {
            parts.warnings.append(warning)
        }
        return parts
    }
}

extension Field {
    /// The share of samples held out for the test where no test part is named; refused beside one, where it has no effect.
    static func testFraction(
        _ part: String, _ place: Place<Value, Double>,
        unless isGiven: @escaping @Sendable (Value) -> Bool
    ) -> Field {
        Field { section, value throws(ConfigurationError) in
            if isGiven(value) {
                guard section.keys.contains("test-fraction") else { return }
                throw section.invalid(
                    "test-fraction", "has no effect beside '\(part)'; leave one of them out")
            }
            value[keyPath: place] = try section.float(
                "test-fraction", default: value[keyPath: place], in: 0.01...0.9)
        } write: {
            isGiven($0) ? [] : [.init("test-fraction", .float($0[keyPath: place]))]
        } vary: { value, random in
            value[keyPath: place] = Double.random(in: 0.1...0.9, using: &random)
        }
    }
}
