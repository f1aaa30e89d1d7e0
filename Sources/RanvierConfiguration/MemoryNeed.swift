import Foundation

/// Memory that a part of a run asks for, added up in floating point before the first of it is asked for.
///
///     try MemoryNeed("weights of layer 'hidden' [64, 2000000000]", bytes: 4 * 64 * 2e9).check()
///
/// The parts that look before they ask: weights of networks, what a step of training keeps, tables cut into windows,
/// recordings and images of data sets.
public struct MemoryNeed: Sendable, Hashable {
    /// What needs the memory, with its sizes; the first word of the message.
    public var what: String
    /// How much, at least.
    public var bytes: Double
    /// What to try where there is less.
    public var advice: String

    /// A need.
    public init(_ what: String, bytes: Double, advice: String = "take smaller sizes") {
        self.what = what
        self.bytes = bytes
        self.advice = advice
    }

    /// Bytes that may be used unless a configuration says less: the memory of the machine.
    @TaskLocal public static var available = Int(
        clamping: ProcessInfo.processInfo.physicalMemory)

    /// Bytes of numbers of a size each, for sizes along some axes.
    public static func bytes(of shape: [Int], each size: Double = 4) -> Double {
        shape.reduce(size) { $0 * Double($1) }
    }

    /// Stops before what would not fit.
    ///
    /// - Throws: ``MemoryNeedError``.
    public func check(available: Int = MemoryNeed.available) throws(MemoryNeedError) {
        guard !(bytes <= Double(available)) else { return }
        throw MemoryNeedError(need: self, availableBytes: available)
    }
}
