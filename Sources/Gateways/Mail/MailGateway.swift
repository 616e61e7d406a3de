import CCurl
import Foundation

/// Why a message did not go out, told by the stage and code of the SMTP reply; no address of anybody in it.
package enum MailFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// 4xx: later may be better.
    case transient(code: Int, reply: String)
    /// 5xx: never.
    case permanent(code: Int, reply: String)
    case unreachable(String)
    case timedOut
    case tls(String)
    case authentication(code: Int)
    /// The connection ended after the message was handed over: it may or may not have been taken.
    case unsureIfAccepted
    case badAddress
    /// Too many messages wait already.
    case busy

    package var isPermanent: Bool {
        switch self {
        case .permanent, .badAddress: true
        case .transient, .unreachable, .timedOut, .tls, .authentication, .unsureIfAccepted, .busy: false
        }
    }

    package var description: String {
        switch self {
        case .transient(let code, let reply), .permanent(let code, let reply): "SMTP \(code): \(reply)"
        case .unreachable(let detail): "the mail server can not be reached: \(detail)"
        case .timedOut: "the mail server did not answer in time"
        case .tls(let detail): "no trusted encryption with the mail server: \(detail)"
        case .authentication(let code): "the mail server refused our login (\(code))"
        case .unsureIfAccepted: "the connection ended before the mail server confirmed"
        case .badAddress: "the address can not be written to"
        case .busy: "too many messages wait already"
        }
    }
}

/// Hands messages to one SMTP server through libcurl; each worker keeps its connection for the next message.
package final class MailGateway: Sendable {
    static let connectTimeoutMilliseconds = 10_000
    static let totalTimeoutMilliseconds = 25_000

    private let server: MailServer
    private let workers: CurlWorkers

    package init(server: MailServer, threads: Int = 4, maximumWaiting: Int = 64) {
        self.server = server
        workers = CurlWorkers(name: "mail", threads: threads, maximumWaiting: maximumWaiting)
    }

    package func stop() { workers.stop() }

    /// - Parameter message: RFC 5322 bytes with CRLF.
    package func send(_ message: [UInt8], from: String, to: String) async throws(MailFailure) {
        // libcurl sends what it is given: a line break would be a second command.
        guard Self.isSafe(from), Self.isSafe(to) else { throw .badAddress }
        let server = server
        let outcome: MailFailure?
        do { outcome = try await workers.run { Delivery(message).perform($0, server, from: from, to: to) } } catch {
            throw .busy
        }
        if let outcome { throw outcome }
    }

    private static func isSafe(_ address: String) -> Bool {
        (3...254).contains(address.utf8.count) && address.utf8.filter { $0 == UInt8(ascii: "@") }.count == 1
            && address.utf8.allSatisfy { (0x21...0x7E).contains($0) && !Array("<>()[]\\,;:\"".utf8).contains($0) }
    }
}

/// One message on its way; lives as long as one call of libcurl.
private final class Delivery {
    private let message: [UInt8]
    private var offset = 0
    private var replies: [String] = []

    init(_ message: [UInt8]) {
        self.message = message
    }

    func perform(_ handle: CurlHandle, _ server: MailServer, from: String, to: String) -> MailFailure? {
        let recipients = CurlList(["<\(to)>"])
        let context = Unmanaged.passUnretained(self).toOpaque()
        handle.reset()
        let scheme = server.encryption == .implicit ? "smtps" : "smtp"
        handle.set(CURLOPT_URL, "\(scheme)://\(server.host):\(server.port)/quietanza")
        handle.set(CURLOPT_PROTOCOLS_STR, "smtp,smtps")
        handle.set(CURLOPT_SSLVERSION, 6)  // CURL_SSLVERSION_TLSv1_2
        if server.encryption == .starttls { handle.set(CURLOPT_USE_SSL, Int(CURLUSESSL_ALL.rawValue)) }
        if let user = server.user { handle.set(CURLOPT_USERNAME, user) }
        if let password = server.password { handle.set(CURLOPT_PASSWORD, password) }
        handle.set(CURLOPT_CONNECTTIMEOUT_MS, MailGateway.connectTimeoutMilliseconds)
        handle.set(CURLOPT_TIMEOUT_MS, MailGateway.totalTimeoutMilliseconds)
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
        let code = withExtendedLifetime((self, recipients)) { handle.perform() }
        return failure(code, replyCode: handle.responseCode)
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
        switch code {
        case CURLE_OK: return nil
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT:
            return .unreachable(String(cString: curl_easy_strerror(code)))
        case CURLE_OPERATION_TIMEDOUT: return offset >= message.count ? .unsureIfAccepted : .timedOut
        case CURLE_USE_SSL_FAILED, CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION:
            return .tls(String(cString: curl_easy_strerror(code)))
        case CURLE_LOGIN_DENIED: return .authentication(code: replyCode)
        case CURLE_SEND_ERROR, CURLE_WEIRD_SERVER_REPLY, CURLE_QUOTE_ERROR, CURLE_REMOTE_ACCESS_DENIED:
            if (400..<500).contains(replyCode) { return .transient(code: replyCode, reply: reply(replyCode)) }
            if (500..<600).contains(replyCode) { return .permanent(code: replyCode, reply: reply(replyCode)) }
            return offset >= message.count ? .unsureIfAccepted : .unreachable(String(cString: curl_easy_strerror(code)))
        default:
            return offset >= message.count ? .unsureIfAccepted : .unreachable(String(cString: curl_easy_strerror(code)))
        }
    }
}
