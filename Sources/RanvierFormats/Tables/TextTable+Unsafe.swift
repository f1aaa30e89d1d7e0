import Foundation

/// Different byte strings in order of their first appearance, with how often each occurs.
///
/// Open addressing; strings of up to eight bytes are compared as one number. Owns memory: `destroy` once.
struct TextTable {
    struct Entry {
        /// The bytes themselves up to eight of them, else a hash.
        var key: UInt64
        var offset: Int
        var length: Int
        var count: Int
        /// Row of the first appearance.
        var row: Int
    }

    /// Number of different strings.
    private(set) var count = 0
    /// Whether there were more than `limit` different ones; nothing is kept then.
    private(set) var isOver = false
    private let limit: Int
    private var entries: UnsafeMutablePointer<Entry>
    private var entryCapacity = 8
    private var slots: UnsafeMutablePointer<Int32>
    private var mask = 15
    private var bytes: UnsafeMutablePointer<UInt8>
    private var byteCount = 0
    private var byteCapacity = 64

    init(limit: Int) {
        self.limit = limit
        entries = .allocate(capacity: entryCapacity)
        slots = .allocate(capacity: mask + 1)
        slots.initialize(repeating: -1, count: mask + 1)
        bytes = .allocate(capacity: byteCapacity)
    }

    func destroy() {
        entries.deallocate()
        slots.deallocate()
        bytes.deallocate()
    }

    /// Forgets all, keeps the memory.
    mutating func removeAll() {
        count = 0
        byteCount = 0
        slots.update(repeating: -1, count: mask + 1)
    }

    subscript(code: Int) -> Entry { entries[code] }

    func bytes(of code: Int) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: bytes + entries[code].offset, count: entries[code].length)
    }

    /// The code of a string, entered if it is new; −1 once there are more than `limit`.
    mutating func code(
        _ string: UnsafePointer<UInt8>, _ length: Int, row: Int, times: Int = 1
    ) -> Int {
        if isOver { return -1 }
        let key = Self.key(string, length)
        var slot = Int(truncatingIfNeeded: (key &* 0x9e37_79b9_7f4a_7c15) >> 29) & mask
        while true {
            let code = Int(slots[slot])
            if code < 0 { break }
            if entries[code].key == key, entries[code].length == length,
                length <= 8 || memcmp(bytes + entries[code].offset, string, length) == 0
            {
                entries[code].count += times
                return code
            }
            slot = (slot + 1) & mask
        }
        if count == limit || count >= Int(Int32.max) - 1 {
            isOver = true
            return -1
        }
        insert(string, length, key, row, times, slot)
        return count - 1
    }

    /// Counts what another table has counted.
    mutating func join(_ other: TextTable) {
        if other.isOver { isOver = true }
        for code in 0..<other.count where !isOver {
            let bytes = other.bytes(of: code)
            guard let base = bytes.baseAddress else { continue }
            _ = self.code(base, bytes.count, row: 0, times: other[code].count)
        }
    }

    private mutating func insert(
        _ string: UnsafePointer<UInt8>, _ length: Int, _ key: UInt64, _ row: Int, _ times: Int,
        _ slot: Int
    ) {
        if count == entryCapacity {
            entries = Self.grown(entries, count, to: entryCapacity * 2)
            entryCapacity *= 2
        }
        if byteCount + length > byteCapacity {
            byteCapacity = max(byteCapacity * 2, byteCount + length)
            bytes = Self.grown(bytes, byteCount, to: byteCapacity)
        }
        (bytes + byteCount).update(from: string, count: length)
        entries[count] = Entry(
            key: key, offset: byteCount, length: length, count: times, row: row)
        byteCount += length
        slots[slot] = Int32(count)
        count += 1
        if count * 2 > mask { rehash() }
    }

    private mutating func rehash() {
        mask = mask * 2 + 1
        slots.deallocate()
        slots = .allocate(capacity: mask + 1)
        slots.initialize(repeating: -1, count: mask + 1)
        for code in 0..<count {
            let key = entries[code].key
            var slot = Int(truncatingIfNeeded: (key &* 0x9e37_79b9_7f4a_7c15) >> 29) & mask
            while slots[slot] >= 0 { slot = (slot + 1) & mask }
            slots[slot] = Int32(code)
        }
    }

    private static func grown<Element>(
        _ old: UnsafeMutablePointer<Element>, _ count: Int, to capacity: Int
    ) -> UnsafeMutablePointer<Element> {
        let new = UnsafeMutablePointer<Element>.allocate(capacity: capacity)
        new.moveInitialize(from: old, count: count)
        old.deallocate()
        return new
    }

    @inline(__always)
    private static func key(_ string: UnsafePointer<UInt8>, _ length: Int) -> UInt64 {
        var key: UInt64 = 0
        if length <= 8 {
            for index in 0..<length { key = key << 8 | UInt64(string[index]) }
            return key
        }
        for index in 0..<length {
            key = (key ^ UInt64(string[index])) &* 0x0000_0100_0000_01b3
        }
        return key ^ (key >> 32)
    }
}
