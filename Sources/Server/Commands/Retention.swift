import Accounts
import ArgumentParser
import JSON
import Operations
import PagoPA

struct Retention: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Forget what is past its time; payment facts stay.",
        discussion: "The loops do this every hour; --dry-run tells what would go.")

    @OptionGroup var common: CommonOptions
    @Flag(help: "Only count.") var dryRun = false
    @Option(help: "text or json.") var format = OutputFormat.text

    func run() async throws {
        try await withWiring(common) { wiring in
            let found =
                dryRun ? try await wiring.intermediary.listOldData() : try await wiring.intermediary.forgetOldData()
            switch format {
            case .json:
                tell(
                    text { json in
                        json.field("dry_run", dryRun)
                        json.object("rows") { json in
                            for entry in found { json.field(entry.rule.rawValue, entry.rows) }
                        }
                    })
            case .text:
                for entry in found {
                    tell("\(entry.rows) \(dryRun ? "past their time" : "forgotten"): \(entry.rule.detail)")
                }
            }
        }
    }
}
