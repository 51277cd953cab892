namespace EndToEnd.Tests.Exactness;

/// <summary>
/// Searches for a sequential order of atomic steps, each between the call and the answer of the operation it belongs to, under which
/// a shop that does one step at a time would have given every answer that was given. An order is several steps: it holds its money, takes
/// its lines one by one in ascending product, pays, and, when a step refuses, puts back what it took. So a refusal may be due to what
/// another order that can be paid holds for a moment, and to nothing else.
/// </summary>
internal static class HistoryChecker
{
    private const int StatesMax = 500_000;

    /// <param name="calls">The history.</param>
    /// <param name="model">What each answer would take.</param>
    /// <param name="cells">The shop's numbers before it began.</param>
    /// <returns>Null when the history can be explained; otherwise what could not be.</returns>
    public static string? FindContradiction(IReadOnlyList<Call> calls, HistoryModel model, IReadOnlyList<long> cells)
    {
        var operations = calls.Select(call => call.Operation).Distinct().ToList();
        var plans = operations.Select(operation => PlanOf(operation, calls, model)).ToList();
        var events = calls
            .SelectMany(call => new[] { (At: call.InvokedAt, IsCall: true, Call: call), (At: call.RespondedAt, IsCall: false, Call: call) })
            .OrderBy(moment => moment.At);
        HashSet<State> states = [new State([.. cells], new int[operations.Count])];
        var open = new HashSet<int>();
        foreach (var (_, isCall, call) in events)
        {
            var index = operations.IndexOf(call.Operation);
            if (isCall)
            {
                open.Add(index);
                continue;
            }
            states = [.. Reachable(states, open, plans).Where(state => plans[index].IsDone(state.Progress[index]))];
            open.Remove(index);
            if (states.Count == 0)
                return $"No order of steps explains {call.Operation} answered by {call.Answer.Code} {call.Answer.Body} ({plans[index]})";
        }
        return null;
    }

    private static HistoryPlan PlanOf(Operation operation, IEnumerable<Call> calls, HistoryModel model)
    {
        var answers = calls.Where(call => call.Operation == operation).Select(call => call.Answer).ToList();
        var bodies = answers.Select(answer => $"{answer.Code} {answer.Body}").Distinct().ToList();
        Assert.True(bodies.Count == 1, $"Repeats of {operation} were answered differently: {string.Join(" / ", bodies)}");
        return model.PlanOf(operation, answers[0]);
    }

    private static HashSet<State> Reachable(HashSet<State> from, HashSet<int> open, List<HistoryPlan> plans)
    {
        // What only looks changes nothing: it may as well have looked the first time that it would have seen what it saw.
        var looks = open.Where(operation => plans[operation].IsLook).ToList();
        var steps = open.Except(looks).ToList();
        var found = new HashSet<State>(from.Select(state => Looked(state, looks, plans)));
        var unexplored = new Stack<State>(found);
        while (unexplored.TryPop(out var state))
        {
            foreach (var next in steps.SelectMany(operation => state.Next(operation, plans[operation]))
                .Select(next => Looked(next, looks, plans)))
            {
                if (found.Add(next))
                    unexplored.Push(next);
            }
            Assert.True(found.Count < StatesMax, "The history is too wide to be checked.");
        }
        return found;
    }

    private static State Looked(State state, List<int> looks, List<HistoryPlan> plans) =>
        looks.Aggregate(state, (seen, look) => seen.Next(look, plans[look]).FirstOrDefault() ?? seen);

    /// <param name="cells">The shop's numbers.</param>
    /// <param name="progress">How far each operation has got.</param>
    private sealed class State(long[] cells, int[] progress) : IEquatable<State>
    {
        private readonly long[] _cells = cells;

        public int[] Progress { get; } = progress;

        public IEnumerable<State> Next(int operation, HistoryPlan plan)
        {
            foreach (var (step, after) in plan.Next(Progress[operation]))
            {
                if (Apply(step) is not { } cells)
                    continue;
                var progress = (int[])Progress.Clone();
                progress[operation] = after;
                yield return new(cells, progress);
            }
        }

        // What was done nearly determines what there is: of two prices that were set, the later counts.
        public bool Equals(State? other) =>
            other is not null && Progress.AsSpan().SequenceEqual(other.Progress) && _cells.AsSpan().SequenceEqual(other._cells);

        public override bool Equals(object? obj) => Equals(obj as State);

        public override int GetHashCode()
        {
            var hash = default(HashCode);
            foreach (var one in Progress)
                hash.Add(one);
            return hash.ToHashCode();
        }

        /// <summary>The numbers after a step; null when it is impossible as things are.</summary>
        private long[]? Apply(Step step)
        {
            var after = (long[])_cells.Clone();
            foreach (var change in step.Changes)
            {
                var value = change.Set ?? after[change.Cell] + change.Delta;
                if (value < 0 || (change.After ?? value) != value)
                    return null;
                after[change.Cell] = value;
            }
            return after;
        }
    }
}
