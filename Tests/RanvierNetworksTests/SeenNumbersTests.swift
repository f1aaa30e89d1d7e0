import RanvierTestSupport
import Synchronization
import Testing

@testable import RanvierNetworks
@testable import RanvierTensors

/// What is seen of a parameter is worked out once, until numbers or views change.
@Suite struct SeenNumbersTests {
    private static let views: [@Sendable () -> [any ParameterView]] = [
        { [SymmetricQuantizer(bits: 3)] }, { [LearnedStepQuantizer(bits: 3, step: 0.2)] },
        { [BinaryQuantizer()] }, { [TernaryQuantizer()] },
        { [Mask(ViewTests.mask([6, 5], "m").alive), SymmetricQuantizer(bits: 4)] },
        { [Mask(ViewTests.mask([6, 5], "m").alive)] },
    ]

    @Test(arguments: 0..<6) func seenNumbersFollowEachChange(_ index: Int) {
        let parameter = Parameter(value: LIFTests.random([6, 5], "w", in: -1..<1))
        parameter.views = Self.views[index]()
        func expected() -> [Float] {
            let fresh = Parameter(value: parameter.value)
            fresh.views = Self.views[index]()
            for (own, other) in zip(fresh.views, parameter.views) {
                for (a, b) in zip(own.parameters, other.parameters) {
                    a.parameter.value = b.parameter.value
                }
            }
            return fresh.seen.scalars
        }
        func check() {
            for _ in 0..<2 {
                #expect(parameter.seen.scalars == expected())
                #expect(parameter.tensor.scalars == expected())
            }
        }
        check()
        let first = expected()
        parameter.value = LIFTests.random([6, 5], "other", in: -1..<1)
        check()
        #expect(expected() != first)
        let second = expected()
        parameter.mutateScalars { for place in 0..<$0.count { $0.pointer[place] *= -0.5 } }
        check()
        #expect(expected() != second)
        for own in parameter.views.flatMap(\.parameters) {
            let before = expected()
            own.parameter.mutateScalars { $0.pointer[0] *= 2 }
            check()
            #expect(expected() != before)
        }
        parameter.track()
        let isTracked = parameter.tensor.isTracked
        parameter.release()
        #expect(isTracked && !parameter.tensor.isTracked)
        parameter.views = []
        #expect(parameter.seen.scalars == parameter.value.scalars)
    }

    /// A view that looks at more than its numbers is asked each time.
    @Test func otherViewsAreAskedEachTime() {
        final class Counter: Sendable {
            let calls = Mutex(0)
        }
        struct Counting: ParameterView {
            static let kind = "counting"
            static let rank = 30
            let counter: Counter
            func seen(_ stored: Tensor) -> Tensor {
                counter.calls.withLock { $0 += 1 }
                return stored
            }
        }
        let parameter = Parameter(value: .ones([3])), counter = Counter()
        parameter.views = [Counting(counter: counter)]
        for _ in 0..<3 { _ = parameter.seen }
        #expect(counter.calls.withLock { $0 } == 3)
    }
}
