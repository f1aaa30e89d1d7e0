import Foundation

/// The header of a safetensors file, checked against the file's length.
struct SafetensorsHeader {
    /// One tensor's place and kind.
    struct Entry {
        let name: String
        let type: SafetensorsType
        let shape: [Int]
        /// First byte and one past the last, counted from the start of the data.
        let begin: Int
        let end: Int
    }

    /// The tensors in the order of their bytes.
    let entries: [Entry]
    let metadata: [String: String]
    /// Where the data begins in the file, in bytes.
    let dataStart: Int

    /// Reads and checks the header of a whole file.
    init(_ data: Data, file: String) throws(CheckpointError) {
        guard data.count >= 8 else {
            throw CheckpointError(
                file: file, problem: .wrongLength(expectedBytes: 8, foundBytes: data.count))
        }
        let length = SafetensorsFile.numbers(in: data.prefix(8), zero: UInt64(0))[0]
        guard (2...SafetensorsFile.longestHeader).contains(length) else {
            throw CheckpointError(
                file: file,
                problem: .wrongHeaderLength(found: length, largest: SafetensorsFile.longestHeader))
        }
        dataStart = 8 + Int(length)
        guard data.count >= dataStart else {
            throw CheckpointError(
                file: file, problem: .wrongLength(expectedBytes: dataStart, foundBytes: data.count))
        }
        let parsed = try Self.parse(data.dropFirst(8).prefix(Int(length)), file: file)
        metadata = parsed.metadata
        var entries: [Entry] = []
        for (name, fields) in parsed.tensors.sorted(by: { $0.key < $1.key }) {
            entries.append(try Self.check(fields, name: name, file: file))
        }
        self.entries = entries.sorted { ($0.begin, $0.end, $0.name) < ($1.begin, $1.end, $1.name) }
        try Self.checkLayout(
            self.entries, dataStart: dataStart, fileBytes: data.count, file: file)
    }

    /// Type, shape and offsets of one tensor agree with each other.
    private static func check(
        _ fields: Fields, name: String, file: String
    ) throws(CheckpointError) -> Entry {
        func error(_ problem: CheckpointError.Problem) -> CheckpointError {
            CheckpointError(file: file, tensor: name, problem: problem)
        }
        guard let type = SafetensorsType(rawValue: fields.dtype) else {
            throw error(
                .unsupportedType(
                    found: fields.dtype, supported: SafetensorsType.allCases.map(\.rawValue)))
        }
        guard fields.data_offsets.count == 2 else {
            throw error(
                .invalidOffsets(reason: "expected 2 numbers, found \(fields.data_offsets.count)"))
        }
        let (begin, end) = (fields.data_offsets[0], fields.data_offsets[1])
        guard 0 <= begin, begin <= end else {
            throw error(.invalidOffsets(reason: "\(begin) to \(end) is not a range"))
        }
        var bytes = type.size
        for extent in fields.shape {
            let (product, overflow) = bytes.multipliedReportingOverflow(by: extent)
            guard extent >= 0, !overflow else {
                throw error(.invalidHeader(reason: "the shape \(fields.shape) is impossible"))
            }
            bytes = product
        }
        guard end - begin == bytes else {
            throw error(
                .invalidOffsets(
                    reason: "expected \(bytes) bytes for \(type.rawValue) \(fields.shape), "
                        + "found \(end - begin)"))
        }
        return Entry(name: name, type: type, shape: fields.shape, begin: begin, end: end)
    }

