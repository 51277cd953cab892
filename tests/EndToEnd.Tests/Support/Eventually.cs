using System.Diagnostics;

namespace EndToEnd.Tests.Support;

/// <summary>Waits for what another process will bring about.</summary>
public static class Eventually
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);

    /// <summary>Asks again and again until the answer is as wanted; fails the test when it never is.</summary>
    public static async Task<T> Async<T>(Func<Task<T>> ask, Func<T, bool> isSo, string what, TimeSpan? deadline = null)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            var answer = await ask();
            if (isSo(answer))
                return answer;
            Assert.True(clock.Elapsed < (deadline ?? Deadline), $"Waited for {what} in vain; last seen: {answer}");
            await Task.Delay(Pause);
        }
    }
}
