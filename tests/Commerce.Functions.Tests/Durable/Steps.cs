using System.Collections.Concurrent;

namespace Commerce.Functions.Tests.Durable;

/// <summary>The activities of an instance: those of the app, or what a test says. They can be made to fail; calls are kept.</summary>
internal sealed class Steps(Func<string, object?, Task<object?>> activities)
{
    private readonly ConcurrentQueue<(string Name, object? Input)> _calls = new();

    /// <summary>Instead of an answer: the call fails.</summary>
    public const string Fails = "fails";

    /// <summary>Says what an activity answers to its calls, one after the other.</summary>
    public static Steps That(params (string Name, object?[] Answers)[] activities)
    {
        var answers = activities.ToDictionary(
            static activity => activity.Name, static activity => new ConcurrentQueue<object?>(activity.Answers));
        return new((name, _) => !answers[name].TryDequeue(out var answer) ? throw new InvalidOperationException($"{name} once too often")
            : answer is Fails ? throw new IOException($"{name} fails.")
            : Task.FromResult(answer));
    }

    /// <summary>As the activities of an object do it.</summary>
    public static Steps Of(object activities) => new((name, input) => TaskHub.CallAsync(activities, name, input));

    public IReadOnlyCollection<(string Name, object? Input)> Calls => _calls;

    public IEnumerable<string> Names => _calls.Select(static call => call.Name);

    /// <summary>Throws instead of a call, or of its answer, as often as it likes: told the activity, and whether it has run.</summary>
    public Action<string, bool>? Fail { get; init; }

    public async Task<object?> CallAsync(string name, object? input)
    {
        _calls.Enqueue((name, input));
        Fail?.Invoke(name, false);
        var answer = await activities(name, input);
        Fail?.Invoke(name, true);
        return answer;
    }
}
