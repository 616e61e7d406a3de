import CCurl
import Foundation
import Synchronization
import Workers

/// Sends messages to one SMTP server through libcurl; each worker reuses its connection for the next message.
package final class MailGateway: Sendable {
    static let connectTimeoutMilliseconds = 10_000
    /// The time limit for one message, from connecting to the server's confirmation.
    package static let totalTimeoutMilliseconds = 25_000
    /// After a stop request, how long to wait for the confirmation of a message that was sent completely.
    static let shutdownGraceMilliseconds = 4_000
    static let marginMilliseconds = 3_000
    /// The number of messages sent concurrently.
    package static let threads = 4

    private let server: MailServer
    private let workers: CurlWorkers

    package init(server: MailServer, threads: Int = MailGateway.threads, maximumWaiting: Int = 64) {
        self.server = server
        workers = CurlWorkers(
            name: "mail", threads: threads,
            limits: QueueLimits(waiting: maximumWaiting, waitingPerKey: maximumWaiting, runningPerKey: threads)
        ) { CurlHandle() }
    }

    package func stop() { workers.stop() }

    /// Cancelling the task ends the delivery: at once if the message is not sent completely, otherwise after a short wait for the
    /// confirmation.
    /// - Parameters:
    /// - message: RFC 5322 bytes with CRLF.
    /// - timeoutMilliseconds: for the whole delivery; `totalTimeoutMilliseconds` at most.
    package func send(
        _ message: [UInt8], from: String, to: String, timeoutMilliseconds: Int = MailGateway.totalTimeoutMilliseconds
    ) async throws(MailFailure) {
        // libcurl does not validate addresses: a line break would inject a second SMTP command.
        guard Self.isSafe(from), Self.isSafe(to) else { throw .badAddress }
        let server = server
        let stop = StopRequest()
        let end = ContinuousClock.now + .milliseconds(min(timeoutMilliseconds, Self.totalTimeoutMilliseconds))
        let outcome = await withTaskCancellationHandler {
            do throws(CurlWorkers.Rejection) {
                // libcurl enforces its own timeout; the margin leaves time for its QUIT to the server.
                return try await workers.run(for: "mail", until: end + .milliseconds(Self.marginMilliseconds)) {
                    handle in
                    Self.deliver(handle) { handle in
                        let left = (end - .now).wholeMilliseconds
                        guard left > 0 else { return .timedOut }
                        return Delivery(message, until: stop).perform(handle, server, from: from, to: to, left)
                    }
                }
            } catch {
                switch error {
                case .busy, .expired, .stopped: return MailFailure.busy
                case .abandoned: return .unsureIfAccepted
                }
            }
        } onCancel: {
            stop.request()
        }
        if let outcome { throw outcome }
    }

    /// Connects, starts TLS and logs in as for a delivery, and sends NOOP instead of a message.
    package func probe() async throws(MailFailure) {
        let server = server
        let outcome: MailFailure?
        do throws(CurlWorkers.Rejection) {
            outcome = try await workers.run(
                for: "mail", until: .now + .milliseconds(Self.connectTimeoutMilliseconds + Self.marginMilliseconds)
            ) { handle in
                Delivery(nil, until: StopRequest()).probe(handle, server, Self.connectTimeoutMilliseconds)
            }
        } catch {
            switch error {
            case .busy, .expired, .stopped: throw .busy
            case .abandoned: throw .timedOut
            }
        }
        if let outcome { throw outcome }
    }

    /// Closes the connection after a failure: libcurl would reuse it, and would read a late reply as the reply to the next
    /// message. If the server had closed an idle connection, the delivery is retried once at once.
    private static func deliver(_ handle: CurlHandle, _ attempt: (CurlHandle) -> MailFailure?) -> MailFailure? {
        let first = attempt(handle)
        guard let first else { return nil }
        let wasStale = handle.reusedConnection
        handle.closeConnection()
        switch first {
        case .unreachable, .transient(code: 421, _):
            guard wasStale, let second = attempt(handle) else { return wasStale ? nil : first }
            handle.closeConnection()
            return second
        case .transient, .permanent, .refusesUs, .timedOut, .tls, .authentication, .unsureIfAccepted, .stopped,
            .badAddress, .busy:
            return first
        }
    }

    private static func isSafe(_ address: String) -> Bool {
        (3...254).contains(address.utf8.count) && address.utf8.filter { $0 == UInt8(ascii: "@") }.count == 1
            && address.utf8.allSatisfy { (0x21...0x7E).contains($0) && !Array("<>()[]\\,;:\"".utf8).contains($0) }
    }
}

