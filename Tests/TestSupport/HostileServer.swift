import Foundation
import Synchronization

/// A server with a hostile behaviour, controlled byte by byte.
package final class HostileServer: Sendable {
    package struct CannotListen: Error {}

    package enum Behaviour: Sendable {
        /// Sends these bytes and closes.
        case sends([UInt8])
        /// Sends a head and an endless body.
        case floods(head: String)
        /// Sends these bytes, made anew for each request, and closes.
        case answers(@Sendable () -> [UInt8])
        /// Sends nothing.
        case isSilent
    }

    package let port: UInt16
    private let listener: Int32
    private let behaviour: Behaviour
    private let state = Mutex((connectionCount: 0, isClosed: false, listens: true, received: "", clients: Set<Int32>()))

    package init(_ behaviour: Behaviour) throws {
        self.behaviour = behaviour
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        self.listener = listener
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr = in_addr(s_addr: UInt32(0x7F00_0001).bigEndian)
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

    /// A response with this status and body.
    package convenience init(status: Int = 200, type: String = "application/json", headers: String = "", body: String)
        throws
    {
        let head =
            "HTTP/1.1 \(status) X\r\nContent-Type: \(type)\r\nContent-Length: \(body.utf8.count)\r\n\(headers)\r\n"
        try self.init(.sends(Array((head + body).utf8)))
    }

    /// The number of connections so far.
    package var connectionCount: Int { state.withLock(\.connectionCount) }

    /// The last request, head and body.
    package var received: String { state.withLock(\.received) }

    /// Closes the open connections.
    package func closeConnections() {
        state.withLock { for client in $0.clients { shutdown(client, Int32(SHUT_RDWR)) } }
    }

    package func close() {
        // In one step, because the accepting thread closes the listener when it sees `isClosed`, and its descriptor may then be reused.
        state.withLock { state in
            state.isClosed = true
            if state.listens { _ = shutdown(listener, Int32(SHUT_RDWR)) }
        }
    }

    private func accept() {
        defer {
            state.withLock { state in
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
            state.withLock { $0.connectionCount += 1 }
            Thread.detachNewThread { [self] in serve(client) }
        }
    }

    private func serve(_ client: Int32) {
        state.withLock { _ = $0.clients.insert(client) }
        defer {
            // In one step, so that `closeConnections` never closes another socket with this descriptor.
            state.withLock { state in
                state.clients.remove(client)
                Foundation.close(client)
            }
        }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        var received: [UInt8] = []
        // Head and body arrive in one or two pieces; the body ends with the end of a JSON object. A GET has no body.
        while received.last != UInt8(ascii: "}"),
            !(received.starts(with: Array("GET ".utf8)) && received.suffix(4) == Array("\r\n\r\n".utf8)[...])
        {
            let count = recv(client, &buffer, buffer.count, 0)
            guard count > 0 else { return }
            received += buffer[..<count]
        }
        state.withLock { [received] in $0.received = String(decoding: received, as: UTF8.self) }
        switch behaviour {
        case .answers(let make):
            let bytes = make()
            _ = send(client, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        case .sends(let bytes): _ = send(client, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        case .floods(let head):
            _ = send(client, Array(head.utf8), head.utf8.count, Int32(MSG_NOSIGNAL))
            let block = [UInt8](repeating: UInt8(ascii: " "), count: 65_536)
            while send(client, block, block.count, Int32(MSG_NOSIGNAL)) > 0 {}
        case .isSilent: while recv(client, &buffer, buffer.count, 0) > 0 {}
        }
    }
}
