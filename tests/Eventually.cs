using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Commerce.Testing;

/// <summary>Waits, with a deadline, for what other threads or processes bring about. Compiled into every test project.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan PauseMin = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan PauseMax = TimeSpan.FromMilliseconds(200);

    /// <summary>What has waited takes at least so long: the runtime's timers count whole milliseconds, and may come one early.</summary>
    public static TimeSpan AtLeast(TimeSpan wait) => wait - TimeSpan.FromMilliseconds(10);

    public static Task HoldsAsync(Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string what = "") =>
        Async(() => Task.FromResult(condition()), static holds => holds, what);

    public static Task HoldsAsync(Func<Task<bool>> condition, [CallerArgumentExpression(nameof(condition))] string what = "") =>
        Async(condition, static holds => holds, what);

    /// <summary>Asks again and again until the answer is as wanted; fails the test when it never is.</summary>
    public static async Task<T> Async<T>(Func<Task<T>> ask, Func<T, bool> isSo, string what, TimeSpan? deadline = null)
    {
        for (var clock = Stopwatch.StartNew(); ; await Task.Delay(PauseAfter(clock.Elapsed)))
        {
            var answer = await ask();
            if (isSo(answer))
                return answer;
            Assert.True(clock.Elapsed < (deadline ?? Deadline), $"Waited for {what} in vain; last seen: {answer}");
        }
    }

    /// <summary>A part of what was waited already: whoever waits for a minute does not keep the machine busy with asking.</summary>
    private static TimeSpan PauseAfter(TimeSpan waited) => TimeSpan.FromTicks(
        Math.Clamp(waited.Ticks / 400, PauseMin.Ticks, PauseMax.Ticks));
}
