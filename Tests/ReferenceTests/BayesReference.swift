import RanvierBayes
import Testing

/// What tests of expectation propagation share. Files write weights as `[output][input]`, the package as `[input, output]`.
enum BayesReference {
    /// A nested list as a matrix.
    static func matrix(_ value: ReferenceValue) throws -> PlainMatrix {
        let (shape, data) = try value.array
        guard shape.count == 2 else {
            throw ReferenceError(place: value.place, expected: "rows and columns")
        }
        return PlainMatrix(rows: shape[0], columns: shape[1], data)
    }

    /// A list as a matrix of one row.
    static func row(_ value: ReferenceValue) throws -> PlainMatrix {
        let numbers = try value.numbers
        return PlainMatrix(rows: 1, columns: numbers.count, numbers)
    }

    /// Expects numbers within a tolerance relative to 1 + |value|.
    static func expect(
        _ found: [Double], _ expected: ReferenceValue, within tolerance: Double,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let expectedNumbers = try expected.flat
        #expect(
            found.count == expectedNumbers.count, "\(expected.place)",
            sourceLocation: sourceLocation)
        for (index, (number, right)) in zip(found, expectedNumbers).enumerated()
        where !(abs(number - right) <= tolerance * (1 + abs(right))) {
            Issue.record(
                "\(expected.place)[\(index)]: expected \(right), found \(number)",
                sourceLocation: sourceLocation)
            return
        }
    }

    /// One number.
    static func expect(
        _ found: Double, _ expected: ReferenceValue, within tolerance: Double,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let right = try expected.double
        #expect(
            abs(found - right) <= tolerance * (1 + abs(right)),
            "\(expected.place): expected \(right), found \(found)", sourceLocation: sourceLocation)
    }

    /// The activation of a file's word.
    static func activation(_ value: ReferenceValue) throws -> HiddenActivation {
        switch try value.string {
        case "spike01": .spike
        case "spikePM1": .signedSpike
        case "relu": .rectified
        default: throw ReferenceError(place: value.place, expected: "spike01, spikePM1 or relu")
        }
    }

    /// The output factor of a file's word.
    static func output(_ value: ReferenceValue) throws -> OutputFactor {
        switch try value.string {
        case "argmax": .argmax
        case "pairwise": .pairwise
        case "oneVsAll": .oneVersusAll
        case "gaussian": .gaussian
        default:
            throw ReferenceError(
                place: value.place, expected: "argmax, pairwise, oneVsAll or gaussian")
        }
    }
}
