import Foundation

/// Named arrays and text in the safetensors format, read strictly and written atomically.
///
///     8 bytes   length of the header, little endian
///     header    JSON: name → dtype, shape, data_offsets; "__metadata__" → text by key
///     data      the arrays, one after the other, little endian, last axis fastest
///
/// Equal content gives equal bytes: wide types first (so that every array is aligned), then by name.
/// Types: `F32`, `U8`, `I64`. Values are taken as they are; NaN and infinities survive unchanged.
///
/// A file that was sealed has a metadata entry `checksum`, `crc32:` and eight digits: the CRC-32 of all bytes of the file with
/// these digits read as zeros.
public struct SafetensorsFile: Sendable {
    /// The arrays by name.
    public var tensors: [String: SafetensorsTensor]
    /// Text by key.
    public var metadata: [String: String]
    /// Where it was read from, for messages.
    public private(set) var source: String
    /// What the checksum of the file says that it was read from; missing for one made in memory. It is no part of ``metadata``.
    public private(set) var seal = Seal.missing
    /// Whether the header is, byte by byte, the one that ``encoded(isSealed:)`` writes: nothing stands there twice, and nothing
    /// that is not read.
    public private(set) var isCanonical = true

    /// The longest header that is accepted, in bytes.
    static let longestHeader: UInt64 = 100_000_000

    /// Creates a file in memory.
    public init(tensors: [String: SafetensorsTensor] = [:], metadata: [String: String] = [:]) {
        self.tensors = tensors
        self.metadata = metadata
        source = "checkpoint in memory"
    }

    /// Reads a file.
    ///
    /// - Throws: `CheckpointError` if it cannot be read, or anything in it is not as it should be.
    public init(contentsOf url: URL) throws(CheckpointError) {
        let data: Data
        do {
            data = try Data(contentsOf: url)
        } catch {
            let exists = FileManager.default.fileExists(atPath: url.path)
            throw CheckpointError(
                file: url.path,
                problem: .unreadable(reason: exists ? error.localizedDescription : "no such file"))
        }
        try self.init(data, source: url.path)
    }

    /// Reads a file from its bytes; `source` names it in messages.
    ///
    /// - Throws: `CheckpointError`.
    public init(_ data: Data, source: String) throws(CheckpointError) {
        let header = try SafetensorsHeader(data, file: source)
        self.source = source
        metadata = header.metadata
        tensors = [:]
        let stated = metadata.removeValue(forKey: Seal.key)
        if let stated { seal = Self.seal(of: data, headerEnd: header.dataStart, stated: stated) }
        for entry in header.entries {
            let bytes = data[(data.startIndex + header.dataStart + entry.begin)...]
            tensors[entry.name] = SafetensorsTensor(
                shape: entry.shape,
                values: Self.values(of: entry.type, in: bytes.prefix(entry.end - entry.begin)))
        }
        isCanonical =
            headerBytes(stating: stated) == data.dropFirst(8).prefix(header.dataStart - 8)
    }

    /// Writes the file; a reader sees the old content or the new one, never a part.
    ///
    /// - Parameter isSealed: whether it gets a checksum.
    /// - Throws: `FileError`; what was there before is then untouched.
    public func write(to url: URL, isSealed: Bool = false) throws(FileError) {
        try AtomicFile.write(encoded(isSealed: isSealed), to: url)
    }

    /// The bytes of the file. Equal content gives equal bytes.
    ///
    /// - Parameter isSealed: whether it gets a checksum.
    public func encoded(isSealed: Bool = false) -> Data {
        guard isSealed else { return bytes(header: headerBytes(stating: nil)) }
        var data = bytes(header: headerBytes(stating: Checksum.blank))
        if let place = Self.place(of: Checksum.blank, in: data) {
            data.replaceSubrange(place, with: Data(Checksum(data).text.utf8))
        }
        return data
    }

    private var ordered: [(key: String, value: SafetensorsTensor)] {
        tensors.sorted { ($1.value.type.size, $0.key) < ($0.value.type.size, $1.key) }
    }

    private func headerBytes(stating checksum: String?) -> Data {
        var metadata = metadata
        metadata[Seal.key] = checksum
        var header = SafetensorsHeader.encode(ordered, metadata: metadata)
        while header.count % 8 != 0 { header.append(UInt8(ascii: " ")) }
        return header
    }

