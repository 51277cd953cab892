using Commerce.Shared;

namespace Commerce.Functions.Cosmos;

/// <summary>What a writer does that has lost a race for an ETag to another process.</summary>
internal static class LostRaces
{
    /// <summary>Races that one writer may lose in a row: some three seconds of back-off.</summary>
    internal const int Max = 100;

    private const int DoublingsMax = 6;

    /// <summary>
    /// Lets the others have a turn: after two lost races in a row, a random pause that doubles up to 64 ms, so that none starves
    /// however many there are.
    /// </summary>
    /// <param name="races">Races that were lost before this one.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="UndecidedWriteException">It has lost <see cref="Max"/> races: something else is wrong.</exception>
    public static Task BackOffAsync(int races, TimeProvider time)
    {
        if (races >= Max)
            throw new UndecidedWriteException(Failure.Superseded);
        if (races < 2)
            return Task.CompletedTask;
#pragma warning disable CA5394 // Jitter, not a secret.
        return Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(1 << Math.Min(races, DoublingsMax))), time);
#pragma warning restore CA5394
    }

    /// <summary>Reads, decides and writes until the write wins.</summary>
    /// <param name="time">The clock of the back-off.</param>
    /// <param name="attempt">One attempt; null when it has lost the race.</param>
    /// <exception cref="UndecidedWriteException">It never won.</exception>
    public static async Task<T> UpdateUntilWonAsync<T>(TimeProvider time, Func<Task<T?>> attempt)
        where T : class
    {
        for (var races = 0; ; races++)
        {
            if (await attempt() is { } won)
                return won;
            await BackOffAsync(races, time);
        }
    }
}
