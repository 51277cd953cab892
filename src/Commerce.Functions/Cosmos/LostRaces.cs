namespace Commerce.Functions.Cosmos;

/// <summary>What a writer does that has lost a race for an ETag to another process.</summary>
internal static class LostRaces
{
    private const int DoublingsMax = 6;

    /// <summary>
    /// Lets the others have a turn: after two lost races in a row, a random pause that doubles up to 64 ms, so that none starves
    /// however many there are.
    /// </summary>
    public static Task StepAsideAsync(int races, TimeProvider time)
    {
        if (races < 2)
            return Task.CompletedTask;
#pragma warning disable CA5394 // Jitter, not a secret.
        return Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(1 << Math.Min(races, DoublingsMax))), time);
#pragma warning restore CA5394
    }
}
