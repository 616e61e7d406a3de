import CCurl
import Foundation
import Workers

/// Threads with one libcurl handle each, so that slow servers block neither an event loop nor Swift's cooperative threads.
typealias CurlWorkers = Workers<CurlHandle>

extension Workers where Resource == CurlHandle {
    /// - Parameters:
    ///   - key: whose limit of concurrent calls applies.
    ///   - deadline: for the whole call: waiting for a thread, name resolution and the answer.
    func perform(_ call: HTTPCall, for key: String, until deadline: ContinuousClock.Instant)
        async throws(HTTPCall.Failure) -> HTTPCall.Answer
    {
        do { try call.policy.check(call.url) } catch { throw .notAllowed }
        let outcome: Result<HTTPCall.Answer, HTTPCall.Failure>
        do throws(CurlWorkers.Rejection) {
            outcome = try await run(for: key, until: deadline) { call.perform($0, until: deadline) }
        } catch {
            switch error {
            case .busy, .expired, .stopped: throw .notSent
            case .abandoned: throw .timedOut
            }
        }
        return try outcome.get()
    }
}

/// One libcurl handle. Only the thread that created it may use it.
final class CurlHandle {
    let raw: UnsafeMutableRawPointer?

    private static let globalInit: Void = { _ = curl_global_init(Int(CURL_GLOBAL_ALL)) }()

    init() {
        _ = Self.globalInit
        raw = curl_easy_init()
    }

    deinit {
        curl_easy_cleanup(raw)
    }

    func reset() {
        curl_easy_reset(raw)
        // A server uses neither signals nor the proxies from the environment.
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_PROXY, "")
        // End a call that times out during name resolution at once; otherwise libcurl waits for its resolver thread.
        set(CURLOPT_QUICK_EXIT, 1)
    }

    func set(_ option: CURLoption, _ value: Int) { _ = quietanza_set_long(raw, option, value) }
    func set(_ option: CURLoption, _ value: String) { _ = quietanza_set_text(raw, option, value) }

    func perform() -> CURLcode { curl_easy_perform(raw) }

    /// Whether the last call reused a connection.
    var reusedConnection: Bool {
        var count = 0
        return quietanza_new_connections(raw, &count) == CURLE_OK && count == 0
    }

    /// Closes the connection of the last call, so that the next call opens a new one.
    func closeConnection() {
        var socket = quietanza_no_socket()
        guard quietanza_active_socket(raw, &socket) == CURLE_OK, socket != quietanza_no_socket() else { return }
        shutdown(socket, Int32(SHUT_RDWR))
    }

    var responseCode: Int {
        var code = 0
        _ = quietanza_response_code(raw, &code)
        return code
    }

    var contentType: String? {
        var type: UnsafeMutablePointer<CChar>?
        _ = quietanza_content_type(raw, &type)
        return type.map { String(cString: $0) }
    }
}

/// A libcurl string list, freed with this object.
final class CurlList {
    private(set) var raw: UnsafeMutablePointer<curl_slist>?

    init(_ items: [String]) {
        for item in items { raw = curl_slist_append(raw, item) }
    }

    deinit {
        curl_slist_free_all(raw)
    }
}
