import Cryptography
import JSON
import Workers

/// A PSP's response when it accepts a payment.
package struct PSPPortalPage: Sendable, Equatable {
    /// The page of the PSP's portal for this payment.
    package let redirectURL: String
    /// The URL for cancellations of this payment; nil when the PSP offers none.
    package let cancelURL: String?

    package init(redirectURL: String, cancelURL: String?) {
        self.redirectURL = redirectURL
        self.cancelURL = cancelURL
    }
}

/// The request that asks a PSP to accept no more money for an attempt.
package struct PSPCancellation: Sendable {
    package let psp: String
    package let cancelURL: String
    /// As for `PSPStart`.
    package let secrets: [WebhookSecret]
    package let attemptID: String
    /// The header of the trace of the request that ended the attempt, if it has one.
    package let traceparent: String?

    package init(
        psp: String, cancelURL: String, secrets: [WebhookSecret], attemptID: String, traceparent: String? = nil
    ) {
        self.psp = psp
        self.cancelURL = cancelURL
        self.secrets = secrets
        self.attemptID = attemptID
        self.traceparent = traceparent
    }

    var body: [UInt8] {
        JSONWriter.object { json in
            json.field("action", "cancel")
            json.field("attempt_id", attemptID)
        }
    }
}

package enum PSPPortalFailure: Error, Sendable, Equatable {
    case timedOut
    case unreachable(String)
    /// The PSP answered with a status other than 200.
    case refused(status: Int)
    /// The PSP answered 200, but the body has no valid portal URL.
    case malformedAnswer(String)
    /// The outbound policy forbids the URL.
    case notAllowed
    /// Nothing was sent: the queue for this PSP is full, or the deadline passed before a thread was free.
    case busy
}

/// Calls PSPs. Each PSP has its own limit, so that a PSP that hangs delays only its own payments.
package final class PSPPortal: Sendable {
    package static let threads = 32
    /// Concurrent calls to one PSP.
    package static let maximumCallsPerPSP = 4
    package static let maximumWaitingPerPSP = 16
    package static let maximumWaiting = 256
    /// The time limit of a start: waiting for a thread, name resolution and the PSP's response.
    package static let startSeconds = 9
    package static let cancelSeconds = 5

    private let workers: CurlWorkers
    private let policy: OutboundPolicy
    private let now: @Sendable () -> Int64

    /// - Parameter now: the Unix time in seconds, for the signature.
    package init(
        policy: OutboundPolicy, threads: Int = PSPPortal.threads, callsPerPSP: Int = PSPPortal.maximumCallsPerPSP,
        waitingPerPSP: Int = PSPPortal.maximumWaitingPerPSP, now: @escaping @Sendable () -> Int64
    ) {
        self.policy = policy
        self.now = now
        workers = CurlWorkers(
            name: "psp", threads: threads,
            limits: QueueLimits(
                waiting: Self.maximumWaiting, waitingPerKey: waitingPerPSP, runningPerKey: callsPerPSP)
        ) { CurlHandle() }
    }

    package func stop() { workers.stop() }

    /// Asks the PSP to accept a payment.
    /// - Parameter deadline: after it, the portal sends nothing and stops waiting for the response.
    package func start(_ start: PSPStart, until deadline: ContinuousClock.Instant) async throws(PSPPortalFailure)
        -> PSPPortalPage
    {
        let answer = try await post(
            start.body, to: start.startURL, as: "start_\(start.attemptID)", signedBy: start.secrets, for: start.psp,
            in: start.traceparent, until: deadline)
        guard answer.status == 200 else { throw .refused(status: answer.status) }
        return try page(answer)
    }

    /// Asks the PSP to cancel a payment. 404, 409 and 410 mean that there is nothing to cancel, so they count as success.
    package func cancel(_ cancellation: PSPCancellation) async throws(PSPPortalFailure) {
        let answer = try await post(
            cancellation.body, to: cancellation.cancelURL, as: "cancel_\(cancellation.attemptID)",
            signedBy: cancellation.secrets, for: "\(cancellation.psp) cancel",
            in: cancellation.traceparent, until: .now + .seconds(Self.cancelSeconds))
        switch answer.status {
        case 200..<300, 404, 409, 410: return
        default: throw .refused(status: answer.status)
        }
    }

    /// Checks that the host of the URL can be resolved and connected to, with TLS for https, under the outbound policy. Sends no
    /// request.
    /// - Parameter psp: whose limit of concurrent calls applies.
    package func probe(_ url: String, for psp: String) async throws(PSPPortalFailure) {
        let call = HTTPCall(url: url, headers: [], body: [], policy: policy, connectsOnly: true)
        _ = try await perform(call, for: "\(psp) probe", until: .now + .seconds(Self.cancelSeconds))
    }

    private func post(
        _ body: [UInt8], to url: String, as id: String, signedBy secrets: [WebhookSecret], for key: String,
        in traceparent: String?, until deadline: ContinuousClock.Instant
    ) async throws(PSPPortalFailure) -> HTTPCall.Answer {
        let call = HTTPCall.signed(body, id: id, to: url, with: secrets, at: now(), in: traceparent, policy: policy)
        return try await perform(call, for: key, until: deadline)
    }

    private func perform(_ call: HTTPCall, for key: String, until deadline: ContinuousClock.Instant)
        async throws(PSPPortalFailure) -> HTTPCall.Answer
    {
        do throws(HTTPCall.Failure) {
            return try await workers.perform(call, for: key, until: deadline)
        } catch {
            switch error {
            case .notSent: throw .busy
            case .timedOut: throw .timedOut
            case .notAllowed: throw .notAllowed
            case .unreachable(let detail): throw .unreachable(detail)
            case .tooLarge: throw .malformedAnswer("larger than \(HTTPCall.maximumAnswerBytes) bytes")
            }
        }
    }

    private func page(_ answer: HTTPCall.Answer) throws(PSPPortalFailure) -> PSPPortalPage {
        guard answer.contentType?.lowercased().hasPrefix("application/json") ?? false else {
            throw .malformedAnswer("not application/json")
        }
        let json: JSONValue
        do { json = try JSONValue.parse(answer.body) } catch { throw .malformedAnswer("not JSON") }
        guard case .string(let url)? = json["redirect_url"], url.utf8.count <= 2_048,
            (try? policy.check(url, isPage: true)) != nil
        else { throw .malformedAnswer("redirect_url is missing or not a valid https URL") }
        // A PSP may have used this member for another purpose, so ignore a URL that the policy forbids.
        var cancelURL: String?
        if case .string(let url)? = json["cancel_url"], url.utf8.count <= 2_048, (try? policy.check(url)) != nil {
            cancelURL = url
        }
        return PSPPortalPage(redirectURL: url, cancelURL: cancelURL)
    }
}
