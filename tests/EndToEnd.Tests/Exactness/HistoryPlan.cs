namespace EndToEnd.Tests.Exactness;

/// <summary>What happens to one number of the shop; it must not become negative, and be as answered where that was answered.</summary>
/// <param name="Cell">Which number.</param>
/// <param name="Delta">What is added.</param>
/// <param name="After">What it must be then, if that was answered.</param>
/// <param name="Set">What it becomes, whatever it was.</param>
internal readonly record struct Change(int Cell, long Delta = 0, long? After = null, long? Set = null);

/// <summary>Changes that happen at once.</summary>
internal sealed record Step(params IReadOnlyList<Change> Changes)
{
    public override string ToString() => string.Join(" and ", Changes);
}

/// <summary>
/// The steps of an operation that was answered in a certain way: some in order, then some in any order (what a refused or cancelled
/// order puts back).
/// </summary>
internal sealed class HistoryPlan(IReadOnlyList<Step> ordered, IReadOnlyList<Step> unordered)
{
    // How far a plan has got is one number: the count of ordered steps, then a bit for each of the others.
    private readonly int _end = ordered.Count + (1 << unordered.Count) - 1;

    /// <summary>Another way in which the same answer may have come about.</summary>
    public HistoryPlan? Or { get; init; }

    /// <summary>Whether one step that changes nothing is all of it.</summary>
    public bool IsLook => Or is null && unordered.Count == 0 && ordered is [{ Changes: var changes }]
        && changes.All(change => change is { Delta: 0, Set: null });

    /// <summary>An operation of one step.</summary>
    public static HistoryPlan Of(params IReadOnlyList<Change> changes) => new([new(changes)], []);

    // The other way is counted below zero.
    public bool IsDone(int progress) => progress == _end || (progress < 0 && Or!.IsDone(-progress));

    public IEnumerable<(Step Step, int Progress)> Next(int progress)
    {
        if (progress >= 0)
        {
            foreach (var next in OwnNext(progress))
                yield return next;
        }
        if (progress <= 0)
        {
            foreach (var (step, further) in Or?.Next(-progress) ?? [])
                yield return (step, -further);
        }
    }

    public override string ToString() =>
        $"[{string.Join(", ", ordered)}] then [{string.Join(", ", unordered)}]{(Or is null ? "" : $" or {Or}")}";

    private IEnumerable<(Step Step, int Progress)> OwnNext(int progress)
    {
        if (progress < ordered.Count)
        {
            yield return (ordered[progress], progress + 1);
            yield break;
        }
        for (var i = 0; i < unordered.Count; i++)
        {
            if (((progress - ordered.Count) & (1 << i)) == 0)
                yield return (unordered[i], progress + (1 << i));
        }
    }
}
