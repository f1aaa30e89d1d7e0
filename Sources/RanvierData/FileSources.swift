import Foundation
import RanvierConfiguration
import RanvierFormats

/// `idx`: image and label files in the IDX format.
struct IDXSource: DataSource {
    static let kind = "idx"
    static let pathKeys = ["train-images", "train-labels", "test-images", "test-labels"]
    var trainImages = ""
    var trainLabels = ""
    var testImages = ""
    var testLabels = ""
    var hasImages: Bool { true }

    static let schema = Schema<IDXSource> {
        Field.text("train-images", \.trainImages, isRequired: true)
        Field.text("train-labels", \.trainLabels, isRequired: true)
        Field.text("test-images", \.testImages, isRequired: true)
        Field.text("test-labels", \.testLabels, isRequired: true)
    }

    func load(from place: DataPlace) throws(DataError) -> DataParts {
        func url(_ path: String) -> URL { URL(filePath: path, relativeTo: place.folder) }
        let training = try Dataset(
            idxImages: url(trainImages), labels: url(trainLabels), name: "training images")
        let test = try Dataset(
            idxImages: url(testImages), labels: url(testLabels), name: "test images",
            classNames: training.classNames)
        return DataParts(training: training, test: test)
    }
}

/// `csv`: tables with a column of labels, or of numbers to predict.
struct TableSource: DataSource {
    static let kind = "csv"
    static let pathKeys = ["train", "test"]
    var train = ""
    var test: String?
    var labelColumn = "label"
    /// The column of numbers to predict; nil where there are labels.
    var targetColumn: String?
    var separator: Character = ","
    var testFraction = 0.2
    var hasImages: Bool { true }

    static let schema = Schema<TableSource> {
        Field.text("train", \.train, isRequired: true)
        Field.optionalText("test", \.test)
        Field { section, value throws(ConfigurationError) in
            // Asked for where it is there: a table has labels or numbers to predict.
            if section.keys.contains("target-column") {
                value.targetColumn = try section.string("target-column")
            } else {
                value.labelColumn = try section.string("label-column", default: value.labelColumn)
            }
        } write: {
            $0.targetColumn.map { [.init("target-column", .string($0))] }
                ?? [.init("label-column", .string($0.labelColumn))]
        } vary: { _, _ in
        }
        Field { section, value throws(ConfigurationError) in
            let usual = String(value.separator)
            let text = try section.string("separator", default: usual)
            guard let character = text.first, text.count == 1 else {
                throw section.wrong("separator", expected: "one character", found: "'\(text)'")
            }
            value.separator = character
        } write: {
            [.init("separator", .string(String($0.separator)))]
        } vary: { _, _ in
        }
        Field.number("test-fraction", \.testFraction, in: 0.01...0.9)
    }

    func load(from place: DataPlace) throws(DataError) -> DataParts {
        let training = try table(train, place, classNames: nil)
        if let test {
            return DataParts(
                training: training,
                test: try table(test, place, classNames: training.classNames))
        }
        let parts = try training.split(validationFraction: testFraction, seed: place.seed)
        return DataParts(training: parts.training, test: parts.validation)
    }

    private func table(
        _ path: String, _ place: DataPlace, classNames: [String]?
    ) throws(DataError) -> Dataset {
        let url = URL(filePath: path, relativeTo: place.folder)
        let format = CSVFormat(separator: separator)
        if let targetColumn {
            return try Dataset(csv: url, target: .named(targetColumn), format: format)
        }
        return try Dataset(
            csv: url, label: .named(labelColumn), format: format, classNames: classNames)
    }
}
