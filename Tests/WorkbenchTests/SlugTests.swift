import RanvierReports
import Testing

@Suite("Slugs")
struct SlugTests {
    @Test("Slugs are safe file names")
    func slugs() {
        #expect(Markup.slug("../Spikes of layer 2!") == "spikes-of-layer-2")
        #expect(Markup.slug("…") == "figure")
    }
}
