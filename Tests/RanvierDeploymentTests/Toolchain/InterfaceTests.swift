import RanvierDeployment
import Testing

/// What headers of exported networks promise.
@Suite("The header of an exported network")
struct InterfaceTests {
    private func found(_ header: String, name: String = "net") -> String {
        do {
            _ = try CNetworkSource(
                name: name, files: ["\(name).h": header, "\(name).c": SmallNetwork.source])
            return ""
        } catch { return "\(error)" }
    }

    @Test("tells the sizes")
    func sizes() throws {
        let interface = try SmallNetwork.exported().interface
        #expect(interface.inputs == 16 && interface.rows == 2 && interface.outputs == 3)
        #expect(interface.inputWords == 16 && interface.counts == 1)
        let silent = try CNetworkSource(
            name: "net",
            files: [
                "net.h": SmallNetwork.header.replacing("NET_LAYERS 1", with: "NET_LAYERS 0"),
                "net.c": SmallNetwork.source,
            ])
        #expect(silent.interface.counts == 0)
        #expect(interface.input == .uint8 && interface.sampleWords == 32)
    }

    @Test("that lacks a line, or says what cannot be, is an error that names it")
    func errors() {
        let header = SmallNetwork.header
        #expect(found(header.replacing("#define NET_ROWS 2", with: "")).contains("NET_ROWS"))
        #expect(found(header.replacing("NET_OUTPUTS 3", with: "NET_OUTPUTS x")).contains("found x"))
        #expect(found(header.replacing("NET_ABI 1", with: "NET_ABI 9")).contains("found 9"))
        #expect(found(header.replacing("uint8_t", with: "float")).contains("found float"))
        #expect(found(header.replacing("WORDS 16", with: "WORDS 4")).contains("expected 16 words"))
        #expect(found(header.replacing("uint8_t", with: "uint32_t")).contains("expected 1 words"))
        #expect(found(header, name: "board").contains("'board'"))
        #expect(found(header, name: "a-b").contains("'a-b'"))
        #expect(throws: ToolchainError.self) { try CNetworkSource(name: "net", files: [:]) }
    }
}
