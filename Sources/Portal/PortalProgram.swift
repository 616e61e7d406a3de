import ArgumentParser

/// The entry point of the citizens' portal: server-rendered pages over the service's public HTTP API.
@main
struct PortalProgram: AsyncParsableCommand {
    static let version = "0.2.0"
    static let configuration = CommandConfiguration(
        commandName: "quietanza-portal",
        abstract: "The citizens' portal and the staff desk: pay and get receipts; find payments and decide.",
        discussion: """
            It has no database. It calls the API of the service with an API key of kind frontend, and stores each visitor's \
            session in an encrypted cookie. Staff sign in to the desk with API keys of their own.

            The configuration comes from the environment:

            \(PortalSettings.help)
            """,
        version: version,
        subcommands: [ServePortal.self])
}

struct ServePortal: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Serve the pages until SIGTERM or SIGINT.")

    func run() async throws {
        let settings = try PortalSettings.read()
        try await PortalServer(settings: settings).run()
    }
}
