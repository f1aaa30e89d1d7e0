/// A PNG image of rows that are not compressed and not filtered.
///
/// - Parameters:
///   - colour: 0 grey, 2 colour, 3 palette, 4 grey and alpha, 6 colour and alpha.
///   - rows: bytes of the samples of each row.
///   - chunks: what stands before the samples, for example a palette.
public func png(
    width: Int, height: Int, depth: Int = 8, colour: UInt8, rows: [[UInt8]],
    chunks: [(String, [UInt8])] = []
) -> [UInt8] {
    var header: [UInt8] = bigEndian(width) + bigEndian(height)
    header += [UInt8(depth), colour, 0, 0, 0]
    var content: [UInt8] = []
    for row in rows { content += [0] + row }
    // One stored block in a zlib stream.
    let length = UInt16(content.count)
    var stream: [UInt8] = [0x78, 1, 1]
    for part in [length, ~length] {
        stream.append(UInt8(part & 255))
        stream.append(UInt8(part >> 8))
    }
    stream += content
    stream += bigEndian(adler(content))
    var file: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
    file += chunk("IHDR", header)
    for other in chunks { file += chunk(other.0, other.1) }
    return file + chunk("IDAT", stream) + chunk("IEND", [])
}

private func chunk(_ name: String, _ bytes: [UInt8]) -> [UInt8] {
    let content = Array(name.utf8) + bytes
    return bigEndian(bytes.count) + content + bigEndian(Int(checksum(content)))
}

private func bigEndian(_ number: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(number >> $0 & 255) }
}

private func adler(_ bytes: [UInt8]) -> Int {
    var a = 1, b = 0
    for byte in bytes {
        a = (a + Int(byte)) % 65521
        b = (b + a) % 65521
    }
    return b << 16 | a
}

private func checksum(_ bytes: [UInt8]) -> UInt32 {
    var crc = UInt32.max
    for byte in bytes {
        crc ^= UInt32(byte)
        for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xedb8_8320 : crc >> 1 }
    }
    return ~crc
}