/// Records when the caller asked to stop a delivery.
private final class StopRequest: Sendable {
    private let requestedAt = Mutex<ContinuousClock.Instant?>(nil)

    func request() { requestedAt.withLock { $0 = $0 ?? .now } }

    var isRequested: Bool { requestedAt.withLock { $0 != nil } }

    func isRequested(since milliseconds: Int) -> Bool {
        requestedAt.withLock { $0.map { ContinuousClock.now - $0 >= .milliseconds(milliseconds) } ?? false }
    }
}

/// The delivery of one message; it lives as long as one libcurl call.
private final class Delivery {
    private let message: [UInt8]
    /// No message is sent.
    private let isProbe: Bool
    private let stop: StopRequest
    private var offset = 0
    private var replies: [String] = []
    /// Whether RCPT TO was sent: from then on, a 5xx reply concerns the recipient or the message.
    private var recipientWasSent = false

    /// - Parameter message: nil for a probe.
    init(_ message: [UInt8]?, until stop: StopRequest) {
        self.message = message ?? []
        isProbe = message == nil
        self.stop = stop
    }

    private var isHandedOver: Bool { !isProbe && offset >= message.count }

    func perform(_ handle: CurlHandle, _ server: MailServer, from: String, to: String, _ timeoutMilliseconds: Int)
        -> MailFailure?
    {
        if stop.isRequested { return .stopped }
        let recipients = CurlList(["<\(to)>"])
        let context = Unmanaged.passUnretained(self).toOpaque()
        connect(handle, server, timeoutMilliseconds)
        handle.set(CURLOPT_MAIL_FROM, "<\(from)>")
        _ = quietanza_set_list(handle.raw, CURLOPT_MAIL_RCPT, recipients.raw)
        handle.set(CURLOPT_UPLOAD, 1)
        _ = quietanza_set_read(handle.raw) { buffer, size, count, context in
            guard let buffer, let context else { return 0 }
            return Unmanaged<Delivery>.fromOpaque(context).takeUnretainedValue().copyMessage(buffer, size * count)
        }
        _ = quietanza_set_pointer(handle.raw, CURLOPT_READDATA, context)
        // libcurl passes every command here, including the login, so nothing is stored or logged.
        handle.set(CURLOPT_VERBOSE, 1)
        _ = quietanza_set_debug(handle.raw) { raw, type, data, size, context in
            guard type == CURLINFO_HEADER_OUT, let data, let context else { return 0 }
            let command = UnsafeRawBufferPointer(start: data, count: size)
            if command.starts(with: "RCPT TO:".utf8) {
                Unmanaged<Delivery>.fromOpaque(context).takeUnretainedValue().recipientWasSent = true
            }
            // libcurl waits for the reply to QUIT beyond every other time limit.
            if command.starts(with: "QUIT".utf8) { _ = quietanza_set_long(raw, CURLOPT_SERVER_RESPONSE_TIMEOUT, 1) }
            return 0
        }
        _ = quietanza_set_pointer(handle.raw, CURLOPT_DEBUGDATA, context)
        handle.set(CURLOPT_NOPROGRESS, 0)
        _ = quietanza_set_progress(handle.raw) { context, _, _, _, _ in
            guard let context else { return 0 }
            return Unmanaged<Delivery>.fromOpaque(context).takeUnretainedValue().mustStop ? 1 : 0
        }
        _ = quietanza_set_pointer(handle.raw, CURLOPT_XFERINFODATA, context)
        let code = withExtendedLifetime((self, recipients)) { handle.perform() }
        return failure(code, replyCode: handle.responseCode)
    }

    func probe(_ handle: CurlHandle, _ server: MailServer, _ timeoutMilliseconds: Int) -> MailFailure? {
        connect(handle, server, timeoutMilliseconds)
        handle.set(CURLOPT_CUSTOMREQUEST, "NOOP")
        // Without this, libcurl prints the reply.
        _ = quietanza_set_write(handle.raw) { _, size, count, _ in size * count }
        let code = withExtendedLifetime(self) { handle.perform() }
        let found = failure(code, replyCode: handle.responseCode)
        handle.closeConnection()
        return found
    }

