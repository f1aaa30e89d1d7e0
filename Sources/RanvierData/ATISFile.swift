import Foundation
import RanvierFormats
import RanvierSpikes

/// Event recordings of 40 bits per event, as in N-MNIST and N-Caltech 101 (`.bin`).
///
/// Big-endian: x (8 bits), y (8), polarity (1, "on" is 1), time in µs (23). An event with y = 240 is a marker:
/// 8192 µs are added to all that follows, and it is dropped.
///
/// Source: Orchard, Jayawant, Cohen & Thakor, "Converting static image datasets to spiking neuromorphic
/// datasets using saccades", Frontiers in Neuroscience 2015.
public enum ATISFile {
    /// The sensor of N-MNIST: 34 × 34 pixels, two polarities.
    public static let nmnistSensor = EventSensor(height: 34, width: 34)

    /// Reads a recording whole.
    ///
    /// Events outside the sensor are dropped and events out of order sorted in; the stream's `repairs`
    /// count both.
    /// - Throws: ``DataError``: missing, broken gzip, a size that is no whole number of events.
    public static func read(
        _ url: URL, sensor: EventSensor = nmnistSensor
    ) throws(DataError) -> EventStream {
        let reader = try FileReader(url)
        let bytes = try reader.readAll()
        guard bytes.count % 5 == 0 else {
            throw DataError(
                .truncated, at: "\(reader.path), byte \(bytes.count / 5 * 5)",
                expected: "whole events of 5 bytes", found: "\(bytes.count % 5) bytes",
                advice: "the file is incomplete; fetch it again")
        }
        var ticks: [Int64] = [], units: [Int32?] = []
        var added: Int64 = 0, markers = 0
        for start in stride(from: 0, to: bytes.count, by: 5) {
            let x = Int(bytes[start]), y = Int(bytes[start + 1])
            if y == 240 {
                added += 8192
                markers += 1
                continue
            }
            let time =
                Int64(bytes[start + 2] & 0x7f) << 16 | Int64(bytes[start + 3]) << 8
                | Int64(bytes[start + 4])
            // A sensor without polarities takes all events as one kind.
            let polarity = sensor.polarities == 1 ? 0 : Int(bytes[start + 2] >> 7)
            ticks.append(time + added)
            units.append(sensor.unit(x: x, y: y, polarity: polarity).map { Int32($0) })
        }
        return EventStream(
            repairing: ticks, units: units, sensor: sensor, tickLength: 1e-6, markers: markers)
    }
}
