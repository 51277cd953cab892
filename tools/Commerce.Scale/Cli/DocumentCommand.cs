using System.CommandLine;
using System.Text.RegularExpressions;
using Commerce.Scale.Model;
using Spectre.Console;

namespace Commerce.Scale.Cli;

/// <summary>
/// Writes what commands come to into a document: between <c>&lt;!-- scale: plan --rate 100 --&gt;</c> and <c>&lt;!-- /scale --&gt;</c>
/// stands what that command writes with <c>--markdown</c>, and its charts are written to paths from the document's folder.
/// </summary>
internal sealed partial class DocumentCommand(Func<IAnsiConsole, RootCommand> root)
{
    private readonly Argument<string> _path = new("document") { Description = "A Markdown document that has such commands." };

    [GeneratedRegex("(?<=<!-- scale: (?<arguments>[^\n]*) -->\n).*?(?=<!-- /scale -->)", RegexOptions.Singleline)]
    private static partial Regex Blocks();

    public Command Build()
    {
        var command = new Command("document", "Runs the commands that a document names, and puts their tables in it.") { _path };
        command.SetAction(parsed =>
        {
            var path = parsed.GetRequiredValue(_path);
            if (!File.Exists(path))
                throw new InputException($"document: there is no file {path}");
            var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
            File.WriteAllText(path, Blocks().Replace(File.ReadAllText(path), block => Markdown(block.Groups["arguments"].Value, folder)));
            return ExitCode.Done;
        });
        return command;
    }

    private string Markdown(string arguments, string folder)
    {
        var file = Path.GetTempFileName();
        try
        {
            List<string> words = [.. arguments.Split(' '), "--markdown", file];
            if (words.IndexOf("--chart") is >= 0 and var chart)
                words[chart + 1] = Path.Combine(folder, words[chart + 1]);
            Run(arguments, words);
            return $"\n{File.ReadAllText(file)}\n";
        }
        finally
        {
            File.Delete(file);
        }
    }

    private void Run(string arguments, IReadOnlyList<string> words)
    {
        using var output = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        var parsed = root(console).Parse(words);
        var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = output, Error = output };
        if (parsed.Invoke(configuration) != ExitCode.Done || parsed.Errors.Count > 0)
            throw new InputException($"document: `{arguments}`: {(parsed.Errors is [var error, ..] ? error.Message : "it failed")}");
    }
}
