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
        let lines = try Tool.withFile(pdf, suffix: "pdf") { try verdicts(onFiles: [$0]) }
        try #require(lines.count == 2)
        return lines
    }

    /// What is wrong with documents, which one process checks: it takes a second to start.
    static func faults(of documents: [(name: String, pdf: [UInt8])]) throws -> [String] {
        let folder = FileManager.default.temporaryDirectory.appending(path: "quietanza-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let paths = try documents.map { name, pdf in
            let file = folder.appending(path: "\(name).pdf")
            try Data(pdf).write(to: file)
            return file.path
        }
        let lines = try verdicts(onFiles: paths)
        var faults = lines.filter { !$0.contains(" True ") }.map(String.init)
        if lines.count != 2 * documents.count {
            faults.append("\(lines.count) verdicts on \(documents.count) documents")
        }
        for path in paths {
            let check = try Tool.run("qpdf", ["--check", path])
            if !check.contains("No syntax or stream encoding errors found") { faults.append("\(path): \(check)") }
        }
        return faults
    }

    private static func verdicts(onFiles paths: [String]) throws -> [Substring] {
        let python = try #require(ProcessInfo.processInfo.environment["PDF_TOOLS_PYTHON"], "scripts/test.sh sets it")
        let verdict = try Tool.run(
            python,
            [
                "-c",
                """
                import page, sys
                for path in sys.argv[1:]:
                    for profile in (page.ValidationProfile.PDF_UA_1, page.ValidationProfile.PDF_A_2A):
                        report = page.validate_pdf(path, profile=profile)
                        print(path, report.profile, report.is_compliant, report.failures)
                """,
            ] + paths)
        return verdict.split(separator: "\n")
    }
}
