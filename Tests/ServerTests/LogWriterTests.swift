import Foundation
import Testing

@testable import Server

/// Logging to a reader that stalls or closes.
@Suite struct LogWriterTests {
    private final class Pipe: Sendable {
        let reading: Int32
        let writing: Int32

        init() throws {
            var ends: [Int32] = [0, 0]
            try #require(pipe(&ends) == 0)
            (reading, writing) = (ends[0], ends[1])
        }

        func endWriting() { close(writing) }

        /// Reads until the writing end is closed.
        func rest() -> [UInt8] {
            var all: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 4_096)
            while true {
                let count = read(reading, &buffer, buffer.count)
                guard count > 0 else { break }
                all += buffer[..<count]
            }
            close(reading)
            return all
        }
    }

    @Test(arguments: [false, true])
    func `a stalled reader blocks no writer, and later reads whole lines in order`(
        nonblocking: Bool
    ) async throws {
        let pipe = try Pipe()
        if nonblocking { _ = fcntl(pipe.writing, F_SETFL, O_NONBLOCK) }
        let writer = LogWriter(descriptor: pipe.writing, maximumWaitingBytes: 1_000_000)
        let count = 20_000

        // No process reads, and the lines exceed pipe and memory. Each call returns.
        for number in 0..<count {
            writer.append(Array("\(number) \(String(repeating: "x", count: 90))\n".utf8))
        }

        #expect(!writer.flush(withinMilliseconds: 1))
        let dropped = writer.dropped
        #expect(dropped > 0)
        // Both block in their own threads, so that they do not block other tests.
        let bytes = await withCheckedContinuation { done in
            DispatchQueue.global().async {
                while !writer.flush(withinMilliseconds: 1_000) {}
                pipe.endWriting()
            }
            DispatchQueue.global().async { done.resume(returning: pipe.rest()) }
        }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        #expect(lines.count + dropped == count)
        #expect(lines.allSatisfy { $0.hasSuffix(" " + String(repeating: "x", count: 90)) })
        let numbers = lines.compactMap { $0.split(separator: " ").first.flatMap { Int($0) } }
        #expect(numbers == numbers.sorted() && Set(numbers).count == lines.count)
    }

    @Test func `lines for a closed reader are dropped, and no writer waits`() throws {
        let writer = LogWriter(descriptor: -1)
        for _ in 0..<10 { writer.append(Array("line\n".utf8)) }
        #expect(writer.flush(withinMilliseconds: 10_000))
    }
}
