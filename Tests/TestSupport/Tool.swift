import Foundation

/// Independent programs that read the output of the service.
package enum Tool {
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// Runs a program and returns its output.
    @discardableResult
    package static func run(_ program: String, _ arguments: [String], input: [UInt8]? = nil) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [program] + arguments
        process.standardInput = FileHandle.nullDevice
        let output = try process.start { process in
            let output = Pipe()
            process.standardOutput = output
            process.standardError = output
            return output
        }
        let data = output.fileHandleForReading.readDataToEndOfFile()
        // A Process object may live long and hold its files open.
        try? output.fileHandleForReading.close()
        try? output.fileHandleForWriting.close()
        process.waitForEnd()
        let text = String(decoding: data, as: UTF8.self)
        guard process.terminationStatus == 0 else { throw Failure(description: "\(program): \(text)") }
        return text
    }

    /// The text that poppler extracts from a PDF.
    package static func text(of pdf: [UInt8]) throws -> String {
        try withFile(pdf, suffix: "pdf") { try run("pdftotext", ["-layout", "-enc", "UTF-8", $0, "-"]) }
    }

    package static func withFile<Value>(_ bytes: [UInt8], suffix: String, _ body: (String) throws -> Value) throws
        -> Value
    {
        let url = FileManager.default.temporaryDirectory.appending(path: "quietanza-\(UUID().uuidString).\(suffix)")
        try Data(bytes).write(to: url)
        defer { try? FileManager.default.removeItem(at: url) }
        return try body(url.path)
    }
}

extension Process {
    // Foundation's `run` lists the open descriptors and closes them in the child. A descriptor that another thread opens between the two
    // would stay open in this child, and who reads its other end would wait for the child's end.
    private static let launching = NSLock()

    /// Like `run`, but one process starts at a time.
    ///
    /// - Parameter prepare: opens the pipes of the process.
    package func start<Value>(_ prepare: (Process) -> Value) throws -> Value {
        Self.launching.lock()
        defer { Self.launching.unlock() }
        let value = prepare(self)
        try run()
        return value
    }

    package func start() throws { try start { _ in } }

    /// Like `waitUntilExit`, which runs a run loop and may miss the end of a process on a thread of the concurrency pool.
    package func waitForEnd() {
        while isRunning { usleep(1_000) }
    }
}
