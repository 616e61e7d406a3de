import CCurl
import Foundation
import Synchronization
import Workers

/// Hands messages to one SMTP server through libcurl; each worker keeps its connection for the next message.
package final class MailGateway: Sendable {
    static let connectTimeoutMilliseconds = 10_000
    /// One message, from connecting to its confirmation.
    package static let totalTimeoutMilliseconds = 25_000
    /// How long a message that was handed over whole may still wait for its confirmation once we are told to stop.
    static let farewellMilliseconds = 4_000
    static let marginMilliseconds = 3_000
    /// As many messages are on their way at once.
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

    /// A cancelled task ends the delivery: at once while the message is not handed over whole, else after a short wait for the confirmation.
    /// - Parameters:
    ///   - message: RFC 5322 bytes with CRLF.
    ///   - timeoutMilliseconds: the whole delivery; `totalTimeoutMilliseconds` at most.
    package func send(
        _ message: [UInt8], from: String, to: String, timeoutMilliseconds: Int = MailGateway.totalTimeoutMilliseconds
    ) async throws(MailFailure) {
        // libcurl sends what it is given: a line break would be a second command.
        guard Self.isSafe(from), Self.isSafe(to) else { throw .badAddress }
        let server = server
        let stop = StopSign()
        let end = ContinuousClock.now + .milliseconds(min(timeoutMilliseconds, Self.totalTimeoutMilliseconds))
        let outcome = await withTaskCancellationHandler {
            do throws(CurlWorkers.Rejection) {
                // libcurl ends a delivery by itself; the margin is for its goodbye to the server.
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
            stop.raise()
        }
        if let outcome { throw outcome }
    }

    /// libcurl keeps a connection whose last reply never came, and would take that late reply for the next message's: whatever
    /// failed ends its connection. And one that the server ended while nothing was sent is made again at once.
    private static func deliver(_ handle: CurlHandle, _ attempt: (CurlHandle) -> MailFailure?) -> MailFailure? {
        let first = attempt(handle)
        guard let first else { return nil }
        let wasStale = handle.reusedConnection
        handle.hangUp()
        switch first {
        case .unreachable, .transient(code: 421, _):
            guard wasStale, let second = attempt(handle) else { return wasStale ? nil : first }
            handle.hangUp()
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

/// Raised when nobody waits for a delivery any longer.
private final class StopSign: Sendable {
    private let raisedAt = Mutex<ContinuousClock.Instant?>(nil)

    func raise() { raisedAt.withLock { $0 = $0 ?? .now } }

    var isRaised: Bool { raisedAt.withLock { $0 != nil } }

    func isRaised(since milliseconds: Int) -> Bool {
        raisedAt.withLock { $0.map { ContinuousClock.now - $0 >= .milliseconds(milliseconds) } ?? false }
    }
}

/// One message on its way; lives as long as one call of libcurl.
private final class Delivery {
    private let message: [UInt8]
    private let stop: StopSign
    private var offset = 0
    private var replies: [String] = []
    /// Whether the server was told for whom the message is: from here a 5xx is about the recipient or the message.
    private var recipientIsTold = false

    init(_ message: [UInt8], until stop: StopSign) {
        self.message = message
        self.stop = stop
    }

    private var isHandedOver: Bool { offset >= message.count }

    func perform(_ handle: CurlHandle, _ server: MailServer, from: String, to: String, _ timeoutMilliseconds: Int)
        -> MailFailure?
    {
        if stop.isRaised { return .stopped }
        let recipients = CurlList(["<\(to)>"])
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
        handle.set(CURLOPT_MAIL_FROM, "<\(from)>")
        _ = quietanza_set_list(handle.raw, CURLOPT_MAIL_RCPT, recipients.raw)
        handle.set(CURLOPT_UPLOAD, 1)
        _ = quietanza_set_read(handle.raw) { buffer, size, count, context in
            guard let buffer, let context else { return 0 }
            return Unmanaged<Delivery>.fromOpaque(context).takeUnretainedValue().give(buffer, size * count)
        }
        _ = quietanza_set_pointer(handle.raw, CURLOPT_READDATA, context)
        _ = quietanza_set_header(handle.raw) { data, size, count, context in
            guard let data, let context else { return 0 }
            let line = String(decoding: UnsafeRawBufferPointer(start: data, count: size * count), as: UTF8.self)
            Unmanaged<Delivery>.fromOpaque(context).takeUnretainedValue().hear(line)
            return size * count
        }
        _ = quietanza_set_pointer(handle.raw, CURLOPT_HEADERDATA, context)
        // Every command passes here, the login's too: nothing of it is kept.
        handle.set(CURLOPT_VERBOSE, 1)
        _ = quietanza_set_debug(handle.raw) { raw, type, data, size, context in
            guard type == CURLINFO_HEADER_OUT, let data, let context else { return 0 }
            let command = UnsafeRawBufferPointer(start: data, count: size)
            if command.starts(with: "RCPT TO:".utf8) {
                Unmanaged<Delivery>.fromOpaque(context).takeUnretainedValue().recipientIsTold = true
            }
            // The answer to a goodbye is waited for beyond every other limit.
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

    private var mustStop: Bool {
        isHandedOver ? stop.isRaised(since: MailGateway.farewellMilliseconds) : stop.isRaised
    }

    private func give(_ buffer: UnsafeMutablePointer<CChar>, _ room: Int) -> Int {
        let count = min(room, message.count - offset)
        UnsafeMutableRawBufferPointer(start: buffer, count: room).copyBytes(from: message[offset..<offset + count])
        offset += count
        return count
    }

    private func hear(_ line: String) {
        if replies.count < 100 { replies.append(line.trimmingCharacters(in: .whitespacesAndNewlines)) }
    }

    /// The last line of the server's that bears this code, with every address masked.
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
                // 530: a login is wanted, which it may say at any stage.
                return recipientIsTold && replyCode != 530
                    ? .permanent(code: replyCode, reply: reply(replyCode))
                    : .refusesUs(code: replyCode, reply: reply(replyCode))
            }
            return isHandedOver ? .unsureIfAccepted : .unreachable(reason)
        default: return isHandedOver ? .unsureIfAccepted : .unreachable(reason)
        }
    }
}
