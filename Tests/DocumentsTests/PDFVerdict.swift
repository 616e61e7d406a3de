import Foundation
import TestSupport
import Testing

/// What the validators of `page-validation` say of a PDF.
enum PDFVerdict {
    /// Writes a document for people into the folder that KEEP_PDFS names, if it names one.
    static func keep(_ pdf: [UInt8], as name: String) throws {
        guard let folder = ProcessInfo.processInfo.environment["KEEP_PDFS"] else { return }
        try Data(pdf).write(to: URL(filePath: "\(folder)/\(name).pdf"))
    }

    /// One line for each of PDF/UA-1 and PDF/A-2a, with " True " if the document conforms.
    static func lines(on pdf: [UInt8]) throws -> [Substring] {
        let python = try #require(ProcessInfo.processInfo.environment["PDF_TOOLS_PYTHON"], "scripts/test.sh sets it")
        let verdict = try Tool.withFile(pdf, suffix: "pdf") { path in
            try Tool.run(
                python,
                [
                    "-c",
                    """
                    import page, sys
                    for profile in (page.ValidationProfile.PDF_UA_1, page.ValidationProfile.PDF_A_2A):
                        report = page.validate_pdf(sys.argv[1], profile=profile)
                        print(report.profile, report.is_compliant, report.failures)
                    """, path,
                ])
        }
        let lines = verdict.split(separator: "\n")
        try #require(lines.count == 2)
        return lines
    }
}
