/// A way to store a weight matrix.
public enum StorageFormat: String, CaseIterable, Codable, Sendable {
    /// Every weight, `n b` bits.
    case dense
    /// One bit per weight says whether it lives, then the living ones, `n + z b`.
    case bitmap
    /// Column index beside each living weight and row pointers, all packed to the bit:
    /// `z (b + ⌈log2 columns⌉) + (R + 1) ⌈log2(z + 1)⌉`.
    case compressedRows
    /// The same with 1 or 2 bytes (4 beyond 65 536 columns) per index, 2 bytes (4 beyond 65 535
    /// weights) per pointer, values packed to whole bytes.
    case compressedRowsByteAligned
    /// Four bits say how many zeros precede a weight, `(z + fillers) (b + 4)`; a stored zero fills
    /// each run of 16.
    case runLength
    /// Two planes of bits for ternary or masked binary weights, `2 n`.
    case twoPlanes
    /// The sign bit sits inside a 16-bit index (binary weights): `16 z` and byte-aligned pointers.
    case signInIndex
}
