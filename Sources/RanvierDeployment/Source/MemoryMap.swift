/// What a generated program takes of flash and RAM, byte for byte. Instructions depend on the compiler and are not in it.
public struct MemoryMap: Sendable, Hashable {
    /// A table, or a field of the state.
    public struct Entry: Sendable, Hashable {
        /// Its name in C.
        public var name: String
        /// Layer that it belongs to; empty for the state's fields.
        public var layer: String
        /// What it holds.
        public var purpose: String
        /// Bytes.
        public var bytes: Int
    }

    /// Constant tables.
    public var flash: [Entry]
    /// Fields of the state.
    public var state: [Entry]
    /// Bytes of the state: `sizeof`.
    public var stateBytes: Int

    /// Bytes of all tables.
    public var flashBytes: Int { flash.reduce(0) { $0 + $1.bytes } }
}
