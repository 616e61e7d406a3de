import Foundation
import Synchronization

/// Answers whatever it is told to, byte by byte: what a server of others may do to us.
package final class HostileServer: Sendable {
    package struct CannotListen: Error {}

    package enum Behaviour: Sendable {
        /// These bytes, and the end.
        case says([UInt8])
        /// A head, and then a body without an end.
        case floods(head: String)
        /// Nothing at all.
        case isSilent
    }

    package let port: UInt16
    private let listener: Int32
    private let behaviour: Behaviour
    private let state = Mutex((visits: 0, isClosed: false, listens: true, heard: "", clients: Set<Int32>()))

    package init(_ behaviour: Behaviour) throws {
        self.behaviour = behaviour
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
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

    /// `status` with this body.
    package convenience init(status: Int = 200, type: String = "application/json", headers: String = "", body: String)
        throws
    {
        let head =
            "HTTP/1.1 \(status) X\r\nContent-Type: \(type)\r\nContent-Length: \(body.utf8.count)\r\n\(headers)\r\n"
        try self.init(.says(Array((head + body).utf8)))
    }

    /// How often somebody came.
    package var visits: Int { state.withLock(\.visits) }

    /// The last request, head and body.
    package var heard: String { state.withLock(\.heard) }

    /// Ends the connections that are open.
    package func hangUp() {
        state.withLock { for client in $0.clients { shutdown(client, Int32(SHUT_RDWR)) } }
    }

    package func close() {
        // In one step: the accepting thread closes the listener once it sees `isClosed`, and its number may then be another socket's.
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
            guard !state.withLock({ $0.isClosed }) else {
                Foundation.close(client)
                return
            }
            state.withLock { $0.visits += 1 }
            Thread.detachNewThread { [self] in serve(client) }
        }
    }

    private func serve(_ client: Int32) {
        state.withLock { _ = $0.clients.insert(client) }
        defer {
            // Together, so that `hangUp` never ends another socket with this number.
            state.withLock { state in
                state.clients.remove(client)
                Foundation.close(client)
            }
        }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        var heard: [UInt8] = []
        // Head and body arrive in one or two pieces; the end of the body is an object's end.
        while heard.last != UInt8(ascii: "}") {
            let count = recv(client, &buffer, buffer.count, 0)
            guard count > 0 else { return }
            heard += buffer[..<count]
        }
        state.withLock { [heard] in $0.heard = String(decoding: heard, as: UTF8.self) }
        switch behaviour {
        case .says(let bytes): _ = send(client, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        case .floods(let head):
            _ = send(client, Array(head.utf8), head.utf8.count, Int32(MSG_NOSIGNAL))
            let block = [UInt8](repeating: UInt8(ascii: " "), count: 65_536)
            while send(client, block, block.count, Int32(MSG_NOSIGNAL)) > 0 {}
        case .isSilent: while recv(client, &buffer, buffer.count, 0) > 0 {}
        }
    }
}
