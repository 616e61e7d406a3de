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
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
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
    /// Like `waitUntilExit`, which runs a run loop and may miss the end of a process on a thread of the concurrency pool.
    package func waitForEnd() {
        while isRunning { usleep(1_000) }
    }
}
