import CRSVG
import Glibc
import PagoPA

/// Draws cleaned SVGs, each in a process of its own: its time, memory and output are bounded, it has no environment, no open files but two in
/// memory, and can open no others. A picture that needs more ends that process and is rejected.
package struct SVGPainter: Sendable {
    /// A program that calls ``SVGProgram/run()`` when its first argument is ``SVGProgram/name``.
    private let program: String

    /// - Parameter program: by default this process's own, also when an upgrade has replaced its file.
    package init(program: String = "/proc/self/exe") { self.program = program }

    /// - Throws: ``LogoFault`` for what cannot be drawn; ``DocumentFailure`` if no process can be started.
    func png(of svg: [UInt8]) throws -> [UInt8] {
        let input = try MemoryFile(svg)
        let output = try MemoryFile([])
        switch try run(reading: input.descriptor, writing: output.descriptor) {
        case .drawn: return output.content(upTo: SVGProgram.maximumOutputBytes)
        case .sizeless:
            throw LogoFault(
                code: .outOfRange,
                text: "must have a viewBox, or a width and a height, from \(SVGProgram.sides.lowerBound) to "
                    + "\(SVGProgram.sides.upperBound), and be at most \(Int(SVGProgram.maximumRatio)) times as wide as high or as high as wide"
            )
        case .blank: throw LogoFault(code: .badFormat, text: "draws nothing that is visible on white")
        case .damaged: throw LogoFault(code: .badFormat, text: "cannot be drawn")
        case .unbounded: throw DocumentFailure.drawing("the process that draws an SVG cannot limit itself")
        case .excessive, nil:
            throw LogoFault(
                code: .notAllowed, text: "takes too much time or memory to draw: simplify it, or send a PNG")
        }
    }

    /// - Returns: how the process ended; `nil` if a signal ended it.
    private func run(reading input: Int32, writing output: Int32) throws -> SVGProgram.Outcome? {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
        quietanza_close_from(&actions, STDERR_FILENO + 1)
        Self.setSignals(&attributes)
        var arguments: [UnsafeMutablePointer<CChar>?] = [strdup(program), strdup(SVGProgram.name), nil]
        var environment: [UnsafeMutablePointer<CChar>?] = [nil]
        defer { for argument in arguments { free(argument) } }
        var process = pid_t()
        let error = posix_spawn(&process, program, &actions, &attributes, &arguments, &environment)
        guard error == 0 else { throw DocumentFailure.drawing("no process can be started to draw an SVG: \(error)") }
        return Self.outcome(of: process)
    }

    /// The process shall not inherit signals that this one ignores or blocks: they are its limits.
    private static func setSignals(_ attributes: inout posix_spawnattr_t) {
        var (none, defaults) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        sigemptyset(&defaults)
        for signal in [SIGPIPE, SIGALRM, SIGXCPU, SIGXFSZ, SIGTERM, SIGINT] { sigaddset(&defaults, signal) }
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        posix_spawnattr_setflags(&attributes, Int16(clamping: POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    }

    /// Waits for the end, which the process's own alarm guarantees.
    private static func outcome(of process: pid_t) -> SVGProgram.Outcome? {
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 { if errno != EINTR { return nil } }
        // The lower seven bits are the signal that ended the process, the next byte is its exit status.
        guard status & 0x7F == 0 else { return nil }
        return SVGProgram.Outcome(rawValue: (status >> 8) & 0xFF) ?? .damaged
    }
}

/// A file without a name, in memory, which disappears with its last descriptor.
private final class MemoryFile {
    let descriptor: Int32

    init(_ content: [UInt8]) throws {
        descriptor = quietanza_memory_file("quietanza-svg")
        guard descriptor >= 0 else { throw DocumentFailure.drawing("no file in memory can be created: \(errno)") }
        guard write(descriptor, content, content.count) == content.count, lseek(descriptor, 0, SEEK_SET) == 0 else {
            throw DocumentFailure.drawing("a file in memory cannot be written: \(errno)")
        }
    }

    deinit { close(descriptor) }

    func content(upTo maximum: Int) -> [UInt8] {
        lseek(descriptor, 0, SEEK_SET)
        return SVGProgram.content(of: descriptor, upTo: maximum)
    }
}
