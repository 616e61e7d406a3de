import CCurl
import Foundation
import Synchronization

/// A few threads, each with its own libcurl handle, so that neither an event loop nor Swift's cooperative threads wait for the outside.
/// A handle keeps its connection between jobs. More jobs than the queue holds are refused at once.
final class CurlWorkers: Sendable {
    struct Busy: Error {}

    private struct Jobs {
        var waiting: [@Sendable (CurlHandle) -> Void] = []
        var isStopped = false
    }

    private let jobs = Mutex(Jobs())
    private let available = DispatchSemaphore(value: 0)
    private let maximumWaiting: Int

    init(name: String, threads: Int, maximumWaiting: Int) {
        self.maximumWaiting = maximumWaiting
        self.threads = threads
        _ = Self.globalInit
        for number in 1...threads {
            let thread = Thread { [weak self] in
                let handle = CurlHandle()
                while true {
                    guard let available = self?.available else { return }
                    available.wait()
                    guard let self else { return }
                    let job = self.jobs.withLock { jobs -> (@Sendable (CurlHandle) -> Void)? in
                        jobs.waiting.isEmpty ? nil : jobs.waiting.removeFirst()  // it is not empty
                    }
                    guard let job else { return }
                    job(handle)
                }
            }
            thread.name = "\(name)-\(number)"
            thread.start()
        }
    }

    private let threads: Int
    private static let globalInit: Void = { _ = curl_global_init(Int(CURL_GLOBAL_ALL)) }()

    /// Ends the threads once their jobs are done.
    func stop() {
        jobs.withLock { $0.isStopped = true }
        for _ in 0..<threads { available.signal() }
    }

    /// - Throws: `Busy` when too many wait already.
    func run<R: Sendable>(_ work: @escaping @Sendable (CurlHandle) -> R) async throws(Busy) -> R {
        let isTaken = jobs.withLock { !$0.isStopped && $0.waiting.count < maximumWaiting }
        guard isTaken else { throw Busy() }
        return await withCheckedContinuation { continuation in
            jobs.withLock { $0.waiting.append { handle in continuation.resume(returning: work(handle)) } }
            available.signal()
        }
    }
}

/// One libcurl handle; used by the thread that made it and no other.
final class CurlHandle {
    let raw: UnsafeMutableRawPointer?

    init() {
        raw = curl_easy_init()
    }

    deinit {
        curl_easy_cleanup(raw)
    }

    func reset() {
        curl_easy_reset(raw)
        // Signals and proxies of the environment are not for a server.
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_PROXY, "")
    }

    func set(_ option: CURLoption, _ value: Int) { _ = quietanza_set_long(raw, option, value) }
    func set(_ option: CURLoption, _ value: String) { _ = quietanza_set_text(raw, option, value) }

    func perform() -> CURLcode { curl_easy_perform(raw) }

    /// Whether the last call went over a connection of an earlier one.
    var reusedConnection: Bool {
        var count = 0
        return quietanza_new_connections(raw, &count) == CURLE_OK && count == 0
    }

    /// Ends the connection of the last call, so that the next one makes its own.
    func hangUp() {
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

/// A list of texts in libcurl's own form, freed with this object.
final class CurlList {
    private(set) var raw: UnsafeMutablePointer<curl_slist>?

    init(_ items: [String]) {
        for item in items { raw = curl_slist_append(raw, item) }
    }

    deinit {
        curl_slist_free_all(raw)
    }
}
