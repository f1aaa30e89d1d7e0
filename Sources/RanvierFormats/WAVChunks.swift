/// The two chunks of a WAV file that matter, found by the rules of ``WAVFile``.
struct WAVChunks {
    /// The contents of a chunk and where it starts.
    struct Chunk {
        let bytes: ArraySlice<UInt8>
        let place: String
    }

    private(set) var format: Chunk
    private(set) var data: Chunk
    private(set) var remarks: [String] = []

    init(_ reader: FileReader) throws(DataError) {
        let path = reader.path
        let riff = try reader.read(exactly: 12, "the RIFF header")
        let form = String(decoding: riff[..<4], as: UTF8.self)
        guard ["RIFF", "RF64", "BW64"].contains(form), riff[8...].elementsEqual("WAVE".utf8) else {
            throw DataError(
                form == "RIFX" ? .unsupported : .wrongFormat, at: "\(path), byte 0",
                expected: "RIFF … WAVE",
                found: form == "RIFX"
                    ? "RIFX, the big-endian form"
                    : String(decoding: riff, as: UTF8.self).debugDescription,
                advice: "convert the sound to WAV")
        }
        var walk = Walk(
            bytes: riff + (try reader.readAll()), path: path, isLong: form != "RIFF")
        try walk.run()
        guard let format = walk.format else {
            // Sound without a format is another fault than a file that ends before it.
            let isWhole = walk.data != nil
            throw DataError(
                isWhole ? .wrongFormat : .truncated, at: "\(path), byte \(walk.position)",
                expected: "a \"fmt \" chunk", found: isWhole ? "none" : "the end of the file",
                advice: isWhole
                    ? "convert the sound again" : "the file is incomplete; fetch it again")
        }
        guard let data = walk.data else {
            throw DataError(
                .truncated, at: "\(path), byte \(walk.position)", expected: "a \"data\" chunk",
                found: "the end of the file", advice: "the file is incomplete; fetch it again")
        }
        (self.format, self.data, remarks) = (format, data, walk.remarks)
    }
}

/// From chunk to chunk.
private struct Walk {
    let bytes: [UInt8]
    let path: String
    /// Whether 64-bit sizes stand in a `ds64` chunk.
    let isLong: Bool
    var format: WAVChunks.Chunk?
    var data: WAVChunks.Chunk?
    var remarks: [String] = []
    var position = 12

    private var longSize: Int?

    /// From here on a 32-bit size is one that a stream left, if the file is shorter: 0x7fffffff and 0xffffffff less a header,
    /// or rounded down to pages.
    private static let smallestStreamSize = 0x7fff_0000

    init(bytes: [UInt8], path: String, isLong: Bool) {
        (self.bytes, self.path, self.isLong) = (bytes, path, isLong)
    }

    private func number(_ start: Int, _ count: Int) -> Int {
        // Sizes of more than 63 bits are no sizes; they end as the largest.
        let word = bytes[start..<start + count].reversed().reduce(UInt64(0)) {
            $0 << 8 | UInt64($1)
        }
        return Int(clamping: word)
    }

    private func name(at start: Int) -> String? {
        guard start + 4 <= bytes.count else { return nil }
        let word = bytes[start..<start + 4]
        guard word.allSatisfy({ (32...126).contains($0) }) else { return nil }
        return String(decoding: word, as: UTF8.self)
    }

    mutating func run() throws(DataError) {
        while position + 8 <= bytes.count {
            let place = "\(path), byte \(position)"
            guard let name = name(at: position) else {
                // Behind the sound anything may stand that is no chunk.
                if format != nil, data != nil {
                    remarks.append(
                        "\(bytes.count - position) bytes behind the last chunk are no sound")
                    return
                }
                throw DataError(
                    .wrongFormat, at: place, expected: "a chunk with a name of four letters",
                    found: bytes[position..<position + 4].map { "\($0)" }.joined(separator: " "),
                    advice: "the file is damaged; fetch it again")
            }
            let start = position + 8
            let length = try length(of: name, at: place)
            let body = bytes[start..<start + length]
            switch name {
            case "ds64" where isLong && length >= 16: longSize = number(start + 8, 8)
            case "fmt ":
                guard format == nil else { throw second(name, at: place) }
                format = WAVChunks.Chunk(bytes: body, place: place)
            case "data":
                guard data == nil else { throw second(name, at: place) }
                data = WAVChunks.Chunk(bytes: body, place: place)
            default: break
            }
            position = start + length
            guard length % 2 == 1 else { continue }
            // The byte of padding is not printable where it is there at all.
            if position < bytes.count, bytes[position] == 0 || self.name(at: position) == nil {
                position += 1
            } else if position < bytes.count {
                remarks.append("chunk \"\(name)\" of odd length has no byte of padding")
            }
        }
    }

    private mutating func length(of name: String, at place: String) throws(DataError) -> Int {
        let start = position + 8, left = bytes.count - start
        var length = number(position + 4, 4)
        if name == "data" {
            if length == 0xffff_ffff, let longSize { length = longSize }
            let isStream =
                length == 0
                ? left > 0 && !isSequenceOfChunks(from: start)
                : length > left && length >= Self.smallestStreamSize
                    && length <= 0xffff_ffff
            if isStream {
                remarks.append(
                    "the header states \(length) bytes of sound, as a stream does; read to the end of "
                        + "the file")
                return left
            }
        }
        guard length <= left else {
            throw DataError(
                .truncated, at: "\(path), byte \(start)",
                expected: "\(length) bytes of "
                    + (name == "data" ? "sound" : "the chunk \"\(name)\""),
                found: "\(left)", advice: "the file is incomplete; fetch it again")
        }
        return length
    }

    /// Whether the rest of the file is chunks, one behind the other.
    private func isSequenceOfChunks(from start: Int) -> Bool {
        var place = start
        while place + 8 <= bytes.count {
            guard name(at: place) != nil else { return false }
            let length = number(place + 4, 4)
            place += 8 + length + length % 2
        }
        // The last byte of padding may be missing.
        return place == bytes.count || place == bytes.count + 1
    }

    private func second(_ name: String, at place: String) -> DataError {
        DataError(
            .unsupported, at: place, expected: "one \"\(name)\" chunk", found: "a second one",
            advice: "join or split the recording with a sound editor")
    }
}
