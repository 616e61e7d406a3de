import Dispatch
import Foundation
import Glibc
import Metrics
import Synchronization

/// Writes log lines from its own thread, so that a slow reader of the log never blocks a request. Lines wait in memory up to a
/// limit; further lines are dropped and counted.
final class LogWriter: Sendable {
    static let standardOutput = LogWriter(descriptor: 1)
    static let maximumWaitingBytes = 8 * 1_024 * 1_024
    private static let maximumWriteBytes = 64 * 1_024
    /// After a write the thread lets lines gather for this time, so that it is not woken for each line of a busy service.
    private static let gatheringMicroseconds: UInt32 = 2_000
    /// How long the process waits at exit for unwritten lines.
    static let flushMilliseconds = 2_000

    private struct State {
        var lines: [[UInt8]] = []
        var bytes = 0
        var dropped = 0
        var isWriting = false
        var hasThread = false
    }

    private let descriptor: Int32
    private let maximumBytes: Int
    private let state = Mutex(State())
    private let available = DispatchSemaphore(value: 0)
    /// Entered while lines are waiting.
    private let pending = DispatchGroup()

    init(descriptor: Int32, maximumWaitingBytes: Int = LogWriter.maximumWaitingBytes) {
        self.descriptor = descriptor
        self.maximumBytes = maximumWaitingBytes
    }

    /// Dropped lines that are not reported yet.
    var dropped: Int { state.withLock(\.dropped) }

    /// Returns at once, even if the reader of the log is blocked.
    func append(_ line: [UInt8]) {
        let (mustWake, needsThread) = state.withLock { state in
            guard state.bytes + line.count <= maximumBytes else {
                state.dropped += 1
                return (false, false)
            }
            state.lines.append(line)
            state.bytes += line.count
            let isFirst = !state.isWriting
            if isFirst {
                state.isWriting = true
                pending.enter()
            }
            defer { state.hasThread = true }
            return (isFirst, !state.hasThread)
        }
        if needsThread {
            let thread = Thread { [self] in serve() }
            thread.name = "log"
            thread.start()
        }
        if mustWake { available.signal() }
    }

    /// Waits until all lines appended so far are written, at most for the given time.
    @discardableResult
    func flush(withinMilliseconds milliseconds: Int = LogWriter.flushMilliseconds) -> Bool {
        pending.wait(timeout: .now() + .milliseconds(milliseconds)) == .success
    }

    private func serve() {
        while true {
            available.wait()
            writeAll()
        }
    }

    private func writeAll() {
        while true {
            let (lines, dropped) = state.withLock { state in
                let taken = (state.lines, state.dropped)
                state.lines = []
                state.dropped = 0
                if taken.0.isEmpty, taken.1 == 0 {
                    state.isWriting = false
                    pending.leave()
                }
                return taken
            }
            if lines.isEmpty, dropped == 0 { return }
            let lost = dropped + write(lines)
            if lost > 0 { Counter(label: "log_lines_dropped_total").increment(by: lost) }
            usleep(Self.gatheringMicroseconds)
        }
    }

    /// - Returns: the number of lines that could not be written.
    private func write(_ lines: [[UInt8]]) -> Int {
        var lost = 0
        var batch: [UInt8] = []
        var count = 0
        for (index, line) in lines.enumerated() {
            batch += line
            count += 1
            guard batch.count >= Self.maximumWriteBytes || index == lines.count - 1 else { continue }
            if !write(batch) { lost += count }
            // Subtract only after the write: until then the lines occupy memory.
            let bytes = batch.count
            state.withLock { $0.bytes -= bytes }
            batch.removeAll(keepingCapacity: true)
            count = 0
        }
        return lost
    }

    /// Writes complete lines, and resumes after an interrupted or partial write.
    private func write(_ lines: [UInt8]) -> Bool {
        var offset = 0
        while offset < lines.count {
            let written = lines.withUnsafeBytes { bytes in
                bytes.baseAddress.map { Glibc.write(descriptor, $0 + offset, bytes.count - offset) } ?? -1
            }
            if written > 0 {
                offset += written
                continue
            }
            switch errno {
            case EINTR: continue
            case EAGAIN:
                var descriptor = pollfd(fd: self.descriptor, events: Int16(POLLOUT), revents: 0)
                _ = poll(&descriptor, 1, 1_000)
            default: return false
            }
        }
        return true
    }
}
