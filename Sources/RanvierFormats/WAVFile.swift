import Foundation

/// Sound in a WAV file: PCM of 8 to 32 bits or floats of 32 or 64, any number of channels and any sampling rate.
///
/// The header decides, and what is doubtful in it is settled by rules:
///
/// - A sample takes as many bytes as block align says, which may be more than its bits need (24 bits in 32). Where the
///   low bits of all samples are 0 they lie at the top, as the format asks for; where all samples are whole numbers of that
///   many bits they lie at the bottom, as some devices write them; anything else is refused.
/// - A size of 0, or of 2 GiB and more in a shorter file, is what a stream leaves that never knew its length: the sound goes on to the
///   end of the file.
/// - A chunk of odd length is followed by a byte of padding, unless the next chunk stands in its place.
/// - `data` may come before `fmt `; a second `data` chunk is refused, because half a recording is none.
/// - RF64 and BW64 are read by their 64-bit sizes.
///
/// Source: Microsoft & IBM, "Multimedia programming interface and data specifications", 1991; EBU Tech 3306 (RF64).
public struct WAVFile: Sendable {
    /// The file.
    public let path: String
    /// Samples per second of each channel.
    public let sampleRate: Int
    /// Number of channels.
    public let channels: Int
    /// Bits of a sample that count.
    public let bitsPerSample: Int
    /// Bits that a sample takes in the file, ``bitsPerSample`` or more.
    public let containerBits: Int
    /// How samples are stored: `PCM`, `float`, with a word on containers.
    public let coding: String
    /// What is odd about the header and how it was read; empty for a sound one.
    public let remarks: [String]
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
    /// - Throws: ``DataError``: not a WAV file, no `fmt` or `data` chunk or two of the latter, a coding that is not supported
    ///   (named), block align that contradicts the bits, truncated, a moment that is not whole, a float that is not finite.
    public init(contentsOf url: URL) throws(DataError) {
        let reader = try FileReader(url)
        path = reader.path
        let chunks = try WAVChunks(reader)
        let coding = try WAVCoding(chunks.format.bytes, at: chunks.format.place)
        let sound = try coding.samples(chunks.data.bytes, at: chunks.data.place)
        sampleRate = coding.sampleRate
        channels = coding.channels
        bitsPerSample = coding.bits
        containerBits = 8 * coding.containerBytes
        self.coding = coding.name + sound.alignment
        remarks = chunks.remarks
        samples = sound.samples
    }
}
