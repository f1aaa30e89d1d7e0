import RanvierTensors

extension IntegerEngine {
    /// The scores of many samples, on all cores. Each sample is run by itself, so the order of work changes nothing.
    ///
    /// - Parameter samples: `rows · values` numbers each.
    public func scores(of samples: [[Int32]]) -> [[Int32]] {
        map(samples) { run, sample in
            run.show(sample: sample)
            return run.scores
        }
    }

    /// What `body` makes of each sample, with a run of its own before the first row, on all cores.
    public func map<Sample: Sendable, Value: Sendable>(
        _ samples: [Sample],
        _ body: @escaping @Sendable (inout IntegerEngineRun, Sample) -> Value
    ) -> [Value] {
        let grain = 8
        var values = [Value?](repeating: nil, count: samples.count)
        values.withUnsafeMutableBufferPointer { buffer in
            nonisolated(unsafe) let values = buffer
            Parallel.forEachRange(of: samples.count, grain: grain) { range in
                var run = start()
                for index in range {
                    run.restart()
                    values[index] = body(&run, samples[index])
                }
            }
        }
        return values.compactMap(\.self)
    }
}
