import RanvierNetworks

/// What one layer did in a trial, with all that its backward pass needs.
struct LayerTrial<Neuron: PseudospikingNeuron>: Sendable {
    /// A spike of the layer.
    struct Spike: Sendable {
        var time: Double
        var neuron: Int
    }

    /// Spikes that reach the layer at one instant, as positions in the list of the layer before.
    struct Instant: Sendable {
        var time: Double
        var spikes: [Int]
    }

    /// Something that happens to a neuron: the pulse of an instant, or its own spike.
    struct Touch: Sendable {
        enum Cause: Sendable {
            case instant(Int)
            /// Number among the spikes of this neuron.
            case ownSpike(Int)
        }

        /// State after the touch before this one, and the time since.
        var start: Neuron.State
        var duration: Double
        /// State when touched.
        var before: Neuron.State
        var cause: Cause
        var weight: Double
    }

    /// One neuron's trial.
    struct Course: Sendable {
        var touches: [Touch] = []
        var spikeTimes: [Double] = []
        /// State after the last touch, and the time from there to T.
        var last: Neuron.State
        var lastDuration = 0.0
        /// State at T.
        var final: Neuron.State
        /// Positions in `spikes` of the neuron's own.
        var positions: [Int] = []
    }

    /// Inputs that spiked, in the order of the instants' positions.
    let sources: [Int]
    let instants: [Instant]
    private(set) var courses: [Course] = []
    /// Spikes of the layer in order of time, then of neurons.
    private(set) var spikes: [Spike] = []

    /// Runs a layer; `incoming` are spikes in order of time.
    init(
        _ neuron: Neuron, weights: [[Double]], from states: [Neuron.State], incoming: [Spike],
        trial: Double, eventLimit: Int
    ) throws(ExactError) {
        sources = incoming.map(\.neuron)
        var instants: [Instant] = []
        for (position, spike) in incoming.enumerated() where spike.time < trial {
            if let last = instants.last, last.time == spike.time {
                instants[instants.count - 1].spikes.append(position)
            } else {
                instants.append(Instant(time: spike.time, spikes: [position]))
            }
        }
        self.instants = instants
        var count = 0
        for (i, row) in weights.enumerated() {
            let course = try run(neuron, row: row, from: states[i], trial: trial) {
                count += 1
                return count <= eventLimit ? nil : eventLimit
            }
            courses.append(course)
            spikes += course.spikeTimes.map { Spike(time: $0, neuron: i) }
        }
        spikes.sort { ($0.time, $0.neuron) < ($1.time, $1.neuron) }
        for (position, spike) in spikes.enumerated() {
            courses[spike.neuron].positions.append(position)
        }
    }

    /// Carries one neuron from 0 to T.
    /// - Parameter countSpike: gives the limit where there were too many.
    private func run(
        _ neuron: Neuron, row: [Double], from state: Neuron.State, trial: Double,
        countSpike: () -> Int?
    ) throws(ExactError) -> Course {
        var course = Course(last: state, final: state)
        var time = 0.0, next = 0
        var nextSpike = neuron.timeToSpike(from: state)
        while true {
            let instantTime = next < instants.count ? instants[next].time : .infinity
            let isSpike = nextSpike <= instantTime
            let now = min(nextSpike, instantTime)
            guard now < trial else { break }
            let before = neuron.flow(course.last, for: now - time)
            var touch = Touch(
                start: course.last, duration: now - time, before: before,
                cause: .ownSpike(course.spikeTimes.count), weight: 0)
            if isSpike {
                if let limit = countSpike() {
                    throw .eventLimitReached(limit: limit, time: now, trial: trial)
                }
                course.spikeTimes.append(now)
                course.last = neuron.reset(before)
            } else {
                touch.cause = .instant(next)
                for spike in instants[next].spikes { touch.weight += row[sources[spike]] }
                course.last = neuron.pulse(before, weight: touch.weight)
                next += 1
            }
            course.touches.append(touch)
            time = now
            nextSpike = now + neuron.timeToSpike(from: course.last)
        }
        course.lastDuration = trial - time
        course.final = neuron.flow(course.last, for: course.lastDuration)
        return course
    }

    /// Carries derivatives back through the trial.
    ///
    /// - Parameters:
    ///   - spikeTimes: derivative by the time of each of `spikes`.
    ///   - finalStates: derivative by the coordinates of each state at T.
    ///   - weights: `[out][in]`, added to.
    /// - Returns: derivatives by the initial states and by the times of the incoming spikes.
    func backward(
        _ neuron: Neuron, row weightsOfLayer: [[Double]], spikeTimes: [Double],
        finalStates: [SIMD2<Double>], weights: inout [[Double]]
    ) -> (initialStates: [SIMD2<Double>], incomingTimes: [Double]) {
        var incoming = [Double](repeating: 0, count: sources.count)
        var initial: [SIMD2<Double>] = []
        for (i, course) in courses.enumerated() {
            var adjoint = neuron.flowAdjoint(
                finalStates[i], from: course.last, for: course.lastDuration)
            for touch in course.touches.reversed() {
                switch touch.cause {
                case .ownSpike(let number):
                    adjoint =
                        neuron.spikeAdjoint(
                            adjoint, at: touch.before, time: spikeTimes[course.positions[number]]
                        ).state
                case .instant(let index):
                    let pulse = neuron.pulseAdjoint(
                        adjoint, at: touch.before, weight: touch.weight)
                    let members = instants[index].spikes
                    for spike in members {
                        weights[i][sources[spike]] += pulse.weight
                        guard members.count > 1 else {
                            incoming[spike] += pulse.time
                            continue
                        }
                        // This one comes a little later than the others of its instant.
                        let own = weightsOfLayer[i][sources[spike]]
                        let others = neuron.pulse(touch.before, weight: touch.weight - own)
                        incoming[spike] +=
                            neuron.pulseAdjoint(adjoint, at: others, weight: own).time
                    }
                    adjoint = pulse.state
                }
                adjoint = neuron.flowAdjoint(adjoint, from: touch.start, for: touch.duration)
            }
            let start = course.touches.first?.start ?? course.last
            initial.append(neuron.parameterAdjoint(adjoint, at: start))
        }
        return (initial, incoming)
    }
}