    /// The options of the connection, which a delivery and a probe share.
    private func connect(_ handle: CurlHandle, _ server: MailServer, _ timeoutMilliseconds: Int) {
        let context = Unmanaged.passUnretained(self).toOpaque()
        handle.reset()
        let scheme = server.encryption == .implicit ? "smtps" : "smtp"
        handle.set(CURLOPT_URL, "\(scheme)://\(server.host):\(server.port)/quietanza")
        handle.set(CURLOPT_PROTOCOLS_STR, "smtp,smtps")
        handle.set(CURLOPT_SSLVERSION, 6)  // CURL_SSLVERSION_TLSv1_2
        if server.encryption == .starttls { handle.set(CURLOPT_USE_SSL, Int(CURLUSESSL_ALL.rawValue)) }
        if let file = server.authoritiesFile { handle.set(CURLOPT_CAINFO, file) }
        if let user = server.user { handle.set(CURLOPT_USERNAME, user) }
        if let password = server.password { handle.set(CURLOPT_PASSWORD, password) }
        handle.set(CURLOPT_CONNECTTIMEOUT_MS, MailGateway.connectTimeoutMilliseconds)
        handle.set(CURLOPT_TIMEOUT_MS, timeoutMilliseconds)
        handle.set(CURLOPT_SERVER_RESPONSE_TIMEOUT, MailGateway.totalTimeoutMilliseconds / 1_000)
        _ = quietanza_set_header(handle.raw) { data, size, count, context in
            guard let data, let context else { return 0 }
            let line = String(decoding: UnsafeRawBufferPointer(start: data, count: size * count), as: UTF8.self)
            Unmanaged<Delivery>.fromOpaque(context).takeUnretainedValue().receive(line)
            return size * count
        }
        _ = quietanza_set_pointer(handle.raw, CURLOPT_HEADERDATA, context)
    }

    private var mustStop: Bool {
        isHandedOver ? stop.isRequested(since: MailGateway.shutdownGraceMilliseconds) : stop.isRequested
    }

    private func copyMessage(_ buffer: UnsafeMutablePointer<CChar>, _ room: Int) -> Int {
        let count = min(room, message.count - offset)
        UnsafeMutableRawBufferPointer(start: buffer, count: room).copyBytes(from: message[offset..<offset + count])
        offset += count
        return count
    }

    private func receive(_ line: String) {
        if replies.count < 100 { replies.append(line.trimmingCharacters(in: .whitespacesAndNewlines)) }
    }

    /// The server's last line with this code, with every e-mail address masked.
    private func reply(_ code: Int) -> String {
        let line = replies.last { $0.hasPrefix(String(code)) } ?? ""
        return line.prefix(300).split(separator: " ").map { $0.contains("@") ? "<…>" : String($0) }.joined(
            separator: " ")
    }

    private func failure(_ code: CURLcode, replyCode: Int) -> MailFailure? {
        let reason = String(cString: curl_easy_strerror(code))
        switch code {
        case CURLE_OK: return nil
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT: return .unreachable(reason)
        case CURLE_ABORTED_BY_CALLBACK: return isHandedOver ? .unsureIfAccepted : .stopped
        case CURLE_OPERATION_TIMEDOUT: return isHandedOver ? .unsureIfAccepted : .timedOut
        case CURLE_USE_SSL_FAILED, CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION,
            CURLE_SSL_CACERT_BADFILE:
            return .tls(reason)
        case CURLE_LOGIN_DENIED: return .authentication(code: replyCode)
        case CURLE_SEND_ERROR, CURLE_WEIRD_SERVER_REPLY, CURLE_QUOTE_ERROR, CURLE_REMOTE_ACCESS_DENIED:
            if (400..<500).contains(replyCode) { return .transient(code: replyCode, reply: reply(replyCode)) }
            if (500..<600).contains(replyCode) {
                // 530 means that the server requires a login; it may send it at any stage.
                return recipientWasSent && replyCode != 530
                    ? .permanent(code: replyCode, reply: reply(replyCode))
                    : .refusesUs(code: replyCode, reply: reply(replyCode))
            }
            return isHandedOver ? .unsureIfAccepted : .unreachable(reason)
        default: return isHandedOver ? .unsureIfAccepted : .unreachable(reason)
        }
    }
}
