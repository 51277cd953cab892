using System.Diagnostics;
using EndToEnd.Tests.Support;

namespace EndToEnd.Tests.Exactness;

/// <summary>What clients asked and what they were answered, with the times between which it must have happened.</summary>
/// <param name="shownLag">How old the answer to a look may be: then it may be of as long ago.</param>
public sealed class History(TimeSpan shownLag = default)
{
    private static readonly TimeSpan AnswerMax = TimeSpan.FromMinutes(5);

    private readonly Lock _lock = new();
    private readonly List<Call> _calls = [];

    public IReadOnlyList<Call> Calls => _calls;

    /// <summary>Runs a call and notes it. A call that is told to come back is repeated: to its client it is one call.</summary>
    /// <param name="operation">The operation it is (the same for repeats of one key).</param>
    /// <param name="send">Sends it.</param>
    /// <param name="answered">What it turns out to be by its answer, where that is another operation.</param>
    public async Task<Answer> CallAsync(Operation operation, Func<Task<Answer>> send, Func<Answer, Operation>? answered = null)
    {
        var invokedAt = Stopwatch.GetTimestamp();
        var answer = await UntilAnsweredAsync(send);
        var respondedAt = Stopwatch.GetTimestamp();
        if (operation.IsLook)
            invokedAt -= (long)(shownLag.TotalSeconds * Stopwatch.Frequency);
        lock (_lock)
            _calls.Add(new Call(answered?.Invoke(answer) ?? operation, answer, invokedAt, respondedAt));
        return answer;
    }

    /// <summary>
    /// Sends again, as a client does, while the answer is lost, 503, or not there yet (202). Fails before the sweeper would begin anew
    /// what lies there (ten minutes): an order that only it completes was lost.
    /// </summary>
    public static async Task<Answer> UntilAnsweredAsync(Func<Task<Answer>> send) => (await Eventually.Async(
        async () =>
        {
            try
            {
                return await send();
            }
            catch (HttpRequestException)
            {
                return null; // Whether it was carried out is not known: the repeat will tell.
            }
        },
        static answer => answer is { Code: not (503 or 202) },
        "an answer",
        AnswerMax))!;
}

/// <param name="Operation">What was asked.</param>
/// <param name="Answer">What was answered.</param>
/// <param name="InvokedAt">Stopwatch ticks before the request was sent, or before which the answer cannot be of.</param>
/// <param name="RespondedAt">Stopwatch ticks after the answer was read.</param>
public sealed record Call(Operation Operation, Answer Answer, long InvokedAt, long RespondedAt);

/// <summary>Something that happens once, however many calls ask for it. Users and products are indexes.</summary>
public abstract record Operation
{
    /// <summary>Whether it only looks: nothing is decided by it.</summary>
    public bool IsLook => this is ReadBalance or ReadProduct or ReadCart;

    public sealed record Charge(int User, long Amount, string Key) : Operation;

    public sealed record ReadBalance(int User, string Key) : Operation;

    /// <summary>A look at price and stock.</summary>
    public sealed record ReadProduct(int Product, string Key) : Operation;

    public sealed record SetPrice(int Product, long Price, string Key) : Operation;

    public sealed record Adjust(int Product, long Delta, string Key) : Operation;

    public sealed record AddToCart(int User, int Product, long Quantity, string Key) : Operation;

    public sealed record ReadCart(int User, string Key) : Operation;

    /// <summary>An order, or the checkout of a cart.</summary>
    /// <param name="User">Who buys.</param>
    /// <param name="Key">The idempotency key.</param>
    public sealed record Order(int User, string Key) : Operation
    {
        /// <summary>Product and quantity, in ascending product. Of a checkout known once it is answered.</summary>
        public IReadOnlyList<(int Product, long Quantity)> Lines { get; set; } = [];

        /// <summary>Won, once that is known of an order that was refused for stock.</summary>
        public long Total { get; set; }

        /// <summary>Won that its buyer agrees to.</summary>
        public long? ExpectedTotal { get; init; }

        public bool FromCart { get; init; }

        public bool Equals(Order? other) => other is not null && (User, Key) == (other.User, other.Key);

        public override int GetHashCode() => HashCode.Combine(User, Key);
    }

    /// <summary>The cancellation of a paid order.</summary>
    public sealed record Cancel(Order Of) : Operation;
}
