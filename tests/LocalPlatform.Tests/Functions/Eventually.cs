using System.Diagnostics;

namespace LocalPlatform.Tests.Functions;

/// <summary>Waits for a condition with a deadline, for what happens on other threads.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    public static Task HoldsAsync(Func<bool> condition, Func<string>? otherwise = null) =>
        HoldsAsync(() => Task.FromResult(condition()), otherwise);

    public static async Task HoldsAsync(Func<Task<bool>> condition, Func<string>? otherwise = null)
    {
        var clock = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(clock.Elapsed < Deadline, $"It did not come true in {Deadline}. {otherwise?.Invoke()}");
            await Task.Delay(5);
        }
    }
}
