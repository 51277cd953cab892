using System.ComponentModel.DataAnnotations;
using Commerce.Functions.Settings;

namespace Commerce.Functions.Ranking;

/// <summary>Settings <c>Ranking:...</c>.</summary>
public sealed record RankingOptions : ICheckedOptions
{
    public const string Section = "Ranking";

    /// <summary>A run folds the generation that is served, and then the one that is being rebuilt.</summary>
    private const int SlicesPerRun = 2;

    /// <summary>Longest time that one run folds, in seconds; what is left is for the next run.</summary>
    [Range(1.0, 240)]
    public double SliceSeconds { get; init; } = 30;

    /// <summary>Age in seconds at which an instance checks for a newer list.</summary>
    [Range(0.1, 600)]
    public double RefreshSeconds { get; init; } = 2;

    public string? Problem() => CheckedOptions.OutOfRange(Section, this);

    public (TimeSpan Work, string Settings)? LongestRun =>
        (SlicesPerRun * TimeSpan.FromSeconds(SliceSeconds), $"{Section}:{nameof(SliceSeconds)}, {SlicesPerRun} times a run");
}
