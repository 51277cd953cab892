using System.Diagnostics;
using EndToEnd.Tests.Support;

namespace EndToEnd.Tests.Exactness;

/// <summary>What clients asked and what they were answered, with the times between which it must have happened.</summary>
public sealed class History
{
    private readonly Lock _lock = new();
    private readonly List<Call> _calls = [];

    public IReadOnlyList<Call> Calls => _calls;

    /// <summary>Runs a call and notes it. A call that is told to come back is repeated: to its client it is one call.</summary>
    /// <param name="operation">The operation it is (the same for repeats of one key).</param>
    /// <param name="send">Sends it.</param>
    public async Task<Answer> CallAsync(Operation operation, Func<Task<Answer>> send)
    {
        var invokedAt = Stopwatch.GetTimestamp();
        var answer = await UntilAnsweredAsync(send);
        var respondedAt = Stopwatch.GetTimestamp();
        lock (_lock)
            _calls.Add(new Call(operation, answer, invokedAt, respondedAt));
        return answer;
    }

    /// <summary>Sends again, as a client does, while the answer is lost, 503, or not there yet (202).</summary>
    public static async Task<Answer> UntilAnsweredAsync(Func<Task<Answer>> send)
    {
        while (true)
        {
            try
            {
                var answer = await send();
                if (answer.Code is not (503 or 202))
                    return answer;
            }
            catch (HttpRequestException)
            {
                // Whether it was carried out is not known: the repeat will tell.
            }
            await Task.Delay(10);
        }
    }
}

/// <param name="Operation">What was asked.</param>
/// <param name="Answer">What was answered.</param>
/// <param name="InvokedAt">Stopwatch ticks before the request was sent.</param>
/// <param name="RespondedAt">Stopwatch ticks after the answer was read.</param>
public sealed record Call(Operation Operation, Answer Answer, long InvokedAt, long RespondedAt);

/// <summary>Something that happens once, however many calls ask for it. Users and products are indexes.</summary>
public abstract record Operation
{
    public sealed record Charge(int User, long Amount, string Key) : Operation;

    public sealed record ReadBalance(int User, string Key) : Operation;

    public sealed record ReadStock(int Product, string Key) : Operation;

    public sealed record Adjust(int Product, long Delta, string Key) : Operation;

    /// <param name="User">Who buys.</param>
    /// <param name="Key">The idempotency key.</param>
    /// <param name="Lines">Product and quantity, in ascending product.</param>
    public sealed record Order(int User, string Key, IReadOnlyList<(int Product, long Quantity)> Lines) : Operation;

    /// <summary>The cancellation of a paid order.</summary>
    public sealed record Cancel(Order Of) : Operation;
}
