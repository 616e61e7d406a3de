import ArgumentParser
import Configuration
import Hummingbird
@main struct Server: AsyncParsableCommand { mutating func run() async throws {} }
