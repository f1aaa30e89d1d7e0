import Foundation
import RanvierDeployment
import RanvierTestSupport
import Testing

/// Pages on which exported networks are tried.
@Suite("A page of a network", .enabled(if: Needs.has(.wasm32), Needs.advice(.wasm32)))
struct NetworkPageTests {
    static func page(
        _ network: CNetworkSource, _ input: NetworkPage.Input, samples: [[Int32]],
        scores: ([Int32]) -> [Int32] = SmallNetwork.scores
    ) throws -> NetworkPage {
        try NetworkPage(
            network, title: "Pump & <valve>", summary: "A network of eight neurons.", input: input,
            outputs: ["good", "worn \"out\"", "</script>"],
            samples: samples.enumerated().map {
                .init(name: "sample \($0 + 1)", elements: $1, scores: scores($1))
            })
    }

    private static let ink = NetworkPage.Channel(name: "ink", range: 0...1, scale: 1.0 / 255)
    private static let channels = (0..<16).map {
        NetworkPage.Channel(name: "sensor \($0)", unit: "bar", range: 0...25.5, scale: 0.1)
    }

    @Test("stands alone: no address, words escaped, samples and module inside")
    func alone() throws {
        let page = try Self.page(
            SmallNetwork.exported(), .sequence(Self.channels), samples: SmallNetwork.samples(2))
        let html = page.html
        #expect(!html.contains("http://") && !html.contains("https://") && !html.contains("src="))
        #expect(html.contains("<h1>Pump &amp; &lt;valve&gt;</h1>"))
        #expect(html.contains(#""worn \"out\"", "\u003c/script\u003e""#))
        #expect(html.contains(page.module.bytes.base64EncodedString()))
        #expect(html.components(separatedBy: "</script>").count == 3)
    }

