import PagoPA
import Requests

// The rules of PagoPA return obstacles and failures as values. Here they become what the caller of an operation reads.

extension Refusal {
    init(_ obstacle: ChangeObstacle) {
        switch obstacle {
        case .status(let status): self = .positionNotEditable(status)
        case .paymentInProgress(let secondsLeft): self = .paymentInProgress(secondsLeft: secondsLeft)
        }
    }

    init(_ obstacle: RestObstacle) {
        switch obstacle {
        case .status(let status): self = .positionNotEditable(status)
        case .underReview(let reasons): self = .positionUnderReview(reasons, pointer: "")
        case .paymentInProgress(let secondsLeft): self = .paymentInProgress(secondsLeft: secondsLeft)
        }
    }

    /// - Parameter pointer: where the request names the installment.
    init(_ obstacle: PaymentObstacle, pointer: String) {
        switch obstacle {
        case .status(let status): self = .installmentNotPayable(status, pointer: pointer)
        case .underReview(let reasons): self = .positionUnderReview(reasons, pointer: pointer)
        case .paymentInProgress(let secondsLeft): self = .paymentInProgress(secondsLeft: secondsLeft)
        }
    }

    init(_ failure: InstallmentFailure) {
        switch failure {
        case .fault(let fault): self = .invalid([fault])
        case .noticeNumbersExhausted: self = .noticeNumbersExhausted
        }
    }

    init(_ failure: SelectionFailure) {
        switch failure {
        case .faults(let faults): self = .invalid(faults)
        case .notPayable(let obstacle, let pointer): self = Refusal(obstacle, pointer: pointer)
        }
    }
}
