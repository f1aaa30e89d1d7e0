import RanvierConfiguration
import Testing

@Suite("Numbers as text")
struct NumberTextTests {
    @Test("Fixed decimals and thin spaces between thousands")
    func fixed() {
        #expect(NumberText.fixed(1234.5, decimals: 1) == "1234.5")
        #expect(NumberText.fixed(12345.67, decimals: 1) == "12\u{202F}345.7")
        #expect(NumberText.fixed(1_234_567, decimals: 0) == "1\u{202F}234\u{202F}567")
        #expect(NumberText.fixed(-0.001, decimals: 2) == "0.00")
        #expect(NumberText.fixed(-2.5, decimals: 1) == "\u{2212}2.5")
        #expect(NumberText.fixed(.nan, decimals: 1) == "not available")
    }

    @Test("Significant digits and powers of ten")
    func significant() {
        #expect(NumberText.significant(0) == "0")
        #expect(NumberText.significant(12.345) == "12.3")
        #expect(NumberText.significant(0.0500) == "0.05")
        #expect(NumberText.significant(4.2e-7) == "4.2×10⁻⁷")
        #expect(NumberText.significant(1.25e12) == "1.25×10¹²")
        #expect(NumberText.significant(.infinity) == "not available")
        #expect(NumberText.shortest(0.03) == "0.03")
        #expect(NumberText.shortest(640) == "640")
    }

    @Test("Quantities choose their unit")
    func quantities() {
        #expect(NumberText.energy(picojoules: 12_340) == "12.3\u{202F}nJ")
        #expect(NumberText.bytes(587) == "587\u{202F}B")
        #expect(NumberText.bytes(38_912) == "38.0\u{202F}KiB")
        #expect(NumberText.seconds(7.3e-5) == "73.0\u{202F}µs")
        #expect(NumberText.seconds(125) == "2 min 5 s")
        #expect(NumberText.seconds(7_260) == "2 h 1 min")
        #expect(NumberText.percent(0.975) == "97.5\u{202F}%")
        #expect(NumberText.percent(.nan) == "not available")
    }
}
