using System.ComponentModel.DataAnnotations;
using Commerce.Functions.Settings;

namespace Commerce.Functions.Audit;

/// <summary>Settings <c>Audit:...</c>.</summary>
public sealed record AuditOptions : ICheckedOptions
{
    public const string Section = "Audit";

    /// <summary>
    /// Request units a second that an audit at work may use: it waits so that buyers do not have to. At the default a run
    /// of three minutes every quarter of an hour uses 200 a second on average.
    /// </summary>
    [Range(10, 1_000_000)]
    public int RequestUnitsPerSecond { get; init; } = 1_000;

    public string? Problem() => CheckedOptions.OutOfRange(Section, this);
}