    /// Where a checksum stands in a file: quotes inside of texts are escaped, so that the entry alone looks like this.
    private static func place(of checksum: String, in data: Data) -> Range<Data.Index>? {
        let entry = "\"\(Seal.key)\":\"\(checksum)\""
        guard let place = data.range(of: Data(entry.utf8)) else { return nil }
        return place.upperBound - 1 - checksum.utf8.count..<place.upperBound - 1
    }

    private static func seal(of data: Data, headerEnd: Int, stated: String) -> Seal {
        guard stated.utf8.count == Checksum.blank.utf8.count,
            let place = place(of: stated, in: data.prefix(headerEnd))
        else { return .broken(stated: "'\(stated)'", found: "no place of it") }
        var found = Checksum(data[data.startIndex..<place.lowerBound])
        found.update(Data(Checksum.blank.utf8))
        found.update(data[place.upperBound...])
        return found.text == stated ? .whole : .broken(stated: stated, found: found.text)
    }

    private func bytes(header: Data) -> Data {
        var data = Self.bytes(of: [UInt64(header.count)])
        data.append(header)
        for (_, tensor) in ordered {
            switch tensor.values {
            case .floats(let values): data.append(Self.bytes(of: values))
            case .bytes(let values): data.append(contentsOf: values)
            case .integers(let values): data.append(Self.bytes(of: values))
            }
        }
        return data
    }
}

// MARK: - What must be there

extension SafetensorsFile {
    /// The single precision values of a tensor that must be there with this shape.
    ///
    /// - Throws: `CheckpointError` if it is missing, or of another type or shape.
    public func floats(_ name: String, shape: [Int]) throws(CheckpointError) -> [Float] {
        guard case .floats(let values) = try tensor(name, shape: shape).values else {
            throw wrongType(name, expected: .float32)
        }
        return values
    }

    /// The bytes of a tensor that must be there with this shape.
    ///
    /// - Throws: `CheckpointError` if it is missing, or of another type or shape.
    public func bytes(_ name: String, shape: [Int]) throws(CheckpointError) -> [UInt8] {
        guard case .bytes(let values) = try tensor(name, shape: shape).values else {
            throw wrongType(name, expected: .unsigned8)
        }
        return values
    }

    /// The integers of a tensor that must be there with this shape.
    ///
    /// - Throws: `CheckpointError` if it is missing, or of another type or shape.
    public func integers(_ name: String, shape: [Int]) throws(CheckpointError) -> [Int64] {
        guard case .integers(let values) = try tensor(name, shape: shape).values else {
            throw wrongType(name, expected: .signed64)
        }
        return values
    }

    /// A metadata entry that must be there, converted by `convert`.
    ///
    /// - Throws: `CheckpointError` if it is missing or `convert` gives nil; `expected` says in
    ///   words what would do.
    public func metadata<Value>(
        _ key: String, expected: String, convert: (String) -> Value?
    ) throws(CheckpointError) -> Value {
        guard let value = metadata[key].flatMap(convert) else {
            throw CheckpointError(
                file: source,
                problem: .invalidMetadata(key: key, expected: expected, found: metadata[key]))
        }
        return value
    }

    /// Rejects tensors that are not among `known`.
    ///
    /// - Throws: `CheckpointError` for the first of them by name.
    public func requireNoTensors(beyond known: some Sequence<String>) throws(CheckpointError) {
        let unexpected = Set(tensors.keys).subtracting(known).sorted()
        guard let first = unexpected.first else { return }
        throw CheckpointError(
            file: source, tensor: first, problem: .unexpectedTensor(known: Array(known)))
    }

    private func tensor(_ name: String, shape: [Int]) throws(CheckpointError) -> SafetensorsTensor {
        guard let tensor = tensors[name] else {
            throw CheckpointError(
                file: source, tensor: name, problem: .missingTensor(present: Array(tensors.keys)))
        }
        guard tensor.shape == shape else {
            throw CheckpointError(
                file: source, tensor: name,
                problem: .wrongShape(expected: shape, found: tensor.shape))
        }
        return tensor
    }

    private func wrongType(_ name: String, expected: SafetensorsType) -> CheckpointError {
        CheckpointError(
            file: source, tensor: name,
            problem: .wrongType(
                expected: expected.rawValue, found: tensors[name]?.type.rawValue ?? "nothing"))
    }
}
