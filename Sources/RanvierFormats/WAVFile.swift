import Foundation

/// Sound in a WAV file: PCM of 8, 16, 24 or 32 bits or floats of 32 or 64, any number of channels.
public struct WAVFile: Sendable {
    /// The file.
    public let path: String
    /// Samples per second of each channel.
    public let sampleRate: Int
    /// Number of channels.
    public let channels: Int
    /// Bits of a stored sample.
    public let bitsPerSample: Int
    /// Samples from −1 to 1, the channels of one moment side by side.
    public let samples: [Float]

    /// Number of moments.
    public var frames: Int { samples.count / channels }

    /// Length in seconds.
    public var duration: Double { Double(frames) / Double(sampleRate) }

    /// Mean of the channels.
    public var mono: [Float] {
        if channels == 1 { return samples }
        return (0..<frames).map { frame in
            samples[frame * channels..<(frame + 1) * channels].reduce(0, +) / Float(channels)
        }
    }

    /// Reads a file whole.
    ///
    /// - Throws: ``DataError``: not a WAV file, no `fmt` or `data` chunk, a coding that is not supported,
    ///   truncated, a float that is not finite.
    public init(contentsOf url: URL) throws(DataError) {
        let reader = try FileReader(url)
        path = reader.path
        let riff = try reader.read(exactly: 12, "the RIFF header")
        guard riff[..<4].elementsEqual("RIFF".utf8), riff[8...].elementsEqual("WAVE".utf8) else {
            throw DataError(
                .wrongFormat, at: "\(path), byte 0", expected: "RIFF … WAVE",
                found: String(decoding: riff, as: UTF8.self).debugDescription,
                advice: "convert the sound to WAV")
        }
        var coding: WAVCoding?
        while true {
            let place = "\(path), byte \(reader.offset)"
            let head = try reader.read(upTo: 8)
            guard head.count == 8 else {
                throw DataError(
                    .truncated, at: place,
                    expected: coding == nil ? "a \"fmt \" chunk" : "a \"data\" chunk",
                    found: "the end of the file", advice: "the file is incomplete; fetch it again")
            }
            let name = String(decoding: head[..<4], as: UTF8.self)
            let length = head[4...].reversed().reduce(0) { $0 << 8 | Int($1) }
            if name == "data" {
                guard let coding else {
                    throw DataError(
                        .wrongFormat, at: place, expected: "a \"fmt \" chunk before the data",
                        found: "none", advice: "convert the sound again")
                }
                sampleRate = coding.sampleRate
                channels = coding.channels
                bitsPerSample = coding.bits
                samples = try coding.samples(
                    try reader.read(exactly: length, "sound"), at: place)
                return
            }
            // Chunks are padded to an even length.
            let body = try reader.read(exactly: length + length % 2, "the chunk \"\(name)\"")
            if name == "fmt " { coding = try WAVCoding(body, at: place) }
        }
    }
}

/// The `fmt` chunk: how samples are stored.
struct WAVCoding {
    let sampleRate: Int
    let channels: Int
    let bits: Int
    private let isFloat: Bool

    init(_ bytes: [UInt8], at place: String) throws(DataError) {
        func number(_ range: Range<Int>) -> Int {
            bytes[range].reversed().reduce(0) { $0 << 8 | Int($1) }
        }
        guard bytes.count >= 16 else {
            throw DataError(
                .truncated, at: place, expected: "16 bytes of format", found: "\(bytes.count)",
                advice: "the file is damaged; fetch it again")
        }
        var coding = number(0..<2)
        // The extensible form states the coding at the start of a longer name.
        if coding == 0xfffe, bytes.count >= 26 { coding = number(24..<26) }
        channels = number(2..<4)
        sampleRate = number(4..<8)
        bits = number(14..<16)
        isFloat = coding == 3
        let isKnown =
            (coding == 1 && [8, 16, 24, 32].contains(bits))
            || (coding == 3 && [32, 64].contains(bits))
        guard isKnown else {
            throw DataError(
                .unsupported, at: place,
                expected: "PCM of 8, 16, 24 or 32 bits, or floats of 32 or 64",
                found: "coding \(coding) with \(bits) bits",
                advice: "convert the sound to 16-bit PCM")
        }
        guard channels > 0, sampleRate > 0 else {
            throw DataError(
                .corrupt, at: place, expected: "a sample rate and at least one channel",
                found: "\(sampleRate) samples per second, \(channels) channels",
                advice: "the file is damaged; fetch it again")
        }
    }

    func samples(_ bytes: [UInt8], at place: String) throws(DataError) -> [Float] {
        let size = bits / 8
        guard bytes.count % (size * channels) == 0 else {
            throw DataError(
                .truncated, at: place,
                expected: "whole moments of \(channels) samples of \(size) bytes",
                found: "\(bytes.count) bytes", advice: "the file is damaged; fetch it again")
        }
        var samples = [Float](repeating: 0, count: bytes.count / size)
        // 8-bit samples are unsigned, with 128 as zero; the others are signed and little-endian.
        let scale = Float(sign: .plus, exponent: 1 - bits, significand: 1)
        for index in samples.indices {
            var word: UInt64 = 0
            for i in (0..<size).reversed() { word = word << 8 | UInt64(bytes[index * size + i]) }
            switch (isFloat, size) {
            case (true, 4): samples[index] = Float(bitPattern: UInt32(word))
            case (true, _): samples[index] = Float(Double(bitPattern: word))
            case (false, 1): samples[index] = (Float(word) - 128) / 128
            default:
                let shift = UInt64(64 - bits)
                samples[index] = Float(Int64(bitPattern: word << shift) >> Int64(shift)) * scale
            }
        }
        if let index = samples.firstIndex(where: { !$0.isFinite }) {
            throw DataError(
                .notFinite, at: "\(place), sample \(index)", expected: "a finite number",
                found: "\(samples[index])", advice: "convert the sound again")
        }
        return samples
    }
}
