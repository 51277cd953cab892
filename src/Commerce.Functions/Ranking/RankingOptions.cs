namespace Commerce.Functions.Ranking;

/// <summary>Settings <c>Ranking:...</c>.</summary>
public sealed record RankingOptions
{
    public const string Section = "Ranking";

    /// <summary>Longest time that one run folds, in seconds, 1 to 240; what is left is for the next run.</summary>
    public double SliceSeconds { get; init; } = 30;

    /// <summary>Age in seconds at which an instance looks for a newer list, 0.1 to 600.</summary>
    public double RefreshSeconds { get; init; } = 2;

    /// <summary>What is wrong, naming the setting; null when nothing is.</summary>
    public string? Problem() => this switch
    {
        { SliceSeconds: not (>= 1 and <= 240) } => $"{Section}:{nameof(SliceSeconds)} must be 1 to 240.",
        { RefreshSeconds: not (>= 0.1 and <= 600) } => $"{Section}:{nameof(RefreshSeconds)} must be 0.1 to 600.",
        _ => null,
    };
}
