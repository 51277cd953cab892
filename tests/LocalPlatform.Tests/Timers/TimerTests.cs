using System.Collections.Concurrent;
using System.Net;
using LocalPlatform.Tests.Support;
using LocalPlatform.Timers;
using LocalPlatform.Worker;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace LocalPlatform.Tests.Timers;

public sealed class TimerTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 11, 59, 30, TimeSpan.Zero));

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("0 */5 * * * *", "2026-03-01T12:00:00Z")]
    [InlineData("*/10 * * * * *", "2026-03-01T11:59:40Z")]
    [InlineData("0 30 9 * Jan Mon", "2027-01-04T09:30:00Z")]
    [InlineData("0 0 3 1 * *", "2026-04-01T03:00:00Z")]
    [InlineData("00:02:30", "2026-03-01T12:02:00Z")]
    public void Schedules_are_ncrontab_or_an_interval(string schedule, string next) =>
        Assert.Equal(next, $"{TimerSchedule.Parse(schedule).NextAfter(_time.GetUtcNow().UtcDateTime):yyyy-MM-ddTHH:mm:ss}Z");

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 4)]
    [InlineData(3, 8)]
    [InlineData(4, 10)]
    [InlineData(400, 10)]
    public void An_exponential_backoff_doubles_up_to_its_longest_pause(int retry, int seconds) =>
        Assert.Equal(
            TimeSpan.FromSeconds(seconds),
            new RetryPlan(-1, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(10)).DelayBefore(retry));

    [Fact]
    public async Task A_timer_runs_when_it_is_due_and_is_told_its_schedule()
    {
        await using var host = await StartAsync(typeof(EveryFiveMinutes));
        var runs = host.Services.GetRequiredService<Runs>();
        await AdvanceAsync(runs, 1, TimeSpan.FromSeconds(10));
        Assert.Equal("past due: False, next: 12:00:00", runs.Single());
        await AdvanceAsync(runs, 2, TimeSpan.FromMinutes(1));
        Assert.Equal("past due: False, next: 12:05:00", runs.Last());
    }

    [Fact]
    public async Task An_occurrence_missed_while_the_host_was_down_is_made_up_for_once()
    {
        await using (var host = await StartAsync(typeof(EveryFiveMinutes)))
            await AdvanceAsync(host.Services.GetRequiredService<Runs>(), 1, TimeSpan.FromSeconds(10));
        _time.Advance(TimeSpan.FromMinutes(17));
        await using var again = await StartAsync(typeof(EveryFiveMinutes));
        var runs = again.Services.GetRequiredService<Runs>();
        await Eventually.HoldsAsync(() => !runs.IsEmpty);
        Assert.StartsWith("past due: True", runs.Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_timer_runs_on_when_its_schedule_cannot_be_read()
    {
        await using var host = await StartAsync(typeof(EveryFiveMinutes));
        var runs = host.Services.GetRequiredService<Runs>();
        Sql("ALTER TABLE timer RENAME TO hidden");
        await AdvanceAsync(runs, 1, TimeSpan.FromSeconds(10));
        Sql("ALTER TABLE hidden RENAME TO timer");
        await AdvanceAsync(runs, 3, TimeSpan.FromMinutes(1));
        Assert.Equal(["past due: False, next: ", "past due: False, next: 12:10:00"], [runs.First(), runs.Last()]);
    }

    private void Sql(string sql) => SqliteFile.Tamper(_folder.File("data/host.db"), sql);

    [Fact]
    public async Task Run_on_startup_runs_at_the_start()
    {
        await using var host = await StartAsync(typeof(AtStart));
        var runs = host.Services.GetRequiredService<Runs>();
        await Eventually.HoldsAsync(() => !runs.IsEmpty);
        Assert.Equal(["at start"], runs);
    }

    [Theory]
    [InlineData(typeof(Unmonitored))]
    [InlineData(typeof(Frequent))]
    public async Task Without_a_monitor_and_when_frequent_no_status_is_kept_and_no_occurrence_made_up_for(Type timer)
    {
        await using (var host = await StartAsync(timer))
            await AdvanceAsync(host.Services.GetRequiredService<Runs>(), 1, TimeSpan.FromSeconds(10));
        _time.Advance(TimeSpan.FromMinutes(17));
        await using var again = await StartAsync(timer);
        var runs = again.Services.GetRequiredService<Runs>();
        await AdvanceAsync(runs, 1, TimeSpan.FromSeconds(10));
        Assert.Equal("past due: False, monitored: False", runs.First());
    }

    [Fact]
    public async Task A_failed_run_is_repeated_as_its_retry_policy_says()
    {
        await using var host = await StartAsync(typeof(Failing));
        var runs = host.Services.GetRequiredService<Runs>();
        await AdvanceAsync(runs, 3, TimeSpan.FromSeconds(1));
        Assert.Equal(["0 of 2", "1 of 2", "2 of 2"], runs);
    }

    [Fact]
    public async Task Runs_of_one_timer_never_overlap_also_when_fired_by_hand()
    {
        await using var host = await StartAsync(typeof(Lingering));
        var runs = host.Services.GetRequiredService<Runs>();
        for (var i = 0; i < 3; i++)
            Assert.Equal(HttpStatusCode.Accepted, (await host.Http.PostAsync("/admin/functions/Lingering", null)).StatusCode);
        for (var i = 1; i <= 3; i++)
        {
            await Eventually.HoldsAsync(() => runs.Count == i);
            runs.LetGo();
        }
        Assert.All(runs, inside => Assert.Equal("1", inside));
    }

    private Task<FunctionsHost> StartAsync(Type functions) => FunctionsHost.StartAsync(
        [functions],
        app =>
        {
            app.Services.AddSingleton<Runs>();
            app.Services.AddSingleton<TimeProvider>(_time);
        },
        _folder);

    /// <summary>Lets the clock run in steps until there were so many runs.</summary>
    private Task AdvanceAsync(Runs runs, int count, TimeSpan step) => Eventually.HoldsAsync(() =>
    {
        if (runs.Count < count)
            _time.Advance(step);
        return runs.Count >= count;
    });
}

public sealed class Runs : ConcurrentQueue<string>, IDisposable
{
    private readonly SemaphoreSlim _gate = new(0);
    private int _inside;

    public void Dispose() => _gate.Dispose();

    public void LetGo() => _gate.Release();

    public async Task LingerAsync()
    {
        Enqueue(Interlocked.Increment(ref _inside).ToString(System.Globalization.CultureInfo.InvariantCulture));
        await _gate.WaitAsync();
        Interlocked.Decrement(ref _inside);
    }
}

public class EveryFiveMinutes(Runs runs)
{
    [Function("EveryFive")]
    public void Run([TimerTrigger("0 */5 * * * *")] TimerInfo timer) =>
        runs.Enqueue($"past due: {timer.IsPastDue}, next: {timer.ScheduleStatus?.Next:HH:mm:ss}");
}

public class AtStart(Runs runs)
{
    [Function("AtStart")]
    public void Run([TimerTrigger("0 0 0 1 1 *", RunOnStartup = true)] TimerInfo timer) => runs.Enqueue("at start");
}

public class Unmonitored(Runs runs)
{
    [Function("Unmonitored")]
    public void Run([TimerTrigger("0 */5 * * * *", UseMonitor = false)] TimerInfo timer) =>
        runs.Enqueue($"past due: {timer.IsPastDue}, monitored: {timer.ScheduleStatus is not null}");
}

public class Frequent(Runs runs)
{
    [Function("Frequent")]
    public void Run([TimerTrigger("*/30 * * * * *")] TimerInfo timer) =>
        runs.Enqueue($"past due: {timer.IsPastDue}, monitored: {timer.ScheduleStatus is not null}");
}

public class Failing(Runs runs)
{
    [Function("Failing")]
    [FixedDelayRetry(2, "00:00:05")]
    public void Run([TimerTrigger("0 0 0 1 1 *", RunOnStartup = true)] TimerInfo timer, FunctionContext context)
    {
        runs.Enqueue($"{context.RetryContext.RetryCount} of {context.RetryContext.MaxRetryCount}");
        throw new InvalidOperationException(timer.ToString());
    }
}

public class Lingering(Runs runs)
{
    [Function("Lingering")]
    public Task Run([TimerTrigger("0 0 0 1 1 *")] TimerInfo timer) => runs.LingerAsync();
}
