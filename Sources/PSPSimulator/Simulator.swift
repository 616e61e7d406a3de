import ArgumentParser
import Hummingbird

@main
struct Simulator: AsyncParsableCommand {
    func run() async throws {
        let app = Application(router: Router())
        try await app.runService()
    }
}
