import RanvierTensors

/// Spikes on a grid of time steps: which neuron fired in which step.
///
/// A spike in step `k` stands for the time `k · timeStep`; a time `t` falls into the step
/// `⌊t / timeStep⌋`. Several spikes of a neuron within one step become one, which is why a raster made
/// from times may hold fewer spikes than the trains.
public struct Raster: Sendable {
    /// `[T, N]`, or `[T, B, N]` for a batch; stored at one bit per element.
    public let spikes: Tensor
    /// Length of a step in seconds.
    public let timeStep: Double

    /// A raster of spikes `[T, N]` or `[T, B, N]`; any number but zero counts as a spike.
    public init(spikes: Tensor, timeStep: Double) {
        precondition(
            spikes.rank == 2 || spikes.rank == 3,
            "a raster is [T, N] or [T, B, N], not \(spikes.shape)")
        precondition(timeStep > 0, "a step needs a positive length, not \(timeStep)")
        self.spikes = spikes.detached.packedAsSpikes
        self.timeStep = timeStep
    }

    /// Number of time steps.
    public var steps: Int { spikes.shape[0] }

    /// Number of samples; 1 for `[T, N]`.
    public var samples: Int { spikes.rank == 3 ? spikes.shape[1] : 1 }

    /// Number of neurons.
    public var neurons: Int { spikes.shape[spikes.rank - 1] }

    /// Number of spikes of all samples.
    public var spikeCount: Int { spikes.spikeCount }

    /// Length of the raster in seconds.
    public var duration: Double { Double(steps) * timeStep }

    /// Spikes per neuron and second, mean over samples and neurons.
    public var firingRate: Double {
        let sites = Double(samples * neurons) * duration
        return sites > 0 ? Double(spikeCount) / sites : 0
    }
}

// MARK: - From and to spike trains

extension Raster {
    /// One row of spikes per train, `[T, N]`.
    ///
    /// Spikes after the last step are left out.
    /// - Parameter steps: number of steps; by default enough for the longest train.
    public init(_ trains: [SpikeTrain], timeStep: Double, steps: Int? = nil) {
        precondition(timeStep > 0, "a step needs a positive length, not \(timeStep)")
        let longest = trains.map(\.duration).max() ?? 0
        let steps = steps ?? max(Int((longest / timeStep - stepTolerance).rounded(.up)), 1)
        // A spike at the very end of a recording of whole steps belongs to the last of them.
        let spikes = Tensor(spikesOfShape: [steps, trains.count]) { writer in
            for (neuron, train) in trains.enumerated() {
                for time in train.times {
                    var step = stepIndex(of: time, timeStep: timeStep)
                    if step == steps, time <= train.duration, train.duration == longest {
                        step -= 1
                    }
                    if step < steps { writer.set(row: step, index: neuron) }
                }
            }
        }
        self.init(spikes: spikes, timeStep: timeStep)
    }

    /// The spike train of each neuron of a sample.
    public func spikeTrains(ofSample sample: Int = 0) -> [SpikeTrain] {
        var times = [[Double]](repeating: [], count: neurons)
        forEachSpike(ofSample: sample) { step, neuron in
            times[neuron].append(Double(step) * timeStep)
        }
        return times.map { SpikeTrain(unchecked: $0, duration: duration) }
    }
}

// MARK: - From and to event streams

extension Raster {
    /// The events of one recording as `[T, N]`, N being the number of units of the sensor.
    ///
    /// Events before time 0 and after the last step are left out; see ``EventStream/startingAtZero``.
    /// - Parameter steps: number of steps; by default up to and including the last event.
    public init(_ events: EventStream, timeStep: Double, steps: Int? = nil) {
        precondition(timeStep > 0, "a step needs a positive length, not \(timeStep)")
        let last = events.count > 0 ? events.time(at: events.count - 1) : 0
        let steps = steps ?? (stepIndex(of: max(last, 0), timeStep: timeStep) + 1)
        let spikes = Tensor(spikesOfShape: [steps, events.sensor.unitCount]) { writer in
            for index in 0..<events.count {
                let step = stepIndex(of: events.time(at: index), timeStep: timeStep)
                if step >= 0, step < steps {
                    writer.set(row: step, index: Int(events.units[index]))
                }
            }
        }
        self.init(spikes: spikes, timeStep: timeStep)
    }

    /// The spikes of a sample as events whose tick is the time step.
    ///
    /// - Parameter sensor: a sensor with as many units as neurons; by default one channel each.
    public func events(ofSample sample: Int = 0, sensor: EventSensor? = nil) -> EventStream {
        let sensor = sensor ?? EventSensor(channels: neurons)
        precondition(
            sensor.unitCount == neurons, "\(sensor.unitCount) units for \(neurons) neurons")
        var ticks: [Int64] = [], units: [Int32] = []
        forEachSpike(ofSample: sample) { step, neuron in
            ticks.append(Int64(step))
            units.append(Int32(neuron))
        }
        return EventStream(
            unchecked: sensor, tickLength: timeStep, ticks: ticks, units: units,
            repairs: EventRepairs())
    }

    /// Visits the spikes of a sample in order of steps, then neurons.
    public func forEachSpike(ofSample sample: Int = 0, _ body: (_ step: Int, _ neuron: Int) -> Void)
    {
        precondition(sample >= 0 && sample < samples, "sample \(sample) of \(samples)")
        let first = sample * neurons
        spikes.forEachSpike(inColumns: first..<first + neurons) { row, index in
            body(row, index - first)
        }
    }
}
