import Foundation

/// JSON files with a checksum.
///
///     {"checksum": "crc32:1a2b3c4d", "format": 1, …}
///
/// The checksum is the first member of the object; it is that of all bytes behind the comma that ends the member. What is no
/// object, or an empty one, stands under `bare`.
extension StoredJSON {
    private static let bareKey = "bare"

    /// Writes a value with its checksum. Equal values give equal bytes.
    ///
    /// - Parameter format: the form of the file, written as `format`; nil where the value has one of its own.
    public static func sealed(
        _ value: some Encodable, format: Int? = nil, isPretty: Bool = false
    ) throws -> Data {
        let (start, colon) = isPretty ? ("\n  ", " : ") : ("", ":")
        func member(_ key: String, _ text: String) -> String {
            "\(start)\"\(key)\"\(colon)\(text),"
        }
        var content = try data(value, isPretty: isPretty)
        let isObject = content.first == UInt8(ascii: "{") && content.contains(UInt8(ascii: "\""))
        if isObject {
            content.removeFirst()
        } else {
            content =
                Data("\(start)\"\(bareKey)\"\(colon)".utf8) + content
                + Data((isPretty ? "\n}" : "}").utf8)
        }
        if let format { content = Data(member("format", "\(format)").utf8) + content }
        let seal = "{" + member(Seal.key, "\"\(Checksum(content).text)\"")
        return Data(seal.utf8) + content
    }

    /// The JSON without its checksum, and what the checksum says.
    public static func unsealed(_ data: Data) -> (content: Data, seal: Seal) {
        let head = Array(data.prefix(256))
        var scan = Scan(bytes: head)
        guard scan.take("{"), scan.take("\"\(Seal.key)\"") else {
            // Moved elsewhere by a tool: the bytes are not those that were summed up.
            guard data.range(of: Data("\"\(Seal.key)\"".utf8)) != nil,
                let stated = (try? value(Stated.self, from: data))?.checksum
            else { return (data, .missing) }
            return (data, .broken(stated: stated, found: "it at another place"))
        }
        guard scan.take(":"), let stated = scan.takeText(), scan.take(",") else {
            return (data, .broken(stated: "as first entry", found: "something else"))
        }
        let rest = data.dropFirst(scan.position)
        let found = Checksum(rest).text
        return (
            Data("{".utf8) + rest, stated == found ? .whole : .broken(stated: stated, found: found)
        )
    }

    private struct Stated: Decodable { let checksum: String? }

    /// Steps through the beginning of a text.
    private struct Scan {
        let bytes: [UInt8]
        var position = 0

        mutating func take(_ text: String) -> Bool {
            while position < bytes.count, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[position]) {
                position += 1
            }
            guard bytes[position...].starts(with: text.utf8) else { return false }
            position += text.utf8.count
            return true
        }

        mutating func takeText() -> String? {
            guard take("\""), let end = bytes[position...].firstIndex(of: UInt8(ascii: "\"")) else {
                return nil
            }
            defer { position = end + 1 }
            return String(bytes: bytes[position..<end], encoding: .utf8)
        }
    }
}

// MARK: - Files

extension StoredJSON {
    /// Reads a value that was stored with its checksum.
    ///
    /// - Parameters:
    ///   - format: the latest form that is known; nil where the value looks itself.
    ///   - warning: hears that a file has no checksum.
    /// - Throws: `StoredFileError` that names the file.
    public static func value<Value: Decodable>(
        _ type: Value.Type = Value.self, storedIn file: URL, format: Int? = nil,
        warning: StoredFileWarning
    ) throws(StoredFileError) -> Value {
        let content = try content(storedIn: file, warning: warning)
        func error(_ problem: StoredFileError.Problem) -> StoredFileError {
            StoredFileError(file: file.relativePath, problem: problem)
        }
        do {
            return try value(Versioned<Value>.self, from: content, latest: format)
        } catch let newer as NewerFormat {
            throw error(
                .newer(
                    reason: "expected a file of format \(format ?? 1), found format \(newer.found)"
                        + (newer.version.map { " of version \($0)" } ?? "")
                        + "; use a later version of ranvier"))
        } catch {
            throw StoredFileError(
                file: file.relativePath, problem: .invalid(reason: problem(error)))
        }
    }

    /// The JSON of a stored file, checked against its checksum.
    ///
    /// - Throws: `StoredFileError` where the file cannot be read, or its checksum is another's.
    public static func content(
        storedIn file: URL, warning: StoredFileWarning
    ) throws(StoredFileError) -> Data {
        let data: Data
        do {
            data = try Data(contentsOf: file)
        } catch {
            let exists = FileManager.default.fileExists(atPath: file.path)
            throw StoredFileError(
                file: file.relativePath,
                problem: .unreadable(
                    reason: exists ? "cannot be read: \(error.localizedDescription)" : "not there"))
        }
        let (content, seal) = unsealed(data)
        if let problem = seal.problem {
            throw StoredFileError(file: file.relativePath, problem: .changed(reason: problem))
        }
        if let text = seal.warning(file: file.relativePath) { warning(text) }
        return content
    }

    /// What an error of decoding says, in words: the key and what was found there.
    public static func problem(_ error: any Error) -> String {
        guard let error = error as? DecodingError else { return "expected JSON: \(error)" }
        func place(_ context: DecodingError.Context, _ last: (any CodingKey)? = nil) -> String {
            let path = context.codingPath + (last.map { [$0] } ?? [])
            return path.map(\.stringValue).joined(separator: ".")
        }
        switch error {
        case .keyNotFound(let key, let context):
            return "expected '\(place(context, key))', found no such key"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            return "'\(place(context))': found a value of another type"
        case .dataCorrupted(let context):
            let path = place(context)
            return (path.isEmpty ? "" : "'\(path)': ") + context.debugDescription
        @unknown default: return "expected JSON, found something else"
        }
    }

    private static func value<Value: Decodable>(
        _ type: Versioned<Value>.Type, from content: Data, latest: Int?
    ) throws -> Value {
        let decoder = decoder
        if let key = latestKey { decoder.userInfo[key] = latest }
        return try decoder.decode(type, from: content).value
    }
}

/// The latest form that is known, for the decoder.
private let latestKey = CodingUserInfoKey(rawValue: "latest")

/// A file of a later form than is known.
private struct NewerFormat: Error {
    let found: Int
    let version: String?
}

/// A value with the form of its file, in one pass.
private struct Versioned<Value: Decodable>: Decodable {
    let value: Value

    private enum Key: String, CodingKey { case format, version, result, bare }

    init(from decoder: any Decoder) throws {
        // Earlier versions stored lists and numbers as they are.
        guard let container = try? decoder.container(keyedBy: Key.self) else {
            value = try Value(from: decoder)
            return
        }
        if let latest = latestKey.flatMap({ decoder.userInfo[$0] }) as? Int,
            let found = try container.decodeIfPresent(Int.self, forKey: .format)
        {
            guard found >= 1 else {
                throw DecodingError.dataCorruptedError(
                    forKey: .format, in: container,
                    debugDescription: "expected 1 or more, found \(found)")
            }
            guard found <= latest else {
                let result = try? container.nestedContainer(keyedBy: Key.self, forKey: .result)
                let version = try? container.decode(String.self, forKey: .version)
                throw NewerFormat(
                    found: found,
                    version: version ?? (try? result?.decode(String.self, forKey: .version)))
            }
        }
        if container.contains(.bare), container.allKeys.allSatisfy({ $0 == .bare || $0 == .format })
        {
            value = try container.decode(Value.self, forKey: .bare)
        } else {
            value = try Value(from: decoder)
        }
    }
}
