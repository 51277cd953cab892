using System.Text.RegularExpressions;

namespace EndToEnd.Tests.Tour;

/// <summary>A command of a console block and what the block shows of its answer.</summary>
internal sealed record TourStep(string Command, IReadOnlyList<string> Shown)
{
    /// <summary>What it sets is there for the commands after it.</summary>
    public bool SetsVariable => Regex.IsMatch(Command, @"^\w+=");

    /// <summary>It changes nothing, so that it may be asked again until what is under way has arrived.</summary>
    public bool IsRead => Command.StartsWith("curl ", StringComparison.Ordinal) && !Command.Contains(" -X ", StringComparison.Ordinal);
}

/// <summary>The blocks of the README that show what a terminal shows.</summary>
internal static partial class Tour
{
    private const string Prompt = "$ ";
    private const string Omission = "...";

    /// <summary>The steps of all <c>console</c> blocks, in their order.</summary>
    public static IReadOnlyList<TourStep> Steps(string readme)
    {
        var steps = new List<TourStep>();
        foreach (Match block in ConsoleBlock().Matches(readme))
        {
            var lines = new Queue<string>(block.Groups[1].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries));
            while (lines.TryDequeue(out var line))
            {
                Assert.StartsWith(Prompt, line, StringComparison.Ordinal);
                var command = line[Prompt.Length..];
                while (command.EndsWith('\\'))
                    command = $"{command[..^1]}{lines.Dequeue().TrimStart()}";
                var shown = new List<string>();
                while (lines.TryPeek(out var next) && !next.StartsWith(Prompt, StringComparison.Ordinal))
                    shown.Add(lines.Dequeue());
                steps.Add(new(command, shown));
            }
        }
        return steps;
    }

    /// <summary>What the README shows of a start, line by line.</summary>
    public static IReadOnlyList<string> Start(string readme) => StartBlock().Match(readme).Groups[1].Value.Split('\n');

    /// <summary>
    /// Whether an output is as shown: <c>...</c> stands for what is left out, any time of day for another, and where lines are broken does
    /// not matter, as JSON comes in one. Everything else has to be equal.
    /// </summary>
    public static bool IsAsShown(IEnumerable<string> shown, string output)
    {
        var pattern = string.Join(".*", Joined(shown).Split(Omission).Select(Regex.Escape));
        return Regex.IsMatch(Joined(output.Split('\n')), $"^{pattern}$", RegexOptions.Singleline);
    }

    private static string Joined(IEnumerable<string> lines) => Time().Replace(string.Concat(lines.Select(line => line.Trim())), "<time>");

    [GeneratedRegex(@"^```console\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex ConsoleBlock();

    [GeneratedRegex(@"^```\n(  PostOrder: .*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex StartBlock();

    [GeneratedRegex(@"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z")]
    private static partial Regex Time();
}
