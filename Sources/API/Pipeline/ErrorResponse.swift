import Accounts
import Logging
import PagoPA
import Requests

/// Creates the response to an error of a step or a handler.
struct ErrorResponse: Sendable {
    let links: Links
    let logger: Logger

    func reply(to error: any Error, _ state: RequestState) -> Reply {
        problem(for: error, correlationID: state.correlation.text)
            .reply(instance: state.path, correlationID: state.correlation.text, links: links)
    }

    /// A problem or a refusal is the caller's to correct. Any other error is a fault of the service: it is logged once, and the caller gets no details.
    func problem(for error: any Error, correlationID: String) -> Problem {
        switch error {
        case let known as Problem: return known
        case let refusal as Refusal: return Problem(refusal)
        case is CredentialChanged: return Problem(Refusal.unauthenticated)
        case is DatabaseUnavailable:
            logger.error("the database is not available", metadata: ["correlation_id": "\(correlationID)"])
            return .unavailable
        case is CancellationError: return .unavailable
        default:
            logger.error("a request failed", metadata: ["correlation_id": "\(correlationID)", "error": "\(error)"])
            return .internalFault
        }
    }
}
