import RanvierTensors

/// A list of fixed length that begins on a cache line; copied when it is changed while it is shared.
///
/// An array of Swift begins inside a cache line, and each of its vectors would touch two.
package struct AlignedArray<Element: BitwiseCopyable & Sendable>: RandomAccessCollection,
    MutableCollection, Sendable
{
    private var block: AlignedBlock<Element>

    /// Zeros.
    package init(zeros count: Int) { block = AlignedBlock(count: count) }

    /// The elements of an array.
    package init(_ elements: [Element]) {
        block = AlignedBlock(count: elements.count, zeroed: false)
        for (index, element) in elements.enumerated() { block.pointer[index] = element }
    }

    package var startIndex: Int { 0 }
    package var endIndex: Int { block.count }

    package subscript(index: Int) -> Element {
        get {
            precondition(indices.contains(index), "index \(index) outside a list of \(count)")
            return block.pointer[index]
        }
        set {
            precondition(indices.contains(index), "index \(index) outside a list of \(count)")
            makeUnique()
            block.pointer[index] = newValue
        }
    }

    /// Calls `body` with the elements.
    func withBase<Result>(_ body: (UnsafePointer<Element>) -> Result) -> Result {
        withExtendedLifetime(block) { body(block.pointer) }
    }

    /// Calls `body` with the elements, to be changed.
    mutating func withMutableBase<Result>(
        _ body: (UnsafeMutablePointer<Element>) -> Result
    ) -> Result {
        makeUnique()
        return withExtendedLifetime(block) { body(block.pointer) }
    }

    /// Takes over the elements of a list of the same length without taking memory.
    mutating func copy(from other: AlignedArray) {
        let count = other.count
        precondition(self.count == count, "lists of \(self.count) and \(count) elements")
        withMutableBase { to in
            other.withBase { from in
                let lists = CopiedLists(from: from, to: to)
                Parallel.forEachRange(of: count, grain: 1 << 14) { lists.copy($0) }
            }
        }
    }

    private mutating func makeUnique() {
        if isKnownUniquelyReferenced(&block) { return }
        let copy = AlignedBlock<Element>(count: block.count, zeroed: false)
        copy.pointer.update(from: block.pointer, count: block.count)
        block = copy
    }
}

/// Pointers into two lists of one length; parts of a loop touch disjoint ranges.
private struct CopiedLists<Element>: @unchecked Sendable {
    let from: UnsafePointer<Element>
    let to: UnsafeMutablePointer<Element>

    func copy(_ range: Range<Int>) {
        (to + range.lowerBound).update(from: from + range.lowerBound, count: range.count)
    }
}
