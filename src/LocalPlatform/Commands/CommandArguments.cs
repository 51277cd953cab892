using System.Globalization;

namespace LocalPlatform.Commands;

/// <summary>The options of a command: pairs of <c>--name value</c>, a name at most a few times.</summary>
internal sealed class CommandArguments
{
    private readonly List<(string Name, string Value)> _options = [];

    /// <exception cref="FormatException">The arguments are not pairs, or a name is not among <paramref name="known"/>.</exception>
    public CommandArguments(ReadOnlySpan<string> arguments, params string[] known)
    {
        for (var i = 0; i < arguments.Length; i += 2)
        {
            if (!arguments[i].StartsWith("--", StringComparison.Ordinal) || i + 1 == arguments.Length || !known.Contains(arguments[i][2..]))
                throw new FormatException($"'{arguments[i]}' is not understood here.");
            _options.Add((arguments[i][2..], arguments[i + 1]));
        }
    }

    public IEnumerable<string> All(string name) => _options.Where(o => o.Name == name).Select(o => o.Value);

    public string? Last(string name) => All(name).LastOrDefault();

    /// <exception cref="FormatException"><c>--port</c> is not a port.</exception>
    public int Port(int otherwise) => Last("port") is not { } text ? otherwise
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and < 65536 ? port
        : throw new FormatException($"--port '{text}' is not a port from 1 to 65535.");
}
