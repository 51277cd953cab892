using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using Commerce.Scale.Reports;
using Spectre.Console;

namespace Commerce.Scale.Cli;

/// <summary>The options by which a command is told what to rest on and where its report goes.</summary>
internal sealed class Outputs(IAnsiConsole console)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        // What has no end, or no price, is written as text.
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    private readonly Option<string> _model = new("--model")
    {
        Description = "What it rests on.",
        DefaultValueFactory = _ => Model.ModelFile.DefaultPath,
        HelpName = "file.json",
    };
    private readonly Option<string?> _markdown = new("--markdown") { Description = "Write the tables as Markdown.", HelpName = "file.md" };
    private readonly Option<string?> _chart = new("--chart") { Description = "Draw a chart.", HelpName = "file.svg" };
    private readonly Option<bool> _json = new("--json") { Description = "Print JSON instead of tables." };

    public Command AddTo(Command command)
    {
        foreach (var option in new Option[] { _model, _markdown, _chart, _json })
            command.Options.Add(option);
        return command;
    }

    public string ModelPath(ParseResult parsed) => parsed.GetRequiredValue(_model);

    public void Write(ParseResult parsed, Report report)
    {
        if (parsed.GetValue(_json))
            console.Profile.Out.Writer.WriteLine(JsonSerializer.Serialize(report.Data, Json));
        else
            report.WriteTo(console);
        Save(parsed, _markdown, report.Markdown);
        Save(parsed, _chart, report.Chart);
    }

    private static void Save(ParseResult parsed, Option<string?> option, Func<string> text)
    {
        if (parsed.GetValue(option) is not { } path)
            return;
        try
        {
            File.WriteAllText(path, text());
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new Model.InputException($"{option.Name}: {exception.Message}");
        }
    }
}

/// <summary>What the process's exit codes mean.</summary>
internal static class ExitCode
{
    public const int Done = 0;
    public const int DidNotHold = 1;
    public const int BadInput = 2;
}
