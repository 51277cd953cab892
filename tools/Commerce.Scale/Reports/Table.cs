using System.Text;
using Spectre.Console;

namespace Commerce.Scale.Reports;

/// <summary>A table that is shown on the console and written as Markdown.</summary>
/// <param name="Title">A sentence before it.</param>
/// <param name="Columns">Names; those that begin with <c>&gt;</c> are of numbers and aligned to the right.</param>
/// <param name="Rows">As many cells each as there are columns.</param>
internal sealed record ReportTable(string Title, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows)
{
    public void WriteTo(IAnsiConsole console)
    {
        var table = new Table().Border(TableBorder.Simple).Title(Markup.Escape(Title));
        foreach (var column in Columns)
            table.AddColumn(new TableColumn(Markup.Escape(Name(column))) { Alignment = IsNumber(column) ? Justify.Right : Justify.Left });
        foreach (var row in Rows)
            table.AddRow([.. row.Select(static cell => new Text(cell.Replace("`", "", StringComparison.Ordinal)))]);
        console.Write(table);
    }

    public string Markdown()
    {
        var text = new StringBuilder();
        text.Append(Title).Append("\n\n");
        Line(text, Columns.Select(Name));
        Line(text, Columns.Select(static column => IsNumber(column) ? "--:" : "---"));
        foreach (var row in Rows)
            Line(text, row.Select(static cell => cell.Replace("|", "\\|", StringComparison.Ordinal)));
        return text.ToString();
    }

    private static void Line(StringBuilder text, IEnumerable<string> cells) => text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");

    private static bool IsNumber(string column) => column.StartsWith('>');

    private static string Name(string column) => column.TrimStart('>');
}

/// <summary>What a command found out, in the forms in which it can be put out.</summary>
/// <param name="Tables">For people.</param>
/// <param name="Findings">Sentences that say what the tables mean.</param>
/// <param name="Data">For programs.</param>
/// <param name="Chart">Draws it as SVG.</param>
internal sealed record Report(IReadOnlyList<ReportTable> Tables, IReadOnlyList<string> Findings, object Data, Func<string> Chart)
{
    public void WriteTo(IAnsiConsole console)
    {
        foreach (var table in Tables)
            table.WriteTo(console);
        foreach (var finding in Findings)
            console.WriteLine($"- {finding.Replace("`", "", StringComparison.Ordinal)}");
    }

    public string Markdown()
    {
        var findings = Findings.Count == 0 ? [] : new[] { string.Concat(Findings.Select(static finding => $"- {finding}\n")) };
        return string.Join('\n', Tables.Select(static table => table.Markdown()).Concat(findings));
    }
}
