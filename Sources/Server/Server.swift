import ArgumentParser

/// The one binary. It wires everything, then gets out of the way.
@main
struct Server: AsyncParsableCommand {
    /// The contract's own version; a test compares them.
    static let version = "1.1.0"

    static let configuration = CommandConfiguration(
        commandName: "quietanza",
        abstract: "Debt positions, payments and receipts of a pagoPA intermediary.",
        discussion: """
            The configuration comes from the environment, or from a file named by --config with lines of NAME=value; \
            `quietanza check-config` tells every fault of it at once.
            """,
        version: version,
        subcommands: [
            Serve.self, LoopsCommand.self, Migrate.self, APIKeyCommand.self, PSPSecretCommand.self,
            PSPRelayCommand.self, RotateSecretsKey.self, DemoDataCommand.self, Verify.self,
            Retention.self, CheckConfig.self,
        ])
}
