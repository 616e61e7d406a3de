/// Whether a browser shows a PDF or saves it.
enum PDFDisposition: String, CaseIterable {
    case inline
    case attachment
}
