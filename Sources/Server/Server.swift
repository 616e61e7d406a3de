import ArgumentParser

/// The entry point of the program.
@main
struct Server: AsyncParsableCommand {
    /// The version of the contract; a test compares the two.
    static let version = "0.2.0"

    static let configuration = CommandConfiguration(
        commandName: "quietanza",
        abstract: "Debt positions, payments and receipts of a pagoPA intermediary.",
        discussion: """
            The configuration comes from the environment, or from a file named by --config with lines of NAME=value; \
            `quietanza check-config` reports all its faults at once.
            """,
        version: version,
        subcommands: [
            Serve.self, BackgroundJobsCommand.self, Migrate.self, APIKeyCommand.self, PSPSecretCommand.self,
            PSPRelayCommand.self, RotateSecretsKey.self, DemoDataCommand.self, Verify.self,
            Retention.self, CheckConfig.self, Doctor.self, DrawSVG.self,
        ])
}