    /// The tensors lie one after the other and fill the data exactly.
    private static func checkLayout(
        _ entries: [Entry], dataStart: Int, fileBytes: Int, file: String
    ) throws(CheckpointError) {
        // An end near the largest integer is none to add to.
        let (sum, isTooLarge) = dataStart.addingReportingOverflow(entries.map(\.end).max() ?? 0)
        let wrongLength = CheckpointError.Problem.wrongLength(
            expectedBytes: isTooLarge ? .max : sum, foundBytes: fileBytes)
        var position = 0
        var previous: String?
        for entry in entries {
            guard entry.begin == position else {
                let reason =
                    entry.begin < position
                    ? "bytes \(entry.begin) to \(entry.end) overlap those of '\(previous ?? "")'"
                    : "bytes \(position) to \(entry.begin) before it belong to no tensor"
                throw CheckpointError(
                    file: file, tensor: entry.name, problem: .invalidOffsets(reason: reason))
            }
            guard entry.end <= fileBytes - dataStart else {
                throw CheckpointError(file: file, tensor: entry.name, problem: wrongLength)
            }
            (position, previous) = (entry.end, entry.name)
        }
        guard position == fileBytes - dataStart else {
            throw CheckpointError(file: file, problem: wrongLength)
        }
    }
}

// MARK: - JSON

extension SafetensorsHeader {
    /// A tensor's entry; the names are the format's own.
    private struct Fields: Codable {
        let dtype: String
        let shape: [Int]
        let data_offsets: [Int]
    }

    /// A key that may be any text.
    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// The whole header, as JSON has it.
    private struct Contents: Codable {
        static let metadataKey = Name(stringValue: "__metadata__")
        var metadata: [String: String] = [:]
        var tensors: [String: Fields] = [:]

        init(metadata: [String: String], tensors: [String: Fields]) {
            self.metadata = metadata
            self.tensors = tensors
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Name.self)
            for key in container.allKeys {
                if key.stringValue == Self.metadataKey.stringValue {
                    metadata = try container.decode([String: String].self, forKey: key)
                } else {
                    tensors[key.stringValue] = try container.decode(Fields.self, forKey: key)
                }
            }
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Name.self)
            if !metadata.isEmpty { try container.encode(metadata, forKey: Self.metadataKey) }
            for (name, fields) in tensors {
                try container.encode(fields, forKey: Name(stringValue: name))
            }
        }
    }

    private static func parse(_ json: Data, file: String) throws(CheckpointError) -> Contents {
        do {
            return try JSONDecoder().decode(Contents.self, from: json)
        } catch let error as DecodingError {
            let (path, reason) = error.place
            throw CheckpointError(
                file: file, tensor: path.isEmpty ? nil : path,
                problem: .invalidHeader(reason: reason))
        } catch {
            throw CheckpointError(
                file: file, problem: .invalidHeader(reason: error.localizedDescription))
        }
    }

    /// The JSON text for tensors in the order of their bytes.
    static func encode(
        _ tensors: [(key: String, value: SafetensorsTensor)], metadata: [String: String]
    ) -> Data {
        var fields: [String: Fields] = [:]
        var position = 0
        for (name, tensor) in tensors {
            let end = position + tensor.values.count * tensor.type.size
            fields[name] = Fields(
                dtype: tensor.type.rawValue, shape: tensor.shape, data_offsets: [position, end])
            position = end
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return try encoder.encode(Contents(metadata: metadata, tensors: fields))
        } catch {
            // Text and integers always encode.
            preconditionFailure("a header of text and integers did not encode: \(error)")
        }
    }
}

extension DecodingError {
    /// The path to what is wrong, and what is wrong.
    fileprivate var place: (path: String, reason: String) {
        let (context, last): (Context, (any CodingKey)?) =
            switch self {
            case .typeMismatch(_, let context), .valueNotFound(_, let context),
                .dataCorrupted(let context):
                (context, nil)
            case .keyNotFound(let key, let context): (context, key)
            @unknown default: (Context(codingPath: [], debugDescription: "unknown"), nil)
            }
        let path = context.codingPath + (last.map { [$0] } ?? [])
        let tensor = path.first?.stringValue ?? ""
        let rest = path.dropFirst().map(\.stringValue).joined(separator: ".")
        let what = context.debugDescription.trimmingCharacters(in: .init(charactersIn: "."))
        return (tensor, rest.isEmpty ? what : "\(rest): \(what)")
    }
}
