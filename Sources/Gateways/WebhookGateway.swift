import Cryptography
import Workers

/// One signed call of a subscriber's endpoint.
package struct WebhookCall: Sendable {
    /// The id of the message, the same in every try.
    package let id: String
    package let url: String
    package let body: [UInt8]
    /// The valid secrets, newest first.
    package let secrets: [WebhookSecret]
    /// Whose limit of concurrent calls applies.
    package let subscription: String
    /// The header of the trace of the request that caused the event, if it has one.
    package let traceparent: String?

    package init(
        id: String, url: String, body: [UInt8], secrets: [WebhookSecret], subscription: String,
        traceparent: String? = nil
    ) {
        self.id = id
        self.url = url
        self.body = body
        self.secrets = secrets
        self.subscription = subscription
        self.traceparent = traceparent
    }
}

package enum WebhookFailure: Error, Sendable, Equatable {
    case timedOut
    case unreachable
    /// The outbound policy forbids the address.
    case notAllowed
    /// Nothing was sent: all threads are busy, or the service stops.
    case busy
}

/// Sends events to the endpoints of subscribers (Standard Webhooks). Redirects are not followed, and the body of the answer is ignored.
package final class WebhookGateway: Sendable {
    package static let threads = 8
    package static let maximumWaiting = 64
    /// The time limit of a call: waiting for a thread, name resolution and the answer.
    package static let callSeconds = 15
    /// The time limit for resolving the host of a URL that is being saved.
    package static let resolveMilliseconds = 500

    private let workers: CurlWorkers
    private let policy: OutboundPolicy
    private let now: @Sendable () -> Int64

    /// - Parameter now: the Unix time in seconds, for the signature.
    package init(policy: OutboundPolicy, now: @escaping @Sendable () -> Int64) {
        self.policy = policy
        self.now = now
        workers = CurlWorkers(
            name: "webhook", threads: Self.threads,
            limits: QueueLimits(waiting: Self.maximumWaiting, waitingPerKey: 4, runningPerKey: 2)
        ) { CurlHandle() }
    }

    package func stop() { workers.stop() }

    /// Resolves the host of a URL that is being saved, and connects to nothing. The addresses are checked again at each call.
    /// - Parameter caller: who saves it. One caller occupies few threads.
    /// - Returns: false if the outbound policy forbids an address of the host; true also for a host that is not resolved now.
    package func mayCall(_ url: String, savedBy caller: String) async -> Bool {
        let call = HTTPCall(url: url, headers: [], body: [], policy: policy, method: .get, resolvesOnly: true)
        do throws(HTTPCall.Failure) {
            _ = try await workers.perform(
                call, for: "saved by \(caller)", until: .now + .milliseconds(Self.resolveMilliseconds))
            return true
        } catch {
            switch error {
            case .notAllowed: return false
            case .notSent, .timedOut, .unreachable, .tooLarge: return true
            }
        }
    }

    /// - Returns: the status of the answer.
    package func send(_ message: WebhookCall) async throws(WebhookFailure) -> Int {
        let call = HTTPCall.signed(
            message.body, id: message.id, to: message.url, with: message.secrets, at: now(), in: message.traceparent,
            policy: policy)
        do throws(HTTPCall.Failure) {
            return try await workers.perform(
                call, for: message.subscription, until: .now + .seconds(Self.callSeconds)
            ).status
        } catch {
            switch error {
            case .notSent: throw .busy
            case .timedOut: throw .timedOut
            case .notAllowed: throw .notAllowed
            // An answer that is too long is no confirmation.
            case .unreachable, .tooLarge: throw .unreachable
            }
        }
    }
}
