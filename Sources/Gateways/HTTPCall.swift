import Addresses
import CCurl
import Cryptography
import Foundation
import Glibc

/// POSTs JSON to an untrusted server, or GETs JSON from it: no redirects, no proxy, and limits on time and response size.
struct HTTPCall: Sendable {
    static let maximumAnswerBytes = 64 * 1_024
    static let connectTimeoutMilliseconds = 3_000
    /// With less time left, the call is not sent, because no server could answer in time.
    static let minimumTimeoutMilliseconds = 50

    let url: String
    let headers: [String]
    let body: [UInt8]
    let policy: OutboundPolicy
    var method = Method.post
    /// Only connects, with TLS for https, and sends no request. The answer then has status 0.
    var connectsOnly = false
    /// Only resolves the host and checks its addresses, and connects to none of them. A host with permitted addresses only is `.unreachable`.
    var resolvesOnly = false

    enum Method: Sendable {
        case post
        /// Without a body.
        case get
    }

    struct Answer: Sendable {
        let status: Int
        let contentType: String?
        let body: [UInt8]
    }

    enum Failure: Error, Sendable, Equatable {
        /// All threads are busy, the service stops, or too little time was left to send the call.
        case notSent
        case timedOut
        case notAllowed
        case unreachable(String)
        case tooLarge
    }

    private final class Exchange {
        let policy: OutboundPolicy
        let isPlain: Bool
        let resolvesOnly: Bool
        var body: [UInt8] = []
        var wasRefused = false
        var isTooLarge = false

        init(_ policy: OutboundPolicy, isPlain: Bool, resolvesOnly: Bool) {
            self.policy = policy
            self.isPlain = isPlain
            self.resolvesOnly = resolvesOnly
        }
    }

    /// A signed message (Standard Webhooks).
    /// - Parameters:
    ///   - id: the id of the message, the same in every try.
    ///   - secrets: the valid ones, newest first.
    ///   - now: the Unix time in seconds.
    ///   - traceparent: the header of the trace of the request that caused the message, if it has one.
    static func signed(
        _ body: [UInt8], id: String, to url: String, with secrets: [WebhookSecret], at now: Int64,
        in traceparent: String? = nil, policy: OutboundPolicy
    ) -> HTTPCall {
        let signatures = WebhookSignature.sign(id: id, timestamp: now, body: body, secrets: secrets)
        return HTTPCall(
            url: url,
            headers: ["webhook-id: \(id)", "webhook-timestamp: \(now)", "webhook-signature: \(signatures)"]
                + (traceparent.map { ["traceparent: \($0)"] } ?? []),
            body: body, policy: policy)
    }

    /// - Parameter deadline: for the whole call, including name resolution.
    func perform(_ handle: CurlHandle, until deadline: ContinuousClock.Instant) -> Result<Answer, Failure> {
        let timeoutMilliseconds = (deadline - .now).wholeMilliseconds
        guard timeoutMilliseconds >= Self.minimumTimeoutMilliseconds else { return .failure(.notSent) }
        let exchange = Exchange(
            policy, isPlain: !url.lowercased().hasPrefix("https://"), resolvesOnly: resolvesOnly)
        let context = Unmanaged.passUnretained(exchange).toOpaque()
        let list = CurlList(
            headers + (method == .post ? ["Content-Type: application/json"] : []) + [
                "Accept: application/json", "Expect:",
            ])
        handle.reset()
        handle.set(CURLOPT_URL, url)
        handle.set(CURLOPT_PROTOCOLS_STR, "http,https")
        handle.set(CURLOPT_FOLLOWLOCATION, 0)
        handle.set(CURLOPT_SSLVERSION, 6)  // CURL_SSLVERSION_TLSv1_2
        handle.set(CURLOPT_CONNECTTIMEOUT_MS, min(Self.connectTimeoutMilliseconds, timeoutMilliseconds))
        handle.set(CURLOPT_TIMEOUT_MS, timeoutMilliseconds)
        handle.set(CURLOPT_USERAGENT, "quietanza")
        _ = quietanza_set_list(handle.raw, CURLOPT_HTTPHEADER, list.raw)
        if connectsOnly {
            handle.set(CURLOPT_CONNECT_ONLY, 1)
        } else if method == .post {
            handle.set(CURLOPT_POSTFIELDSIZE, body.count)
            _ = body.withUnsafeBytes { bytes in
                quietanza_set_pointer(
                    handle.raw, CURLOPT_COPYPOSTFIELDS, UnsafeMutableRawPointer(mutating: bytes.baseAddress))
            }
        }
        _ = quietanza_set_write(handle.raw) { data, size, count, context in
            guard let data, let context else { return 0 }
            let exchange = Unmanaged<Exchange>.fromOpaque(context).takeUnretainedValue()
            guard exchange.body.count + size * count <= HTTPCall.maximumAnswerBytes else {
                exchange.isTooLarge = true
                return 0
            }
            exchange.body.append(contentsOf: UnsafeRawBufferPointer(start: data, count: size * count))
            return size * count
        }
        _ = quietanza_set_pointer(handle.raw, CURLOPT_WRITEDATA, context)
        // Check the address that is about to be connected to: a name may resolve to another address each time (DNS rebinding).
        _ = quietanza_set_socket(handle.raw) { context, _, address in
            guard let context, let address else { return quietanza_no_socket() }
            let exchange = Unmanaged<Exchange>.fromOpaque(context).takeUnretainedValue()
            let isPermitted = withUnsafePointer(to: &address.pointee.addr) {
                IPAddress($0).map { exchange.policy.permits($0, isPlain: exchange.isPlain) } ?? false
            }
            guard isPermitted else {
                exchange.wasRefused = true
                return quietanza_no_socket()
            }
            // libcurl then tries the next address.
            if exchange.resolvesOnly { return quietanza_no_socket() }
            return socket(
                address.pointee.family, address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue),
                address.pointee.protocol)
        }
        _ = quietanza_set_pointer(handle.raw, CURLOPT_OPENSOCKETDATA, context)
        let code = withExtendedLifetime((exchange, list)) { handle.perform() }
        return outcome(code, exchange, handle)
    }

    private func outcome(_ code: CURLcode, _ exchange: Exchange, _ handle: CurlHandle) -> Result<Answer, Failure> {
        if exchange.wasRefused { return .failure(.notAllowed) }
        if exchange.isTooLarge { return .failure(.tooLarge) }
        switch code {
        case CURLE_OK:
            return .success(Answer(status: handle.responseCode, contentType: handle.contentType, body: exchange.body))
        case CURLE_OPERATION_TIMEDOUT: return .failure(.timedOut)
        default: return .failure(.unreachable(String(cString: curl_easy_strerror(code))))
        }
    }
}

extension Duration {
    var wholeMilliseconds: Int {
        Int(components.seconds) * 1_000 + Int(components.attoseconds / 1_000_000_000_000_000)
    }
}
