import Foundation
import RanvierData
import RanvierFormats
import RanvierTestSupport
import Testing

@Suite struct FileReaderTests {
    private let folder: TemporaryFolder
    private let content = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* $0 / 7) }

    init() throws { folder = try TemporaryFolder() }

    @Test func plainAndPackedReadTheSame() throws {
        let plain = try FileReader(folder.write(content, to: "a"))
        let packed = try FileReader(folder.write(gzip(content), to: "b"))
        #expect(!plain.isCompressed && packed.isCompressed)
        #expect(try plain.readAll() == content)
        #expect(try packed.read(exactly: 1000, "x") == Array(content[..<1000]))
        #expect(packed.offset == 1000)
        #expect(try packed.readAll() == Array(content[1000...]))
        try packed.requireEnd(after: "all")
    }

    @Test func severalMembersAreOne() throws {
        let half = content.count / 2
        let bytes = gzip(Array(content[..<half])) + gzip(Array(content[half...])) + gzip([])
        #expect(try FileReader(folder.write(bytes, to: "a.gz")).readAll() == content)
        #expect(try FileReader(folder.write(gzip([]), to: "b.gz")).readAll().isEmpty)
        #expect(try FileReader(folder.write([], to: "c")).readAll().isEmpty)
    }

    @Test(arguments: [2, 9, 500, 1])
    func truncatedGzip(cut: Int) throws {
        let packed = gzip(content)
        let kept = cut < 100 ? packed.count - cut : cut
        let file = try folder.write(Array(packed[..<kept]), to: "a.gz")
        expectDataError(.truncated, mentioning: ["a.gz", "complete gzip"]) {
            _ = try FileReader(file).readAll()
        }
    }

    @Test func headerOnly() throws {
        let file = try folder.write(Array(gzip(content)[..<5]), to: "a.gz")
        expectDataError(.truncated) { _ = try FileReader(file).readAll() }
    }

    @Test func damagedGzip() throws {
        var packed = gzip(content)
        packed[packed.count - 6] ^= 1  // checksum
        let checksum = try folder.write(packed, to: "a.gz")
        expectDataError(.corrupt, mentioning: ["data check"]) {
            _ = try FileReader(checksum).readAll()
        }
        var method = gzip(content)
        method[2] = 9
        let unknown = try folder.write(method, to: "b.gz")
        expectDataError(.corrupt, mentioning: ["compression method"]) {
            _ = try FileReader(unknown).readAll()
        }
        let trailing = try folder.write(gzip(content) + [1, 2, 3], to: "c.gz")
        expectDataError(.trailingBytes) { _ = try FileReader(trailing).readAll() }
    }

    @Test func missingFileAndFolder() throws {
        expectDataError(.missing, mentioning: ["nowhere"]) {
            _ = try FileReader(folder.url.appending(path: "nowhere"))
        }
        expectDataError(.unreadable, mentioning: ["a folder"]) { _ = try FileReader(folder.url) }
    }

    @Test func shortAndLong() throws {
        let reader = try FileReader(folder.write([1, 2, 3], to: "a"))
        expectDataError(.truncated, mentioning: ["byte 0", "4 bytes of x", "3"]) {
            _ = try reader.read(exactly: 4, "x")
        }
        let other = try FileReader(folder.write([1, 2, 3], to: "b"))
        _ = try other.read(exactly: 2, "x")
        expectDataError(.trailingBytes, mentioning: ["byte 2", "1 more"]) {
            try other.requireEnd(after: "x")
        }
    }
}
