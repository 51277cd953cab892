using System.Text;
using CsvHelper;

namespace Commerce.Load.Data;

/// <summary>Reads CSV that may come from anywhere: other encodings, quotes left open, short rows, huge fields.</summary>
internal static class CsvTable
{
    private const int FileBytesMax = 256 * 1024 * 1024;
    private const int LineCharactersMax = 10_000;

    /// <summary>The text of a file: UTF-8 (with or without a byte order mark), or Latin-1 when it is not UTF-8.</summary>
    /// <exception cref="InputException">No such file, or larger than 256 MB.</exception>
    public static (string Text, byte[] Bytes) ReadText(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists)
            throw new InputException($"{path}: no such file");
        if (file.Length > FileBytesMax)
            throw new InputException($"{path}: larger than {FileBytesMax / 1024 / 1024} MB");
        var bytes = File.ReadAllBytes(path);
        return (Decode(bytes), bytes);
    }

    /// <summary>The column names of the first line, upper case; empty when it is too long to be a header.</summary>
    public static string[] Header(string text)
    {
        var end = text.AsSpan().IndexOfAny('\r', '\n');
        var line = end < 0 ? text : text[..end];
        return line.Length > LineCharactersMax ? [] : [.. line.Split(',').Select(name => name.Trim().Trim('"').Trim().ToUpperInvariant())];
    }

    /// <summary>The rows below the header. A row with broken quotes, or a length over 10,000 bytes, is told to
    /// <paramref name="onMalformed"/> and left out.</summary>
    public static IEnumerable<Row> Rows(string text, Action onMalformed)
    {
        var options = new CsvReaderOptions
        {
            Separator = ',',
            MalformedData = CsvMalformedDataHandling.Skip,
            OnMalformedRecord = _ => onMalformed(),
            // None of these files has line breaks in a field; so a quote left open costs its own row, not the rest of the file.
            AllowLineBreaksInQuotes = false,
            TrackLineNumbers = true,
        };
        using var csv = CsvReader.FromText(text, options);
        var row = new Row(csv);
        while (csv.Read())
        {
            if (csv.RawRecord.Length > LineCharactersMax)
                onMalformed();
            else
                yield return row;
        }
    }

    /// <summary>Writes rows as RFC 4180 has it, but with bare line feeds.</summary>
    public static void WriteTo(TextWriter writer, IEnumerable<string[]> rows)
    {
        using var csv = CsvWriter.Create(writer, new CsvWriterOptions { NewLine = "\n" }, leaveOpen: true);
        foreach (var row in rows)
            csv.WriteRecord(row);
    }

    public static void Write(string path, IEnumerable<string[]> rows)
    {
        using var writer = new StreamWriter(path, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        WriteTo(writer, rows);
    }

    private static string Decode(byte[] bytes)
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes).TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException)
        {
            return Encoding.Latin1.GetString(bytes);
        }
    }

    /// <summary>The current row. Valid until the next one is read.</summary>
    internal sealed class Row(CsvReader csv)
    {
        public long Line => csv.LineNumber;

        /// <summary>
        /// The field under the first of <paramref name="names"/> that the header has (case ignored), "" when the row is short.
        /// </summary>
        public string this[params ReadOnlySpan<string> names]
        {
            get
            {
                foreach (var name in names)
                {
                    if (csv.TryGetFieldIndex(name, out var index))
                        return csv.GetString(index);
                }
                return "";
            }
        }
    }
}
