import ArgumentParser
import Documents

/// The process in which the service draws an SVG that a creditor sent; see docs/adr/0102.
struct DrawSVG: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: SVGProgram.name,
        abstract: "Read a cleaned SVG from standard input and write a PNG; the service starts this command itself.",
        shouldDisplay: false)

    func run() throws { throw ExitCode(SVGProgram.run()) }
}
