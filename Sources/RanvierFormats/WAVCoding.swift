/// The `fmt` chunk of a WAV file: how samples are stored.
struct WAVCoding {
    let sampleRate: Int
    let channels: Int
    /// Bits that count.
    let bits: Int
    /// Bytes that a sample takes.
    let containerBytes: Int

    private let isFloat: Bool

    /// `PCM` or `float`.
    var name: String { isFloat ? "float" : "PCM" }

    /// Codings that are known by number and not read.
    private static let names: [Int: String] = [
        2: "Microsoft ADPCM", 6: "A-law", 7: "mu-law", 0x11: "IMA ADPCM", 0x31: "GSM 6.10",
        0x50: "MPEG", 0x55: "MP3", 0xff: "AAC", 0x161: "Windows Media Audio",
    ]

    /// What follows the coding's number in the name of an extensible coding.
    private static let extensibleTail: [UInt8] = [
        0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71,
    ]

    init(_ chunk: ArraySlice<UInt8>, at place: String) throws(DataError) {
        let bytes = Array(chunk)
        func number(_ range: Range<Int>) -> Int {
            bytes[range].reversed().reduce(0) { $0 << 8 | Int($1) }
        }
        guard bytes.count >= 16 else {
            throw DataError(
                .truncated, at: place, expected: "16 bytes of format", found: "\(bytes.count)",
                advice: "the file is damaged; fetch it again")
        }
        var coding = number(0..<2), stated = number(14..<16)
        if coding == 0xfffe {
            // The extensible form: bits of the container, bits that count, and a long name that starts with the coding.
            guard bytes.count >= 40, bytes[26..<40].elementsEqual(Self.extensibleTail) else {
                throw DataError(
                    .unsupported, at: place, expected: "the name of a coding in 40 bytes of format",
                    found: bytes.count < 40
                        ? "\(bytes.count) bytes of format" : "a name that is not known",
                    advice: "convert the sound to 16-bit PCM")
            }
            coding = number(24..<26)
            let valid = number(18..<20)
            if valid > 0, valid <= stated { stated = valid }
        }
        channels = number(2..<4)
        sampleRate = number(4..<8)
        bits = stated
        isFloat = coding == 3
        let isKnown =
            (coding == 1 && (bits == 8 || (9...32).contains(bits)))
            || (coding == 3 && [32, 64].contains(bits))
        guard isKnown else {
            let name = Self.names[coding].map { "\($0) (coding \(coding))" } ?? "coding \(coding)"
            throw DataError(
                .unsupported, at: place,
                expected: "PCM of 8, 16, 24 or 32 bits, or floats of 32 or 64",
                found: "\(name) with \(bits) bits", advice: "convert the sound to 16-bit PCM")
        }
        guard channels > 0, sampleRate > 0 else {
            throw DataError(
                .corrupt, at: place, expected: "a sample rate and at least one channel",
                found: "\(sampleRate) samples per second, \(channels) channels",
                advice: "the file is damaged; fetch it again")
        }
        let align = number(12..<14), needed = (bits + 7) / 8
        containerBytes = align / channels
        let fits =
            align % channels == 0
            && (isFloat || bits == 8
                ? containerBytes == needed : (needed...4).contains(containerBytes))
        guard fits else {
            throw DataError(
                .corrupt, at: place,
                expected: "block align \(channels * needed) for \(channels) × \(bits) bits",
                found: "block align \(align), \(bits) bits",
                advice: "convert the sound to 16-bit PCM")
        }
    }

    /// The samples of the `data` chunk, and in words where they lie in containers that are too large for them.
    func samples(
        _ bytes: ArraySlice<UInt8>, at place: String
    ) throws(DataError) -> (samples: [Float], alignment: String) {
        let size = containerBytes
        guard bytes.count % (size * channels) == 0 else {
            throw DataError(
                .truncated, at: place,
                expected: "whole moments of \(channels) samples of \(size) bytes",
                found: "\(bytes.count) bytes, \(bytes.count % (size * channels)) too many",
                advice: "the file is damaged or was cut; fetch it again")
        }
        let count = bytes.count / size, first = bytes.startIndex
        func word(_ index: Int) -> UInt64 {
            var word: UInt64 = 0
            for i in (0..<size).reversed() {
                word = word << 8 | UInt64(bytes[first + index * size + i])
            }
            return word
        }
        if isFloat {
            return (try floats((0..<count).map(word), at: place), "")
        }
        // 8-bit samples are unsigned, with 128 as zero; the others are signed and little-endian.
        if bits == 8 { return ((0..<count).map { (Float(word($0)) - 128) / 128 }, "") }
        let shift = UInt64(64 - 8 * size)
        let numbers = (0..<count).map { Int64(bitPattern: word($0) << shift) >> Int64(shift) }
        let spare = 8 * size - bits
        let low = Int64(1) << Int64(spare) - 1
        if numbers.allSatisfy({ $0 & low == 0 }) {
            let scale = Float(sign: .plus, exponent: 1 - 8 * size, significand: 1)
            return (numbers.map { Float($0) * scale }, spare > 0 ? words("top") : "")
        }
        let limit = Int64(1) << Int64(bits - 1)
        guard numbers.allSatisfy({ (-limit..<limit).contains($0) }) else {
            throw DataError(
                .corrupt, at: place,
                expected: "samples of \(bits) bits at the top or the bottom of \(8 * size)",
                found: "samples that take all \(8 * size)",
                advice: "the header is wrong; convert the sound to 16-bit PCM")
        }
        let scale = Float(sign: .plus, exponent: 1 - bits, significand: 1)
        return (numbers.map { Float($0) * scale }, words("bottom"))
    }

    private func words(_ end: String) -> String {
        ", \(bits) bits at the \(end) of containers of \(8 * containerBytes)"
    }

    private func floats(_ words: [UInt64], at place: String) throws(DataError) -> [Float] {
        let samples = words.map {
            containerBytes == 4
                ? Float(bitPattern: UInt32($0)) : Float(Double(bitPattern: $0))
        }
        if let index = samples.firstIndex(where: { !$0.isFinite }) {
            throw DataError(
                .notFinite, at: "\(place), sample \(index)", expected: "a finite number",
                found: "\(samples[index])", advice: "convert the sound again")
        }
        return samples
    }
}
