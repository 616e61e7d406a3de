import Foundation
import Synchronization

/// A TCP proxy between a pool and PostgreSQL that counts round trips, stops forwarding, or closes the connections.
package final class Proxy: Sendable {
    package struct CannotListen: Error {}

    private struct State {
        var sockets: Set<Int32> = []
        var roundTrips = 0
        var isSilent = false
        var closesAtNextResponse = false
        var isClosed = false
        /// Whether the listening socket is still open.
        var listens = true
    }

    package let port: UInt16
    private let upstream: UInt16
    private let listener: Int32
    private let state = Mutex(State())

    package init(to upstream: UInt16) throws {
        self.upstream = upstream
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        self.listener = listener
        var address = Proxy.loopback(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { socketAddress in
                bind(listener, socketAddress, length) == 0 && listen(listener, 64) == 0
                    && getsockname(listener, socketAddress, &length) == 0
            }
        }
        guard bound else { throw CannotListen() }
        port = UInt16(bigEndian: address.sin_port)
        Thread.detachNewThread { [self] in accept() }
    }

    /// A port without a listener, outside the range that the kernel assigns to outgoing connections: otherwise a client of a stopped
    /// server might be assigned that port itself.
    package static func freePort() throws -> UInt16 {
        for _ in 0..<2_000 {
            let port = UInt16.random(in: portRange)
            guard reserved.withLock({ $0.insert(port).inserted }) else { continue }
            let candidate = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
            defer { Foundation.close(candidate) }
            var address = loopback(port: port)
            let isFree = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(candidate, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
                }
            }
            if isFree { return port }
        }
        throw CannotListen()
    }

    /// Below the range from which the kernel takes the local ports of outgoing connections.
    private static let portRange: ClosedRange<UInt16> = 10_000...32_000
    /// The ports that this process has assigned to tests, so that no port is assigned twice.
    private static let reserved = Mutex<Set<UInt16>>([])

    /// The number of round trips on all connections: how often the client sent after the server.
    package var roundTrips: Int { state.withLock { $0.roundTrips } }

    /// The proxy accepts connections and forwards nothing.
    package func stopForwarding(_ silent: Bool = true) {
        state.withLock { $0.isSilent = silent }
    }

    /// Requests from now on still arrive, but the connection closes instead of forwarding the response.
    package func closeAtNextResponse() {
        state.withLock { $0.closesAtNextResponse = true }
    }

    /// Ends all connections; new ones are served.
    package func closeConnections() {
        state.withLock { state in
            for socket in state.sockets { shutdown(socket, Int32(SHUT_RDWR)) }
            state.closesAtNextResponse = false
        }
    }

    package func close() {
        // In one step, because the accepting thread closes the listener when it sees `isClosed`, and its descriptor may then be reused.
        state.withLock { state in
            state.isClosed = true
            if state.listens { _ = shutdown(listener, Int32(SHUT_RDWR)) }
        }
        closeConnections()
    }

    private static func loopback(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr = in_addr(s_addr: UInt32(0x7F00_0001).bigEndian)
        return address
    }

    private func accept() {
        // Under the lock, because a closed descriptor may be reused by another test's connection at once.
        defer {
            state.withLock { state in
                state.isClosed = true
                state.listens = false
                Foundation.close(listener)
            }
        }
        while true {
            let client = Foundation.accept(listener, nil, nil)
            if client < 0, errno == EINTR || errno == ECONNABORTED { continue }
            guard client >= 0 else { return }
            _ = fcntl(client, F_SETFD, FD_CLOEXEC)
            guard !state.withLock({ $0.isClosed }) else {
                Foundation.close(client)
                return
            }
            let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
            var address = Proxy.loopback(port: upstream)
            let connected = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
                }
            }
            guard connected else {
                Foundation.close(client)
                Foundation.close(server)
                continue
            }
            state.withLock { $0.sockets.formUnion([client, server]) }
            let left = Mutex(2)
            let lastWasAnswer = Mutex(true)
            let beginsRoundTrip: @Sendable (Bool) -> Bool = { isAnswer in
                lastWasAnswer.withLock { last in
                    defer { last = isAnswer }
                    return !isAnswer && last
                }
            }
            let end: @Sendable () -> Void = { [self] in
                shutdown(client, Int32(SHUT_RDWR))
                shutdown(server, Int32(SHUT_RDWR))
                guard
                    left.withLock({
                        $0 -= 1
                        return $0 == 0
                    })
                else { return }
                // Under the lock, so that no other thread closes a descriptor that was reused.
                state.withLock { state in
                    for socket in [client, server] where state.sockets.remove(socket) != nil {
                        Foundation.close(socket)
                    }
                }
            }
            Thread.detachNewThread { [self] in
                pump(from: client, to: server, isAnswer: false, beginsRoundTrip)
                end()
            }
            Thread.detachNewThread { [self] in
                pump(from: server, to: client, isAnswer: true, beginsRoundTrip)
                end()
            }
        }
    }

    /// - Parameter beginsRoundTrip: whether the next bytes of this side begin a round trip of this connection.
    private func pump(
        from source: Int32, to target: Int32, isAnswer: Bool, _ beginsRoundTrip: (_ isAnswer: Bool) -> Bool
    ) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(source, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            let (isSilent, mustCut) = state.withLock { state in
                if beginsRoundTrip(isAnswer) { state.roundTrips += 1 }
                return (state.isSilent, isAnswer && state.closesAtNextResponse)
            }
            if mustCut { break }
            if isSilent { continue }
            guard send(target, buffer, count, Int32(MSG_NOSIGNAL)) == count else { break }
        }
    }
}
