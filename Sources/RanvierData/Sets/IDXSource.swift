import Foundation
import RanvierConfiguration
import RanvierFormats

/// `idx`: image and label files in the IDX format.
struct IDXSource: DataSource {
    static let kind = "idx"
    var trainImages = ""
    var trainLabels = ""
    var testImages = ""
    var testLabels = ""
    var hasImages: Bool { true }
    static let pathKeys = ["train-images", "train-labels", "test-images", "test-labels"]

    static let schema = Schema<IDXSource> {
        Field.text("train-images", \.trainImages, isRequired: true)
        Field.text("train-labels", \.trainLabels, isRequired: true)
        Field.text("test-images", \.testImages, isRequired: true)
        Field.text("test-labels", \.testLabels, isRequired: true)
    }

    func load(from place: DataPlace) throws(DataError) -> DataParts {
        func url(_ path: String) -> URL { URL(filePath: path, relativeTo: place.folder) }
        let training = try Dataset(
            idxImages: url(trainImages), labels: url(trainLabels),
            name: "training images (\(trainImages))")
        let test = try Dataset(
            idxImages: url(testImages), labels: url(testLabels),
            name: "test images (\(testImages))",
            classNames: training.classNames)
        if let expected = training.imageShape, let found = test.imageShape, expected != found {
            throw DataError(
                .countMismatch, at: "test-images (\(testImages))",
                expected: "images \(expected), as in train-images (\(trainImages))",
                found: "images \(found)", advice: "check that the files belong to one data set")
        }
        return DataParts(training: training, test: test)
    }
}
