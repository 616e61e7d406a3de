import Foundation

/// A TCP connection that sends exactly the given bytes, because client libraries normalize requests.
package final class RawConnection: Sendable {
    package struct CannotConnect: Error {}

    private let descriptor: Int32

    /// - Parameter receiveBufferBytes: a small buffer simulates a slow reader.
    package init(port: UInt16, receiveBufferBytes: Int32? = nil) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        if var bytes = receiveBufferBytes {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &bytes, socklen_t(MemoryLayout<Int32>.size))
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr = in_addr(s_addr: UInt32(0x7F00_0001).bigEndian)
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard connected else {
            close(descriptor)
            throw CannotConnect()
        }
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    }

    deinit {
        close(descriptor)
    }

    /// - Returns: whether the other side accepted all bytes.
    @discardableResult
    package func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    @discardableResult
    package func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    /// Whether the other side has reset the connection, without reading its bytes.
    package var isCut: Bool {
        var event = pollfd(fd: descriptor, events: 0, revents: 0)
        return poll(&event, 1, 0) > 0
    }

    /// Whether the other side has ended its output, without reading its bytes.
    package var isEnded: Bool {
        let hangup: Int16 = 0x2000  // POLLRDHUP
        var event = pollfd(fd: descriptor, events: hangup, revents: 0)
        return poll(&event, 1, 0) > 0
    }

    /// Ends the output.
    package func endSending() {
        shutdown(descriptor, Int32(SHUT_WR))
    }

    package struct Received: Sendable {
        package let text: String
        /// The other side has ended the connection.
        package let isClosed: Bool

        package var statuses: [Int] {
            text.components(separatedBy: "HTTP/1.1 ").dropFirst().compactMap { Int($0.prefix(3)) }
        }

        package func values(of header: String) -> [String] {
            text.components(separatedBy: "\r\n").filter { $0.lowercased().hasPrefix(header.lowercased() + ":") }
                .map { $0.dropFirst(header.count + 1).trimmingCharacters(in: .whitespaces) }
        }
    }

    /// Reads until the other side ends, until this text was received, or until the time limit.
    package func receive(seconds: Int = 10, until text: String? = nil) -> Received {
        let deadline = ContinuousClock.now + .seconds(seconds)
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let left = deadline - .now
            let milliseconds = left.components.seconds * 1_000 + left.components.attoseconds / 1_000_000_000_000_000
            var event = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard milliseconds > 0, poll(&event, 1, Int32(milliseconds)) > 0 else {
                return Received(text: String(decoding: received, as: UTF8.self), isClosed: false)
            }
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { return Received(text: String(decoding: received, as: UTF8.self), isClosed: true) }
            received += buffer[..<count]
            if let text, String(decoding: received, as: UTF8.self).contains(text) {
                return Received(text: String(decoding: received, as: UTF8.self), isClosed: false)
            }
        }
    }
}
