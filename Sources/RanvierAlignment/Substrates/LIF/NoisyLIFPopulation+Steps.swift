import Foundation

extension NoisyLIFPopulation {
    /// One step in plain arithmetic, which the fast one is held against.
    ///
    /// - Parameters:
    ///   - noise: ξ of each neuron; not heard by those whose membrane is held.
    ///   - signs: of probes at the end of the step: −1, 0 or 1 for each neuron.
    /// - Returns: which neurons fired.
    public mutating func takePlainStep(noise xi: [Double], probes signs: [Double]? = nil) -> [Int] {
        let now = step % slots, next = (step + 1) % slots, dt = timeStep
        let pairing = exp(-dt / traces.pairing), response = exp(-dt / traces.response)
        let slowDecay = exp(-dt / traces.slow), fastDecay = exp(-dt / traces.fast)
        let unit = traces.filterUnit(dt)
        let leaks = parameters.leaks(dt), decays = parameters.synapticDecays(dt)
        let deviations = parameters.noisePerStep(dt)
        var fired: [Int] = []
        for k in 0..<count {
            self[.current, k] = self[.current, k] * decays[k] + arrivals[now * stride + k]
            arrivals[now * stride + k] = 0
            self[.trace, k] *= pairing
            let isAwake = self[.refractory, k] <= 0
            var fires = false
            if isAwake {
                let target = parameters.drives[k] + parameters.gains[k] * self[.current, k]
                self[.membrane, k] +=
                    leaks[k] * (target - self[.membrane, k]) + deviations[k] * xi[k]
                fires = self[.membrane, k] >= parameters.thresholds[k]
            } else {
                self[.refractory, k] -= 1
            }
            if fires {
                fired.append(k)
                self[.membrane, k] = resetPotential
                self[.refractory, k] = Double(refractorySteps)
                self[.spikes, k] += 1
            }
            guard traces.measuresScale else { continue }
            self[.own, k] *= pairing
            self[.slow, k] *= slowDecay
            self[.fast, k] *= fastDecay
            self[.probe, k] *= response
            self[.response, k] = self[.response, k] * response + (isAwake ? xi[k] : 0)
            let filtered = unit * (self[.slow, k] - self[.fast, k])
            self[.fluctuations, k] += self[.trace, k] * filtered
            if fires {
                self[.answers, k] += self[.response, k]
                self[.probed, k] += self[.probe, k]
                self[.fluctuations, k] -= self[.own, k]
                self[.slow, k] += 1
                self[.fast, k] += 1
            }
            self[.own, k] += filtered
        }
        for k in fired { send(k, to: next) }
        for k in fired { self[.trace, k] += 1 }
        for (k, sign) in (signs ?? []).enumerated() {
            self[.probe, k] += sign
            arrivals[next * stride + k] += traces.probeWeight * sign
        }
        step += 1
        return fired
    }

    /// Pairs a spike with the traces of the layers below and above, and sends it there.
    private mutating func send(_ k: Int, to slot: Int) {
        for pair in pairs {
            let lower = pair.lower.count, upper = pair.upper.count
            if pair.upper.contains(k) {
                for a in 0..<lower {
                    let at = pair.matrix + (k - pair.upper.lowerBound) * lower + a
                    after[at] += self[.trace, pair.lower.lowerBound + a]
                    let late = backwardDelays.isEmpty ? 0 : Int(backwardDelays[at])
                    arrivals[(slot + late) % slots * stride + pair.lower.lowerBound + a] +=
                        backward[at]
                }
            }
            if pair.lower.contains(k) {
                for b in 0..<upper {
                    let at = pair.matrix + (k - pair.lower.lowerBound) * upper + b
                    before[at] += self[.trace, pair.upper.lowerBound + b]
                    let late = forwardDelays.isEmpty ? 0 : Int(forwardDelays[at])
                    arrivals[(slot + late) % slots * stride + pair.upper.lowerBound + b] +=
                        forward[at]
                }
            }
        }
    }

    private subscript(_ row: Row, _ k: Int) -> Double {
        get { rows[row.rawValue * stride + k] }
        set { rows[row.rawValue * stride + k] = newValue }
    }
}
