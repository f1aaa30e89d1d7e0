import RanvierTensors

extension EventStream {
    /// How a recording is cut into slices.
    public enum Slicing: String, Sendable, Hashable, Codable, CaseIterable {
        /// Slices of equal length in time, from the first event to the last.
        case time
        /// Slices of equally many events; the first slices get one more where the number does not divide.
        case events
    }

    /// Frames of event counts: `[T, H, W, C]`, or `[T, N]` for a line sensor.
    ///
    /// - Parameters:
    ///   - count: number of frames `T`.
    ///   - slicing: equal in time, or equal in number of events.
    public func frames(count: Int, by slicing: Slicing = .time) -> Tensor {
        precondition(count > 0, "at least one frame, not \(count)")
        var counts = [Float](repeating: 0, count: count * sensor.unitCount)
        // Relative to the first event; the last event belongs to the last frame.
        let first = ticks.first ?? 0
        let span = max(Double((ticks.last ?? 0) - first), 1)
        for (index, unit) in units.enumerated() {
            let frame =
                switch slicing {
                case .time: Int(Double(ticks[index] - first) / span * Double(count))
                case .events: index * count / max(self.count, 1)
                }
            counts[min(frame, count - 1) * sensor.unitCount + Int(unit)] += 1
        }
        return Tensor(counts, shape: [count] + sensor.frameShape)
    }

    /// Frames of event counts over fixed steps from time 0: `[steps, H, W, C]`.
    ///
    /// Events outside the steps are left out; see ``startingAtZero``.
    public func frames(steps: Int, timeStep: Double) -> Tensor {
        precondition(steps > 0 && timeStep > 0, "\(steps) steps of \(timeStep) s hold no events")
        var counts = [Float](repeating: 0, count: steps * sensor.unitCount)
        forEachEvent(steps: steps, timeStep: timeStep) { step, unit in
            counts[step * sensor.unitCount + unit] += 1
        }
        return Tensor(counts, shape: [steps] + sensor.frameShape)
    }

    /// A voxel grid `[bins, H, W, 1]`: each event is shared between the two bins next to it in time.
    ///
    ///     V[b, y, x] = Σ p max(0, 1 − |b − (bins − 1)(t − t₀) / (t₁ − t₀)|)
    ///
    /// `p` is +1 or −1 by polarity (+1 for a sensor without); t₀ and t₁ are the first and last event.
    ///
    /// Source: Zhu, Yuan, Chaney & Daniilidis, CVPR 2019, equations 1 and 2.
    public func voxels(bins: Int) -> Tensor {
        precondition(bins > 0, "at least one bin, not \(bins)")
        let size = sensor.height * sensor.width
        var grid = [Float](repeating: 0, count: bins * size)
        let first = ticks.first ?? 0
        let span = Double((ticks.last ?? 0) - first)
        for (tick, unit) in zip(ticks, units) {
            let (x, y, polarity) = sensor.position(of: Int(unit))
            let sign: Float = sensor.polarities > 1 && polarity == 0 ? -1 : 1
            let position = span > 0 ? Double(bins - 1) * Double(tick - first) / span : 0
            let bin = Int(position), share = Float(position - Double(bin)),
                pixel = y * sensor.width + x
            grid[bin * size + pixel] += sign * (1 - share)
            if share > 0 { grid[(bin + 1) * size + pixel] += sign * share }
        }
        return Tensor(grid, shape: [bins, sensor.height, sensor.width, 1])
    }

    /// Visits the events from time 0 to the last of `steps` steps, in order.
    package func forEachEvent(
        steps: Int, timeStep: Double, _ body: (_ step: Int, _ unit: Int) -> Void
    ) {
        for (tick, unit) in zip(ticks, units) {
            let step = stepIndex(of: Double(tick) * tickLength, timeStep: timeStep)
            if step >= steps { break }
            if step >= 0 { body(step, Int(unit)) }
        }
    }

    /// Events from times in seconds, as spiking data sets store them.
    ///
    /// Times are rounded to ticks. Half-precision times must be widened before anything is done with them:
    /// as microseconds they overflow at 65 ms.
    /// - Throws: ``SpikeError``: a time that is not finite, times and units that are not equally many.
    public init(
        seconds: [Double], units: [Int], sensor: EventSensor, tickLength: Double = 1e-6
    ) throws(SpikeError) {
        guard seconds.count == units.count else {
            throw .countsDiffer(
                what: "units of events", expected: seconds.count, found: units.count)
        }
        if let index = seconds.firstIndex(where: { !$0.isFinite || abs($0 / tickLength) > 0x1p61 })
        {
            throw .timeNotFinite(index: index)
        }
        self.init(
            repairing: seconds.map { Int64(($0 / tickLength).rounded()) },
            units: units.map { Int32(exactly: $0) }, sensor: sensor, tickLength: tickLength)
    }
}
