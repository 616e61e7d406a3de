import Hummingbird
import Logging

/// Listens and serves until the program is told to stop.
struct PortalServer: Sendable {
    let settings: PortalSettings

    func run() async throws {
        let router = Router()
        router.get("live") { _, _ in HTTPResponse.Status.noContent }
        let application = Application(
            router: router,
            configuration: ApplicationConfiguration(
                address: .hostname(settings.host, port: settings.port), serverName: "quietanza-portal"))
        try await application.runService()
    }
}
