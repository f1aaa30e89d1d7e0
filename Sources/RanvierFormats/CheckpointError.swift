/// A stored network or trainer state that cannot be read, or does not hold what is needed.
public struct CheckpointError: Error, Equatable, CustomStringConvertible {
    /// What is wrong with the file.
    public enum Problem: Equatable, Sendable {
        /// The file cannot be opened or read.
        case unreadable(reason: String)
        /// The file ends too early, or holds more than it should.
        case wrongLength(expectedBytes: Int, foundBytes: Int)
        /// The first eight bytes do not hold a plausible length of the header.
        case wrongHeaderLength(found: UInt64, largest: UInt64)
        /// The header is not what the format asks for.
        case invalidHeader(reason: String)
        /// A tensor's bytes lie where they cannot be.
        case invalidOffsets(reason: String)
        /// A type of number that is not supported.
        case unsupportedType(found: String, supported: [String])
        /// A tensor of another type than the one needed.
        case wrongType(expected: String, found: String)
        /// Numbers that are infinite or none, and the first of them.
        case nonFinite(count: Int, first: Int, value: String)
        /// A tensor of another shape than the one needed.
        case wrongShape(expected: [Int], found: [Int])
        /// A tensor that is needed and not there.
        case missingTensor(present: [String])
        /// A tensor that nothing asks for.
        case unexpectedTensor(known: [String])
        /// A checksum that is not that of the file; what is wrong, in words.
        case changed(reason: String)
        /// A later version wrote the file.
        case newer(found: String)
        /// What the file holds contradicts itself.
        case contradiction(reason: String)
        /// A metadata entry that is missing or cannot be used.
        case invalidMetadata(key: String, expected: String, found: String?)
    }

    /// The file, as the user would name it.
    public let file: String
    /// The tensor concerned, if it is about one.
    public let tensor: String?
    /// What is wrong.
    public let problem: Problem

    /// Creates an error from its parts.
    public init(file: String, tensor: String? = nil, problem: Problem) {
        self.file = file
        self.tensor = tensor
        self.problem = problem
    }

    /// The error in one line: file, tensor, what was expected, what was found, what to try.
    public var description: String {
        let place = tensor.map { "\(file): tensor '\($0)': " } ?? "\(file): "
        return place + problem.explanation
    }
}

extension CheckpointError.Problem {
    /// The problem in words, without the place.
    fileprivate var explanation: String {
        switch self {
        case .unreadable(let reason):
            "cannot read the file: \(reason)"
        case .wrongLength(let expected, let found):
            "expected \(expected) bytes, found \(found); the file is "
                + (found < expected ? "truncated" : "longer than its header says")
                + ", use an older checkpoint or train again"
        case .wrongHeaderLength(let found, let largest):
            "expected a header of 2 to \(largest) bytes, found a length of \(found); "
                + "this is not a safetensors file, or it is damaged"
        case .invalidHeader(let reason):
            "invalid header: \(reason); this is not a safetensors file, or it is damaged"
        case .invalidOffsets(let reason):
            "invalid data offsets: \(reason); the file is damaged"
        case .unsupportedType(let found, let supported):
            "expected one of the types \(supported.joined(separator: ", ")), found \(found)"
        case .wrongType(let expected, let found):
            "expected type \(expected), found \(found)"
        case .nonFinite(let count, let first, let value):
            "expected finite numbers, found \(count) that are not, the first one \(value) at index "
                + "\(first); the training that wrote it went wrong or the file was changed: train "
                + "again, with a smaller learning rate or gradient clipping"
        case .wrongShape(let expected, let found):
            "expected shape \(expected), found \(found); "
                + "the file belongs to a network of another size"
        case .missingTensor(let present):
            "expected this tensor, found only: \(present.sorted().joined(separator: ", "))"
        case .unexpectedTensor(let known):
            "no layer has this parameter; expected: \(known.sorted().joined(separator: ", "))"
        case .changed(let reason):
            reason
        case .newer(let found):
            "expected a file of an earlier format, found '\(found)'; use a later version of ranvier"
        case .contradiction(let reason):
            "\(reason); the file was damaged or changed: use an older one, or train again"
        case .invalidMetadata(let key, let expected, let found):
            "metadata '\(key)': expected \(expected), found \(found.map { "'\($0)'" } ?? "nothing")"
        }
    }
}
