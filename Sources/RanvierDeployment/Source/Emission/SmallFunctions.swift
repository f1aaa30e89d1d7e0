/// Small functions that generated code calls, each written where its name occurs.
enum SmallFunctions {
    /// Those that a text names, in a fixed order.
    static func named(in text: [String], prefix: String) -> [String] {
        var lines: [String] = []
        var needed = text
        // One may call those that stand before it, so that the last are looked for first.
        for (name, body) in all(prefix).reversed()
        where needed.contains(where: { $0.contains(name + "(") }) {
            lines = body + [""] + lines
            needed += body
        }
        return lines
    }

    private static func all(_ prefix: String) -> [(name: String, body: [String])] {
        let p = prefix
        return [
            (
                "\(p)_code4",
                [
                    "static inline int32_t \(p)_code4(const uint8_t *codes, uint32_t k) {",
                    "const uint32_t code = ((uint32_t)codes[k >> 1] >> ((k & 1U) << 2)) & 15U;",
                    "return (int32_t)(code ^ 8U) - 8;", "}",
                ]
            ),
            (
                "\(p)_code3",
                [
                    "static inline int32_t \(p)_code3(const uint8_t *codes, uint32_t k) {",
                    "const uint32_t bit = 3U * k;",
                    "const uint32_t two = (uint32_t)codes[bit >> 3] | ((uint32_t)codes[(bit >> 3) + 1U] << 8);",
                    "return (int32_t)(((two >> (bit & 7U)) & 7U) ^ 4U) - 4;", "}",
                ]
            ),
            (
                "\(p)_code2",
                [
                    "static inline int32_t \(p)_code2(const uint32_t *codes, uint32_t k) {",
                    "const uint32_t code = (codes[k >> 4] >> ((k & 15U) << 1)) & 3U;",
                    "return (int32_t)(code ^ 2U) - 2;", "}",
                ]
            ),
            (
                "\(p)_code1",
                [
                    "static inline int32_t \(p)_code1(const uint32_t *codes, uint32_t k) {",
                    "return (int32_t)(((codes[k >> 5] >> (k & 31U)) & 1U) << 1) - 1;", "}",
                ]
            ),
            (
                "\(p)_nibble",
                [
                    "static inline uint32_t \(p)_nibble(const uint8_t *nibbles, uint32_t k) {",
                    "return ((uint32_t)nibbles[k >> 1] >> ((k & 1U) << 2)) & 15U;", "}",
                ]
            ),
            (
                "\(p)_lowest",
                [
                    "/* Place of the lowest bit that is set; there is one. */",
                    "static inline uint32_t \(p)_lowest(uint32_t word) {",
                    "#if defined(__GNUC__) && !defined(__ARM_ARCH_6M__) && !defined(__riscv)",
                    "return (uint32_t)__builtin_ctz(word);",
                    "#else",
                    "uint32_t place = 0U;",
                    "while ((word & 255U) == 0U) {", "word >>= 8;", "place += 8U;", "}",
                    "while ((word & 1U) == 0U) {", "word >>= 1;", "place++;", "}",
                    "return place;",
                    "#endif", "}",
                ]
            ),
            (
                "\(p)_bits",
                [
                    "/* How many bits are set. */",
                    "static inline int32_t \(p)_bits(uint32_t word) {",
                    "#if defined(__POPCNT__) || defined(__aarch64__)",
                    "return (int32_t)__builtin_popcount(word);",
                    "#else",
                    "word -= (word >> 1) & 0x55555555U;",
                    "word = (word & 0x33333333U) + ((word >> 2) & 0x33333333U);",
                    "word = (word + (word >> 4)) & 0x0f0f0f0fU;",
                    "word += word >> 8;",
                    "return (int32_t)((word + (word >> 16)) & 63U);",
                    "#endif", "}",
                ]
            ),
        ]
    }
}