    @Test("refuses what does not fit the network")
    func misfits() throws {
        let network = try SmallNetwork.exported()
        #expect(
            throws: ToolchainError.samples(expected: "32 pixels", found: "30")
        ) { try Self.page(network, .image(width: 5, height: 6, Self.ink), samples: []) }
        #expect(
            throws: ToolchainError.samples(
                expected: "1 row, which is what values can be set of", found: "2")
        ) { try Self.page(network, .vector(Self.channels), samples: []) }
        #expect(
            throws: ToolchainError.samples(expected: "32 elements of 'sample 1'", found: "1")
        ) { try Self.page(network, .sequence(Self.channels), samples: [[1]]) { _ in [0, 0, 0] } }
        #expect(throws: ToolchainError.self) { try Self.page(network, .recorded, samples: []) }
    }

    /// Cells of the table of scores.
    private func expect(_ scores: [Int32], in document: String) {
        for score in scores { #expect(document.contains("<td>\(score)</td>"), "\(score)") }
    }

    /// The numbers that the network was shown last, which a script of hands leaves in the title.
    private func codes(in document: String) throws -> [Int32] {
        let title = try #require(document.firstMatch(of: /<title>([-0-9 ]+)<\/title>/))
        return title.1.split(separator: " ").compactMap { Int32($0) }
    }

    @Test(
        "computes its samples in a browser, and shows the first",
        .enabled(if: Browser.path != nil, "install the Debian package 'chromium'"))
    func agreement() throws {
        let samples = SmallNetwork.samples(5)
        let page = try Self.page(SmallNetwork.exported(), .recorded, samples: samples)
        let document = try Browser.document(of: page.html)
        #expect(document.contains("5 of 5 samples agree with the native result"))
        expect(SmallNetwork.scores(samples[0]), in: document)
        #expect(document.contains("layer 1"))
    }

    @Test(
        "shows the network what is drawn, in a browser",
        .enabled(if: Browser.path != nil, "install the Debian package 'chromium'"))
    func drawing() throws {
        let page = try Self.page(
            SmallNetwork.exported(), .image(width: 8, height: 4, Self.ink),
            samples: SmallNetwork.samples(1))
        let document = try Browser.document(
            of: page.html,
            after: """
                press("Clear");
                pointer("pointerdown", 0.2, 0.1);
                pointer("pointermove", 0.7, 0.9);
                pointer("pointerup", 0.7, 0.9);
                """)
        let codes = try codes(in: document)
        #expect(codes.count == 32 && codes.contains(255) && codes.contains(0))
        // Down from the left, to the right of the last line of pixels.
        #expect(codes[1] > 0 && codes[3 * 8 + 5] > 0 && codes[3 * 8 + 1] == 0)
        expect(SmallNetwork.scores(codes), in: document)
    }

    @Test(
        "plays and edits sequences, in a browser",
        .enabled(if: Browser.path != nil, "install the Debian package 'chromium'"))
    func sequence() throws {
        let samples = SmallNetwork.samples(2)
        let page = try Self.page(
            SmallNetwork.exported(), .sequence(Self.channels), samples: samples)
        // The second sample with the last channel of its first row at the top; then from the beginning.
        let document = try Browser.document(
            of: page.html,
            after: """
                press("sample 2");
                pointer("pointerdown", 0.25, 0.99);
                pointer("pointerup", 0.25, 0.99);
                press("Play");
                """)
        var edited = samples[1]
        edited[15] = 255
        #expect(try codes(in: document) == edited)
        #expect(document.contains("row 2 of 2") && document.contains("Play"))
        expect(SmallNetwork.scores(edited), in: document)
    }

    @Test(
        "tells samples that differ, and makes numbers of values, in a browser",
        .enabled(if: Browser.path != nil, "install the Debian package 'chromium'"))
    func values() throws {
        let files = [
            "net.h": SmallNetwork.header.replacing("NET_ROWS 2", with: "NET_ROWS 1"),
            "net.c": SmallNetwork.source,
        ]
        let network = try CNetworkSource(name: "net", files: files)
        let samples = SmallNetwork.samples(2).map { Array($0.prefix(16)) }
        let scores = try network.scores(of: samples, on: .wasm32)
        var page = try Self.page(network, .vector(Self.channels), samples: samples) { sample in
            var right = scores[samples.firstIndex(of: sample) ?? 0]
            if sample == samples[1] { right[0] += 1 }
            return right
        }
        page.layers = ["neurons"]
        // A tenth of a bar is 1; halves go to the even number; more than there is becomes the most.
        let document = try Browser.document(
            of: page.html,
            after: """
                const fields = document.querySelectorAll("input[type=number]");
                for (const [field, text] of [[0, "12.34"], [1, "0.25"], [2, "99"]]) {
                  fields[field].value = text;
                  fields[field].onchange();
                }
                """)
        #expect(document.contains("1 of 2 samples agree with the native result"))
        #expect(document.contains("sensor 15") && document.contains("neurons"))
        let codes = try codes(in: document)
        #expect(codes == [123, 2, 255] + samples[0].dropFirst(3))
        expect(try network.scores(of: [codes], on: .wasm32)[0], in: document)
    }

    @Test(
        "packs spikes into words as the network reads them, in a browser",
        .enabled(if: Browser.path != nil, "install the Debian package 'chromium'"))
    func spikes() throws {
        // Forty spikes of two words; the scores count bits by thirds of their place.
        let source = SpikeCounter.source
        let network = try CNetworkSource(
            name: "net", files: ["net.h": SpikeCounter.header, "net.c": source])
        let samples: [[Int32]] = [[-1, 255], [0x0F0F_1234, 0x81], [Int32.min, 0]]
        let scores = try network.scores(of: samples, on: .wasm32)
        #expect(scores[0] == [14, 13, 13])
        let page = try Self.page(
            network, .image(width: 8, height: 5, .init(name: "spikes", range: 0...1)),
            samples: samples
        ) { scores[samples.firstIndex(of: $0) ?? 0] }
        #expect(
            try Browser.document(of: page.html).contains(
                "3 of 3 samples agree with the native result"))
    }
}

/// A network that counts its forty inputs, in three classes.
enum SpikeCounter {
    static let header = """
        #ifndef NET_H
        #define NET_H
        #include <stdint.h>
        #define NET_ABI 1
        #define NET_INPUTS 40
        #define NET_ROWS 1
        #define NET_OUTPUTS 3
        typedef uint32_t net_input;
        #define NET_INPUT_WORDS 2
        typedef struct { int32_t scores[3]; } net_state;
        void net_reset(net_state *state);
        void net_step(net_state *state, const net_input *row);
        int32_t net_score(const net_state *state, int32_t output);
        int32_t net_answer(const net_state *state);
        int32_t net_margin(const net_state *state);
        #endif

        """

    static let source = """
        #include "net.h"
        void net_reset(net_state *state) {
            int32_t i;
            for (i = 0; i < 3; i++) { state->scores[i] = 0; }
        }
        void net_step(net_state *state, const net_input *row) {
            int32_t i;
            for (i = 0; i < NET_INPUTS; i++) {
                if ((row[i / 32] >> (i % 32)) & 1u) { state->scores[i % 3]++; }
            }
        }
        int32_t net_score(const net_state *state, int32_t output) { return state->scores[output]; }
        int32_t net_answer(const net_state *state) { return state->scores[0] < state->scores[1]; }
        int32_t net_margin(const net_state *state) { return state->scores[0] - state->scores[1]; }

        """
}
