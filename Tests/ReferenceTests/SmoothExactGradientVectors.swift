import Foundation
import Testing

/// The reference vectors of the smooth exact gradient method; every field a test reads is required.
enum SmoothExactGradientVectors {
    /// Largest difference of two lists over the largest expected entry (at least `floor`).
    static func relativeError(
        _ found: [Double], _ expected: [Double], floor: Double = 1e-3
    ) -> Double {
        guard found.count == expected.count else { return .infinity }
        let scale = max(expected.map(abs).max() ?? 0, floor)
        var worst = 0.0
        for (a, b) in zip(found, expected) where a != b {
            let error = abs(a - b) / scale
            worst = error.isNaN ? .infinity : max(worst, error)
        }
        return worst
    }
}

struct PhaseMapFile: Decodable {
    struct Case: Decodable {
        let phi: Double
        let w: Double
        let V: Double
        let H: Double
        let dH_dphi: Double
        let dH_dw: Double
    }
    struct Group: Decodable {
        let tau: Double
        let I0: Double
        let V_th: Double?
        let period: Double
        let cases: [Case]
    }
    let groups: [Group]
}

struct FlowFile: Decodable {
    struct Case: Decodable {
        let V: Double
        let I: Double
        let dt_to_spike: Double?
        let d_dt_spike: [Double]?
        let dt: Double
        let V_after: Double
        let I_after: Double
        let jacobian: [[Double]]
    }
    let tau: Double
    let V_th: Double?
    let cases: [Case]
}

struct PseudospikeFile: Decodable {
    struct Case: Decodable {
        let V: Double
        let I: Double
        let input: Double
        let k: Int
        let T: Double
        let t_pseudo: Double
        let grad_V: Double
        let grad_I: Double
        let grad_input: Double
        let rate: Double
        let rate_grad_V: Double
    }
    let tau: Double
    let alpha: Double
    let cases: [Case]
}

struct RecurrentEvents: Decodable {
    let time: [Double]
    let is_input: [Bool]
    let index: [Int]
}

struct RecurrentFile: Decodable {
    struct Case: Decodable {
        let tau: Double
        let T: Double
        let N: Int
        let W: [[Double]]
        let W_in: [[Double]]
        let input_time: [Double]
        let input_index: [Int]
        let x0: [[Double]]
        let events: RecurrentEvents
        let x_T: [[Double]]?
        let time_coeff: [Double]
        let state_coeff: [[Double]]
        let loss: Double
        let grad_W: [[Double]]
        let grad_W_in: [[Double]]
        let grad_input_time: [Double]
        let grad_x0: [[Double]]
    }
    let I0: Double?
    let V_th: Double?
    let cases: [Case]
}

struct TargetTimesFile: Decodable {
    struct Case: Decodable {
        let tau: Double
        let alpha: Double
        let T: Double
        let N: Int
        let W: [[Double]]
        let W_in: [[Double]]
        let input_time: [Double]
        let input_index: [Int]
        let x0: [[Double]]
        let targets: [[Double]]
        let events: RecurrentEvents
        let x_T: [[Double]]
        let t_out: [[Double]]
        let loss: Double
        let grad_W: [[Double]]
        let grad_x0: [[Double]]
    }
    let cases: [Case]
}

struct AdaBeliefFile: Decodable {
    let lr: Double
    let decay_steps: Double
    let decay_factor: Double
    let b1: Double
    let b2: Double
    let eps: Double
    let eps_root: Double
    let gradients: [[Double]]
    let parameters: [[Double]]
}

struct ContinuityFile: Decodable {
    struct WeightSweep: Decodable {
        let input_time: Double
        let w: [Double]
        let t_spike: [Double?]
        let dt_dw: [Double?]
    }
    struct TimeSweep: Decodable {
        let w_inh: Double
        let w_exc: Double
        let t_exc: Double
        let t_inh: [Double]
        let t_spike: [Double?]
        let dt_dt_inh: [Double?]
    }
    struct Model: Decodable {
        let T: Double
        let w_min: Double
        let weight_sweep: WeightSweep
        let inhibition_time_sweep: TimeSweep
    }
    let qif: Model
    let lif: Model
}

struct SingleNeuronFile: Decodable {
    struct Trainable: Decodable {
        let weight: [Double]
        let time: [Double]
    }
    let tau: Double
    let alpha: Double
    let T: Double
    let targets: [Double]
    let learning_rate: Double
    let gradient_clip: Double
    let steps: Int
    let fixed_input_time: [Double]
    let fixed_input_weight: [Double]
    let initial_trainable: Trainable
    let reset_eps: Double
    let record_every: Int
    let loss: [Double]
    let t_out: [[Double]]
    let parameters_weight_then_time: [[[Double]]]
    let gradient_weight_then_time: [[[Double]]]
}

struct RecurrentTrainingFile: Decodable {
    let tau: Double
    let alpha: Double
    let reset_eps: Double
    let T: Double
    let N: Int
    let n_targets: Int
    let w_exc: Double
    let w_inh: Double
    let input_time: [Double]
    let input_index: [Int]
    let targets_last_is_extra: [[Double]]
    let lr: Double
    let lr_decay_steps: Double
    let steps: Int
    let record_every: Int
    let loss_belief_uses_new_mean: [Double]
    let loss_belief_uses_previous_mean: [Double]
    let final_W_new_mean_without_diagonal: [[Double]]
    let final_x0_new_mean: [[Double]]
    let final_t_out_new_mean: [[Double]]
    let final_t_out_previous_mean: [[Double]]
}

struct LayeredFile: Decodable {
    struct Case: Decodable {
        let tau: Double
        let I0: Double
        let T: Double
        let gamma: Double
        let layers: [Int]
        let bins: Int
        let bin_time: [Double]
        let pixel_bin: [[Int]]
        let label: [Int]
        let weights: [[[Double]]]
        let phi0: [Double]
        let hidden_spikes: Int
        let output_spikes: Int
        let events: [RecurrentEvents]
        let t_out: [[Double]]
        let loss_per_sample: [Double]
        let loss: Double
        let grad_weights: [[[Double]]]
        let grad_phi0: [Double]
    }
    let cases: [Case]
}
