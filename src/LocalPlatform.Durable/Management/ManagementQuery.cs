using System.Globalization;
using LocalPlatform.Durable.Store;
using Microsoft.AspNetCore.Http;

namespace LocalPlatform.Durable.Management;

/// <summary>
/// The query parameters of the management routes. One that cannot be read is refused: left out, a purge would take more than was meant.
/// </summary>
internal static class ManagementQuery
{
    private static readonly (string Name, Func<string, bool> IsRight, string Rule)[] Known =
    [
        ("top", text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var top) && top > 0,
            "a whole number from 1 on"),
        ("createdTimeFrom", text => ReadTime(text) is not null, "a time such as 2026-03-02T09:00:00Z"),
        ("createdTimeTo", text => ReadTime(text) is not null, "a time such as 2026-03-02T09:00:00Z"),
        ("runtimeStatus", text => Names(text).All(IsStatus), "statuses such as Running,Failed"),
        ("showInput", IsBool, "true or false"),
        ("showHistory", IsBool, "true or false"),
        ("showHistoryOutput", IsBool, "true or false"),
        ("returnInternalServerErrorOnFailure", IsBool, "true or false"),
        ("restartWithNewInstanceId", IsBool, "true or false"),
        ("timeout", IsSeconds, "a number of seconds"),
        ("pollingInterval", IsSeconds, "a number of seconds"),
    ];

    /// <summary>What is wrong with the parameters, for a person; null when nothing is. An empty one counts as not given.</summary>
    public static string? FindWrong(IQueryCollection query)
    {
        foreach (var (name, isRight, rule) in Known)
        {
            if (query[name].Any(value => !string.IsNullOrEmpty(value) && !isRight(value)))
                return $"'{name}' must be {rule}.";
        }
        return null;
    }

    /// <summary>Which instances are meant.</summary>
    public static InstanceFilter Filter(IQueryCollection query) => new()
    {
        CreatedFrom = ReadTime(query["createdTimeFrom"]),
        CreatedTo = ReadTime(query["createdTimeTo"]),
        Statuses = [.. query["runtimeStatus"].SelectMany(Names)
            .Select(static name => Enum.Parse<P.OrchestrationStatus>(name, ignoreCase: true))],
    };

    private static DateTime? ReadTime(string? text) => DateTimeOffset.TryParse(
        text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time.UtcDateTime : null;

    private static string[] Names(string? list) =>
        (list ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    // A number is no name, though Enum takes it for one.
    private static bool IsStatus(string name) =>
        char.IsLetter(name[0]) && Enum.TryParse<P.OrchestrationStatus>(name, ignoreCase: true, out _);

    private static bool IsBool(string text) => bool.TryParse(text, out _);

    private static bool IsSeconds(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds)
            && seconds is >= 0 and < double.PositiveInfinity;
}
